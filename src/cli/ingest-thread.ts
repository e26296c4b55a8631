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

const collect = async ({ home, overrideFile, transcripts }: IngestOrder): Promise<void> => {
  let writtenAtMs = 0;
  const onCommit = (lastSeq: number): void => {
    tell({ kind: 'committed', lastSeq, lagMs: Math.max(0, Date.now() - writtenAtMs) });
  };
  const collector = await openCollector({ home, overrideFile, waitMs: LOCK_WAIT_MS, onCommit });
  tell({ kind: 'opened' });
  const stop = new AbortController();
  parentPort!.on('message', () => stop.abort());
  const settling = createSettling(collector);
  const receiver = createTranscripts(transcripts, {
    log: relayLog(tell),
    now: Date.now,
    count: (name, label, by = 1) => tell({ kind: 'count', name, label, by }),
    sink: (batches) => {
      writtenAtMs = Math.max(...batches.map(({ origin }) => origin.writtenAtMs));
      return collector.sink(batches);
    },
    origins: collector.origins,
    onBackfill: (progress) => tell({ kind: 'backfill', progress }),
    onCaughtUp: settling.settle,
  });
  const timer = setInterval(() => {
    settling.retry();
    const trouble = receiver.trouble?.() ?? settling.trouble();
    tell({ kind: 'state', trouble, tracked: receiver.tracked() });
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

/** Ends the first filling, later where there is no room on the disk now: until then reading goes on without indexes. */
const createSettling = (collector: Collector) => {
  let trouble: string | null = null;
  const settle = (): void => {
    try {
      collector.settle();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      trouble = error.message;
      return;
    }
    trouble = null;
    tell({ kind: 'caught_up' });
    freeMemory();
  };
  const retry = (): void => {
    if (trouble !== null) settle();
  };
  return { settle, retry, trouble: () => trouble };
};

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
