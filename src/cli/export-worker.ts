import { Worker } from 'node:worker_threads';
import type { CursorAnswer, ExportCommand, ExportOrder, ExportReport } from './export-messages.ts';

/** The exporting thread, seen from outside. */
export interface ExportWorker {
  /** Tells it that everything up to this seq is committed. */
  readonly notify: (lastSeq: number) => void;
  /** Tells it what became of a position that it wanted saved. */
  readonly answer: (answer: CursorAnswer) => void;
  /** Resolves when the thread has ended; rejects where it failed. */
  readonly ended: Promise<void>;
  /** Lets it finish what it is at and ends it after `withinMs` at most. */
  readonly close: (withinMs: number) => Promise<void>;
}

/** Starts the exporting thread; everything it tells goes to `onReport`. */
export const startExportWorker = (
  order: ExportOrder,
  onReport: (report: ExportReport) => void,
): ExportWorker => {
  const worker = new Worker(new URL('./export-thread.ts', import.meta.url), {
    workerData: order,
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const ended = Promise.withResolvers<void>();
  worker.on('message', onReport);
  worker.on('error', (error) => ended.reject(error as Error));
  worker.on('exit', () => ended.resolve());
  ended.promise.catch(() => undefined);
  const command = (what: ExportCommand): void => worker.postMessage(what);
  const close = async (withinMs: number): Promise<void> => {
    command({ kind: 'stop' });
    await Promise.race([
      ended.promise.catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, withinMs).unref()),
    ]);
    await worker.terminate();
  };
  return {
    notify: (lastSeq) => command({ kind: 'committed', lastSeq }),
    answer: (answer) => command({ kind: 'cursor_saved', ...answer }),
    ended: ended.promise,
    close,
  };
};
