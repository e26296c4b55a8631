import { ARCHIVE } from '../records/archive-line.ts';
import { type Clocks, SteadyClock } from '../runtime/steady-clock.ts';
import { readCursors } from '../store/cursor-table.ts';
import { newestEntryMs, readHotClock, writeHotClock } from '../store/hot-clock.ts';
import type { HotLimits, Pruned } from '../store/hot-window.ts';
import type { WriteStore } from '../store/write-store.ts';

/** How long entries stay in the store. */
export interface Retention {
  readonly hotDays: number;
  /** Bytes that may stay longer for exporters that are behind. */
  readonly backlogBytes: number;
}

/** What pruning is made of. */
export interface PruningParts {
  readonly store: Pick<WriteStore, 'db'>;
  readonly prune: (limits: HotLimits) => Pruned;
  readonly retention: Retention;
  readonly clocks: Clocks;
  /** Names of the cursors in use; null while nobody knows them. */
  readonly exporters: () => readonly string[] | null;
  /** Lines that an exporter lost because it was behind for too long. */
  readonly onDropped: (exporter: string, lines: number) => void;
}

const DAY_MS = 86_400_000;
/** So few that no commit waits for long. */
const LINES_AT_ONCE = 200;

/**
 * Makes the work of one turn, which tells whether there is more. How old something is is told by a clock that does not
 * believe every jump, and by the newest entry: nothing leaves a store to which nothing comes.
 */
export const createPruning = (parts: PruningParts): (() => boolean) => {
  const { store, prune, retention, clocks, exporters, onDropped } = parts;
  const clock = new SteadyClock(clocks, readHotClock(store.db));
  let isUnderWay = false;
  let cutoffMs = 0;
  return () => {
    const names = exporters();
    // Nothing leaves while no archive is kept.
    if (names === null || !names.includes(ARCHIVE)) return false;
    if (!isUnderWay) {
      const nowMs = clock.read();
      writeHotClock(store.db, clock.state);
      const newestMs = newestEntryMs(store.db) ?? nowMs;
      cutoffMs = Math.min(nowMs, newestMs) - retention.hotDays * DAY_MS;
    }
    const known = readCursors(store.db);
    const others = names.filter((name) => name !== ARCHIVE);
    const pruned = prune({
      cutoffMs: Math.trunc(cutoffMs),
      archivedSeq: known.get(ARCHIVE) ?? 0,
      cursors: new Map(others.map((name) => [name, known.get(name) ?? 0])),
      backlogBytes: retention.backlogBytes,
      lines: LINES_AT_ONCE,
    });
    for (const [exporter, lines] of pruned.dropped) onDropped(exporter, lines);
    isUnderWay = pruned.isMore;
    return pruned.isMore;
  };
};
