import type { Database } from 'better-sqlite3';

/** A transcript that the receiver has read. */
export interface TranscriptOrigin {
  readonly path: string;
  /** Bytes of it that were read. */
  readonly bytes: number;
  readonly lines: number;
  /** When it was last written to, in unix milliseconds. */
  readonly writtenAtMs: number;
}

/** All transcripts that are known, those that were written to last first. */
export function transcriptOrigins(db: Database): readonly TranscriptOrigin[] {
  return db
    .prepare<[], TranscriptOrigin>(
      `SELECT path, bytes, lines, written_at_ms AS writtenAtMs FROM origin WHERE source = 'transcript'
       ORDER BY written_at_ms DESC, path`,
    )
    .all();
}

/** Transcripts in which a session's own lines stand, whatever of them is still there. */
export function transcriptsOfSession(db: Database, sessionId: string): readonly string[] {
  return db
    .prepare<[string], string>(
      `SELECT DISTINCT origin.path FROM session JOIN origin ON origin.session = session.id
       WHERE session.session_id = ? AND origin.source = 'transcript' ORDER BY origin.path`,
    )
    .pluck()
    .all(sessionId);
}
