import { parentPort, workerData } from 'node:worker_threads';
import path from 'node:path';
import { pushers } from '../../exporters/pushers.ts';
import type { InstallablePusher, PusherDeps } from '../component.ts';
import { freeMemory } from '../runtime/free-memory.ts';
import { readCursor } from '../store/cursor-table.ts';
import { STORE_FILE } from '../store/open.ts';
import { createReader, type Reader } from '../store/reader.ts';
import type { Cursors } from '../store/store.ts';
import type { ExportCommand, ExportOrder, ExportReport } from './export-messages.ts';
import { createCursorSaver } from './export-cursors.ts';
import { createPusherLoop, type PusherLoop } from './pusher-loop.ts';
import { relayLog } from './relay-log.ts';
import { createTidying } from './tidying.ts';

/**
 * The thread that exports: each exporter that pushes has its own loop over the log here, so that neither a slow far side
 * nor a large backlog ever holds up an answer or a commit. It only reads the store; cursors are saved by the one writer.
 */
const STATE_INTERVAL_MS = 1_000;

const tell = (report: ExportReport): void => parentPort!.postMessage(report);

const exportAll = async (order: ExportOrder): Promise<void> => {
  const reader = createReader(path.join(order.home, STORE_FILE));
  const stop = new AbortController();
  const saver = createCursorSaver((ask) => tell({ kind: 'cursor', ...ask }));
  parentPort!.on('message', (command: ExportCommand) => {
    if (command.kind === 'stop') stop.abort();
    if (command.kind === 'committed') reader.notify(command.lastSeq);
    if (command.kind === 'cursor_saved') saver.answer(command);
  });
  const tidying = createTidying(() => {
    reader.db.pragma('shrink_memory');
    freeMemory();
  });
  const inUse = new Map<string, number>();
  const cursors: Cursors = {
    load: (exporter) => {
      const cursor = readCursor(reader.db, exporter);
      inUse.set(exporter, cursor?.seq ?? 0);
      return cursor;
    },
    save: (exporter, seq, refused) => {
      tidying.note(seq - (inUse.get(exporter) ?? 0));
      inUse.set(exporter, seq);
      return saver.save(exporter, seq, refused);
    },
  };
  const running = createLoops(order, depsOf(order, reader, cursors));
  tell({ kind: 'opened' });
  const tellState = (): void =>
    tell({
      kind: 'state',
      exporters: [...inUse.keys()],
      troubles: running.flatMap((loop) => loop.trouble() ?? []),
    });
  const timer = setInterval(() => {
    tellState();
    tidying.tick();
  }, STATE_INTERVAL_MS);
  try {
    await Promise.all(running.map((loop) => loop.run(stop.signal)));
  } finally {
    clearInterval(timer);
    reader.close();
  }
  parentPort!.close();
};

const depsOf = (
  { home, resource, version, timezone }: ExportOrder,
  reader: Reader,
  cursors: Cursors,
): PusherDeps => ({
  home,
  resource,
  version,
  timezone,
  reader,
  cursors,
  log: relayLog(tell),
  now: Date.now,
  count: (name, label, by = 1) => tell({ kind: 'count', name, label, by }),
});

const createLoops = ({ pushers: settings }: ExportOrder, deps: PusherDeps): readonly PusherLoop[] =>
  (pushers as readonly InstallablePusher<unknown>[])
    .filter(({ name, isWanted }) => isWanted(settings[name]))
    .map(({ name, create }) =>
      createPusherLoop({ name, create: () => create(settings[name], deps), log: deps.log }),
    );

await exportAll(workerData as ExportOrder);
