import { Worker } from 'node:worker_threads';
import type { CursorOrder } from './export-messages.ts';
import type { IngestCommand, IngestOrder, IngestReport } from './ingest-messages.ts';

/** The collecting thread, seen from outside. */
export interface IngestWorker {
  /** Resolves when the store is open; rejects, with `hint` and `exitCode`, where it cannot be. */
  readonly opened: Promise<void>;
  /** Resolves when the thread has ended; rejects where it failed. */
  readonly ended: Promise<void>;
  /** Has an exporter's position saved; the answer is a report. */
  readonly saveCursor: (order: CursorOrder) => void;
  /** Says which cursors are in use. */
  readonly tellExporters: (names: readonly string[]) => void;
  /** Lets it commit what it has and ends it after `withinMs` at most; the rest is read again next time. */
  readonly close: (withinMs: number) => Promise<void>;
}

/** Why the collecting thread could not begin. */
export class IngestFailedError extends Error {
  readonly hint: string;
  readonly exitCode: number;

  constructor(message: string, hint: string, exitCode: number) {
    super(message);
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** Starts the collecting thread; everything it tells after its beginning goes to `onReport`. */
export const startIngestWorker = (
  order: IngestOrder,
  onReport: (report: IngestReport) => void,
): IngestWorker => {
  const worker = new Worker(new URL('./ingest-thread.ts', import.meta.url), {
    workerData: order,
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  worker.on('message', (report: IngestReport) => {
    if (report.kind === 'opened') opened.resolve();
    if (report.kind === 'failed') {
      const failure = new IngestFailedError(report.message, report.hint, report.exitCode);
      opened.reject(failure);
      ended.reject(failure);
    }
    onReport(report);
  });
  worker.on('error', (error) => {
    opened.reject(error as Error);
    ended.reject(error as Error);
  });
  worker.on('exit', () => ended.resolve());
  // Whoever waits for one of them need not wait for the other.
  opened.promise.catch(() => undefined);
  ended.promise.catch(() => undefined);
  const close = async (withinMs: number): Promise<void> => {
    worker.postMessage({ kind: 'stop' } satisfies IngestCommand);
    await Promise.race([
      ended.promise.catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, withinMs).unref()),
    ]);
    await worker.terminate();
  };
  const saveCursor = (cursor: CursorOrder): void =>
    worker.postMessage({ kind: 'cursor', ...cursor } satisfies IngestCommand);
  const tellExporters = (names: readonly string[]): void =>
    worker.postMessage({ kind: 'exporters', names } satisfies IngestCommand);
  return { opened: opened.promise, ended: ended.promise, saveCursor, tellExporters, close };
};
