import type { Collector } from './collector.ts';
import { createPruning, type PruningParts } from './pruning.ts';
import { createSpareTime } from './spare-time.ts';

/** What a collector does beside collecting, a little at a time. */
export interface Housekeeping {
  /** Why it cannot be done now; null while all is well. */
  readonly trouble: () => string | null;
  readonly stop: () => void;
}

/** What housekeeping is made of. */
export interface HousekeepingParts extends Omit<PruningParts, 'store' | 'prune' | 'retention'> {
  readonly collector: Pick<Collector, 'store' | 'logDocuments' | 'prune'>;
  /** Null: nothing ever leaves the store. */
  readonly retention: PruningParts['retention'] | null;
  /** The log may have grown. */
  readonly onLogged: () => void;
}

/** A session at work is told to the archive as a whole no more often than this. */
const DOCUMENTS_INTERVAL_MS = 30_000;
/** How often the store is looked through for rows that are too old: that takes minutes where there are millions. */
const PRUNING_INTERVAL_MS = 86_400_000;
const FIRST_PRUNING_MS = 60_000;

/** Tells the archive what stands in no entry, and lets old rows leave, now and then. */
export const startHousekeeping = (parts: HousekeepingParts): Housekeeping => {
  const { collector, retention, onLogged } = parts;
  const documents = createSpareTime(() => {
    const isMore = collector.logDocuments();
    onLogged();
    return isMore;
  });
  const timers = [setInterval(documents.wake, DOCUMENTS_INTERVAL_MS)];
  const pruning =
    retention === null ? null : startPruning({ ...parts, ...collector, retention }, timers);
  return {
    trouble: () => documents.trouble() ?? pruning?.trouble() ?? null,
    stop: () => {
      timers.forEach(clearTimeout);
      documents.stop();
      pruning?.stop();
    },
  };
};

/** Pruning goes on where it was when it is started again, so that nothing waits for its end. */
const startPruning = (parts: PruningParts, timers: NodeJS.Timeout[]): Housekeeping => {
  let isStopped = false;
  const step = createPruning(parts);
  const pruning = createSpareTime(() => !isStopped && step());
  timers.push(
    setTimeout(pruning.wake, FIRST_PRUNING_MS),
    setInterval(pruning.wake, PRUNING_INTERVAL_MS),
  );
  return {
    trouble: pruning.trouble,
    stop: () => {
      isStopped = true;
      pruning.stop();
    },
  };
};
