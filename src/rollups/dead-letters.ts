import type { Database } from 'better-sqlite3';

/** What the far side of one exporter refused for good and nobody has sent again. */
export interface DeadLetters {
  readonly exporter: string;
  readonly count: number;
  /** Unix milliseconds of the last refusal, and its reason in the far side's words. */
  readonly lastAtMs: number;
  readonly lastReason: string;
}

/** Dead letters by exporter, in order of their names. */
export const deadLetters = (db: Database): readonly DeadLetters[] =>
  db
    .prepare<[], DeadLetters>(
      `SELECT exporter, count(*) AS count, max(refused_at_ms) AS lastAtMs, reason AS lastReason
       FROM export_dead_letter GROUP BY exporter ORDER BY exporter`,
    )
    .all();

/** One entry that the far side of an exporter refused. */
export interface DeadLetter {
  /** Row id in the store. */
  readonly id: number;
  readonly seq: number;
  readonly entryId: string;
  readonly revision: number;
  readonly reason: string;
  /** What was sent, as JSON text. */
  readonly body: string;
  readonly refusedAtMs: number;
}

/** Dead letters of one exporter in the order in which they were refused, at most `limit` of those after a row id. */
export const deadLettersOf = (
  db: Database,
  exporter: string,
  { afterId, limit }: { readonly afterId: number; readonly limit: number },
): readonly DeadLetter[] =>
  db
    .prepare<[string, number, number], DeadLetter>(
      `SELECT id, seq, entry_id AS entryId, revision, reason, body, refused_at_ms AS refusedAtMs
       FROM export_dead_letter WHERE exporter = ? AND id > ? ORDER BY id LIMIT ?`,
    )
    .all(exporter, afterId, limit);
