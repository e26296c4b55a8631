import type { BackfillProgress, Sink } from '../../src/component.ts';
import { isSystemError } from '../../src/errors.ts';
import type { Batch } from '../../src/records/record.ts';
import { findTranscripts, transcriptRoots } from './discover.ts';
import type { Positions } from './plan-readings.ts';
import { ReadPool } from './read-pool.ts';
import { type Reading, readTranscript } from './read-transcript.ts';

/** What a backfill is given. */
export interface BackfillParts {
  readonly claudeDirs: readonly string[];
  /** How far each transcript was read; kept up to date. */
  readonly positions: Positions;
  readonly sink: Sink;
  readonly onProgress?: (progress: BackfillProgress) => void;
  readonly onProblem: (path: string, reason: string) => void;
  readonly threads: number;
  /** Ends the backfill before the next commit; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a backfill did: all transcripts there are, and what of them was read now. */
export interface BackfillResult extends BackfillProgress {
  readonly filesFound: number;
}

/** Less than this is read on the calling thread: starting others takes longer. */
const INLINE_BYTES = 8 * 1024 * 1024;
const INLINE_RECORDS = 2000;

/** Reads everything that all transcripts have beyond their last position, the newest files first. */
export const backfill = async (given: BackfillParts): Promise<BackfillResult> => {
  const parts = { ...given, sink: keepingPositions(given) };
  // A first filling is large: let the threads start while the folders are searched.
  const early =
    parts.positions.size === 0 && parts.threads > 0 ? new ReadPool(parts.threads) : null;
  let pool = early;
  try {
    const { files, problems } = findTranscripts(transcriptRoots(parts.claudeDirs));
    for (const folder of problems) parts.onProblem(folder, 'the folder cannot be read');
    const readings = parts.positions.plan(files);
    const bytes = readings.reduce((sum, { file, position }) => {
      return sum + Math.max(0, file.sizeBytes - (position?.offsetBytes ?? 0));
    }, 0);
    let filesRead = 0;
    let bytesRead = 0;
    const note = (moreFiles: number, moreBytes: number): void => {
      filesRead += moreFiles;
      bytesRead += moreBytes;
      parts.onProgress?.({ filesRead, files: readings.length, bytesRead, bytes });
    };
    if (bytes < INLINE_BYTES || parts.threads === 0) {
      await readInline(parts, readings, note);
    } else {
      pool ??= new ReadPool(parts.threads);
      await pool.read(readings, async (result) => {
        if (result.batches.length > 0) await parts.sink(result.batches);
        for (const { path, reason } of result.problems) parts.onProblem(path, reason);
        note(result.filesRead, result.bytesRead);
      });
    }
    return { filesFound: files.length, filesRead, files: readings.length, bytesRead, bytes };
  } finally {
    pool?.close();
  }
};

/** The sink, with the positions moved as soon as it has committed. */
const keepingPositions =
  ({ sink, positions, signal }: BackfillParts): Sink =>
  async (batches) => {
    signal?.throwIfAborted();
    await sink(batches);
    positions.keep(batches);
  };

/** Reads on the calling thread. */
const readInline = async (
  parts: BackfillParts,
  readings: readonly Reading[],
  note: (files: number, bytes: number) => void,
): Promise<void> => {
  let waiting: Batch[] = [];
  let records = 0;
  for (const reading of readings) {
    try {
      const read = readTranscript(reading, (batch) => {
        waiting.push(batch);
        records += batch.records.length;
      });
      note(1, read);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      parts.onProblem(reading.file.path, error.message);
    }
    if (records < INLINE_RECORDS) continue;
    await parts.sink(waiting);
    waiting = [];
    records = 0;
  }
  if (waiting.length > 0) await parts.sink(waiting);
};
