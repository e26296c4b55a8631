import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { unpackFrame } from './frame.ts';
import type { Batch } from '../../src/records/record.ts';
import type { Reading } from './read-transcript.ts';
import type { ReadOrder, ReadReport } from './read-worker.ts';

/** What came out of reading some files. */
export interface ReadResult {
  readonly batches: readonly Batch[];
  readonly bytesRead: number;
  readonly filesRead: number;
  readonly problems: ReadReport['problems'];
}

/** Reports that are committed together: a commit costs a wait for the disk. */
const REPORTS_PER_COMMIT = 4;

/**
 * What lives longer than one scavenge here are reports that wait for the writer. V8 takes them for a growing program and
 * would triple its heap. The last two are looked at each time a heap is about to grow, so they work in a running process;
 * the first is for the threads, which are better off with room from the start.
 */
const LEAN_HEAP = [
  '--min-semi-space-size=32',
  '--semi-space-growth-factor=1',
  '--heap-growing-percent=100',
];

/** Threads that read and decode transcripts. Started before it is known what there is to read: that takes as long. */
export class ReadPool {
  readonly #workers: readonly Worker[];

  constructor(threads: number) {
    for (const flag of LEAN_HEAP) setFlagsFromString(flag);
    this.#workers = Array.from({ length: threads }, () => {
      return new Worker(new URL('./read-worker.ts', import.meta.url), {
        resourceLimits: { maxYoungGenerationSizeMb: 16 },
      });
    });
  }

  /**
   * Reads all files and hands on what they hold as it comes; `onResult` commits it. Threads wait while too much is on its
   * way. Rejects where a thread failed or `onResult` threw.
   */
  async read(
    readings: readonly Reading[],
    onResult: (result: ReadResult) => Promise<void>,
  ): Promise<void> {
    const counters = new Int32Array(new SharedArrayBuffer(8));
    let waiting: ReadReport[] = [];
    let running = this.#workers.length;
    let isDraining = false;
    const isDue = (): boolean =>
      waiting.length >= REPORTS_PER_COMMIT || (running === 0 && waiting.length > 0);
    await new Promise<void>((resolve, reject) => {
      const drain = async (): Promise<void> => {
        while (isDue()) {
          const reports = waiting;
          waiting = [];
          await onResult(gather(reports));
          Atomics.sub(counters, 1, reports.length);
          Atomics.notify(counters, 1);
        }
        isDraining = false;
        if (running === 0) resolve();
      };
      for (const worker of this.#workers) {
        worker.on('error', reject);
        worker.on('message', (report: ReadReport) => {
          if (report.done) running -= 1;
          waiting.push(report);
          if (!isDraining && isDue()) {
            isDraining = true;
            setImmediate(() => void drain().catch(reject));
          }
        });
        worker.postMessage({ readings, counters } satisfies ReadOrder);
      }
    });
  }

  /** Lets the threads end; nothing has to wait for that. */
  close(): void {
    for (const worker of this.#workers) {
      worker.unref();
      void worker.terminate();
    }
  }
}

const gather = (reports: readonly ReadReport[]): ReadResult => ({
  batches: reports.flatMap((report) => report.frames.map(unpackFrame)),
  bytesRead: reports.reduce((sum, report) => sum + report.bytesRead, 0),
  filesRead: reports.reduce((sum, report) => sum + report.filesRead, 0),
  problems: reports.flatMap((report) => report.problems),
});
