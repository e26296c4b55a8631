import { parentPort, workerData } from 'node:worker_threads';
import { receivers } from '../../receivers/index.ts';
import type { InstallableReceiver, Receiver, ReceiverEvents } from '../component.ts';
import { ConfigError, TransientError } from '../errors.ts';
import type { Batch } from '../records/record.ts';
import { freeMemory } from '../runtime/free-memory.ts';
import { type Collector, openCollector } from './collector.ts';
import type { CursorAnswer, CursorOrder } from './export-messages.ts';
import { type Housekeeping, startHousekeeping } from './housekeeping.ts';
import type { IngestCommand, IngestOrder, IngestReport } from './ingest-messages.ts';
import { createSpareTime } from './spare-time.ts';
import { createReceiverEvents } from './receiver-events.ts';
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
  retention,
  receivers: settings,
}: IngestOrder): Promise<void> => {
  let lastSeq = 0;
  let exporters: readonly string[] | null = null;
  const collector = await openCollector({
    home,
    overrideFile,
    waitMs: LOCK_WAIT_MS,
    onCommit: (seq) => void (lastSeq = seq),
    onRecovery: (text) => {
      tell({ kind: 'recovered', text });
      tell({ kind: 'log', level: 'warn', fields: {}, message: text });
    },
  });
  tell({ kind: 'opened' });
  const stop = new AbortController();
  parentPort!.on('message', (command: IngestCommand) => {
    if (command.kind === 'stop') stop.abort();
    else if (command.kind === 'exporters') exporters = command.names;
    else tell({ kind: 'cursor_saved', ...saved(collector, command) });
  });
  const settling = createSettling(collector);
  const recounting = createSpareTime(collector.recountPlans);
  // A collector that was killed may have left something to do.
  recounting.wake();
  const housekeeping = keepHouse(collector, retention, {
    exporters: () => exporters,
    lastSeq: () => lastSeq,
  });
  const events = createReceiverEvents();
  events.backfill.listen((progress) => tell({ kind: 'backfill', progress }));
  events.caughtUp.listen(settling.settle);
  const running = createReceivers(collector, settings, {
    events,
    onCommitted: (batches) => {
      recounting.wake();
      tellCommitted(batches, lastSeq);
    },
  });
  const timer = setInterval(() => {
    settling.retry();
    tell(stateOf(running, settling.trouble() ?? recounting.trouble() ?? housekeeping.trouble()));
  }, STATE_INTERVAL_MS);
  try {
    await Promise.all(running.map((receiver) => receiver.run(stop.signal)));
  } finally {
    stop.abort();
    clearInterval(timer);
    recounting.stop();
    housekeeping.stop();
    collector.close();
  }
  tell({ kind: 'closed' });
  parentPort!.close();
};

interface HouseParts {
  readonly exporters: () => readonly string[] | null;
  readonly lastSeq: () => number;
}

const keepHouse = (
  collector: Collector,
  retention: IngestOrder['retention'],
  { exporters, lastSeq }: HouseParts,
): Housekeeping =>
  startHousekeeping({
    collector,
    retention,
    clocks: { now: Date.now, monotonicMs: performance.now.bind(performance) },
    exporters,
    onDropped: (exporter, by) =>
      tell({ kind: 'count', name: 'export_dropped', label: `${exporter} quota`, by }),
    onLogged: () => tell({ kind: 'logged', lastSeq: lastSeq() }),
  });

const tellCommitted = (batches: readonly Batch[], lastSeq: number): void => {
  const [first] = batches;
  if (first === undefined) return;
  const writtenAtMs = Math.max(...batches.map(({ origin }) => origin.writtenAtMs));
  const lagMs = Math.max(0, Date.now() - writtenAtMs);
  tell({ kind: 'committed', lastSeq, source: first.source, lagMs });
};

interface ReceiverParts {
  readonly events: ReceiverEvents;
  readonly onCommitted: (batches: readonly Batch[]) => void;
}

/** Makes every receiver of the list. */
const createReceivers = (
  collector: Collector,
  settings: IngestOrder['receivers'],
  { events, onCommitted }: ReceiverParts,
): readonly Receiver[] =>
  receivers.map((receiver) =>
    (receiver as InstallableReceiver<unknown>).create(settings[receiver.name], {
      log: relayLog(tell),
      now: Date.now,
      count: (name, label, by = 1) => tell({ kind: 'count', name, label, by }),
      sink: async (batches) => {
        await collector.sink(batches);
        const fresh = collector.newProjects();
        if (fresh.length > 0) events.projects.tell(fresh);
        onCommitted(batches);
      },
      origins: collector.origins,
      projects: collector.projects,
      events,
    }),
  );

/** Saves an exporter's position; where that cannot be done now, the exporter asks again. */
const saved = (
  collector: Collector,
  { ticket, exporter, seq, refused }: CursorOrder,
): CursorAnswer => {
  try {
    collector.saveCursor(exporter, seq, refused);
    return { ticket, trouble: null };
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    return { ticket, trouble: error.message };
  }
};

const stateOf = (running: readonly Receiver[], trouble: string | null): IngestReport => ({
  kind: 'state',
  trouble:
    running.map((receiver) => receiver.trouble?.()).find((text) => text !== undefined) ?? trouble,
  waiting: Object.fromEntries(running.map(({ name, waiting }) => [name, waiting?.() ?? 0])),
});

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
