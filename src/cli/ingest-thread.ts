import { parentPort, workerData } from 'node:worker_threads';
import { createTranscripts } from '../../receivers/transcripts/receiver.ts';
import { ConfigError, TransientError } from '../errors.ts';
import { freeMemory } from '../runtime/free-memory.ts';
import { type Collector, openCollector } from './collector.ts';
import type { IngestOrder, IngestReport } from './ingest-messages.ts';
import { relayLog } from './relay-log.ts';

/**
 * The thread that collects: it has the receivers and the only connection that writes, so that neither a slow disk nor a
 * large transcript ever holds up an answer.
 */
const LOCK_WAIT_MS = 3_000;
const STATE_INTERVAL_MS = 1_000;

const tell = (report: IngestReport): void => parentPort!.postMessage(report);

const collect = async ({
  home,
  overrideFile,
  transcripts: settings,
}: IngestOrder): Promise<void> => {
  const log = relayLog(tell);
  let newestAtMs: number | null = null;
  const onCommit = (lastSeq: number): void => {
    tell({
      kind: 'committed',
      lastSeq,
      lagMs: newestAtMs === null ? null : Date.now() - newestAtMs,
    });
  };
  const collector = await openCollector({ home, overrideFile, waitMs: LOCK_WAIT_MS, onCommit });
  tell({ kind: 'opened' });
  const stop = new AbortController();
  parentPort!.on('message', () => stop.abort());
  const receiver = createTranscripts(settings, {
    log,
    now: Date.now,
    count: (name, label, by = 1) => tell({ kind: 'count', name, label, by }),
    sink: (batches) => {
      newestAtMs = batches.reduce<number | null>(
        (newest, batch) => latest(newest, batch.newestAtMs),
        null,
      );
      return collector.sink(batches);
    },
    origins: collector.origins,
    onBackfill: (progress) => tell({ kind: 'backfill', progress }),
    onCaughtUp: () => settle(),
  });
  // Until there is room for the indexes reading goes on without them.
  let unsettled: string | null = null;
  const settle = (): void => {
    unsettled = settleTrouble(collector);
    if (unsettled !== null) return;
    tell({ kind: 'caught_up' });
    freeMemory();
  };
  const timer = setInterval(() => {
    if (unsettled !== null) settle();
    tell({
      kind: 'state',
      trouble: receiver.trouble?.() ?? unsettled,
      tracked: receiver.tracked(),
    });
  }, STATE_INTERVAL_MS);
  try {
    await receiver.run(stop.signal);
  } finally {
    clearInterval(timer);
    collector.close();
  }
  tell({ kind: 'closed' });
  parentPort!.close();
};

/** Ends the first filling, or says why that has to wait. */
const settleTrouble = (collector: Collector): string | null => {
  try {
    collector.settle();
    return null;
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    return error.message;
  }
};

const latest = (left: number | null, right: number | null): number | null =>
  left === null || right === null ? (left ?? right) : Math.max(left, right);

try {
  await collect(workerData as IngestOrder);
} catch (error) {
  if (!(error instanceof Error && 'hint' in error)) throw error;
  const exitCode =
    error instanceof ConfigError ? 78 : 'exitCode' in error ? Number(error.exitCode) : 1;
  tell({
    kind: 'failed',
    message: error.message,
    hint: typeof error.hint === 'string' ? error.hint : '',
    exitCode,
  });
}
