import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Sink } from '../component.ts';
import { TransientError } from '../errors.ts';
import { createIngest } from '../pipeline/ingest.ts';
import { commitError } from '../pipeline/ingest-errors.ts';
import { loadPriceTable } from '../pricing/override.ts';
import { createPricer } from '../pricing/price.ts';
import { ARCHIVE } from '../records/archive-line.ts';
import type { OriginState, Source } from '../records/record.ts';
import type { HotLimits, Pruned } from '../store/hot-window.ts';
import { isHeld, lockStore } from '../store/lock.ts';
import { makeHome, openStore, STORE_FILE } from '../store/open.ts';
import type { StoreWriter } from '../store/store.ts';
import { WriteStore } from '../store/write-store.ts';
import { knownProjects } from './known-projects.ts';
import { isClean, markClean, unmarkClean } from './recovery/clean-mark.ts';

/** The store open for writing, with the one pipeline into it. */
export interface Collector {
  readonly store: WriteStore;
  readonly sink: Sink;
  readonly origins: (source: Source) => readonly OriginState[];
  /** Folders that sessions have worked in, those told of last first. */
  readonly projects: () => readonly string[];
  /** Those of them that are new since this was asked last. */
  readonly newProjects: () => readonly string[];
  /** Brings up to date what belongs to some plans; false where no others wait for that. Throws as `sink` does. */
  readonly recountPlans: () => boolean;
  /** Moves an exporter's cursor and keeps what was refused on the way. Throws as `sink` does. */
  readonly saveCursor: StoreWriter['saveCursor'];
  /** Ends the first filling; throws as `sink` does, and may then be called again. */
  readonly settle: () => void;
  /** Tells in the log what stands in no entry and has changed; false where nothing is left. Throws as `sink` does. */
  readonly logDocuments: () => boolean;
  /** Lets some rows leave that are too old. Throws as `sink` does. */
  readonly prune: (limits: HotLimits) => Pruned;
  readonly close: () => void;
}

/** What a collector needs of the configuration. */
export interface CollectorOptions {
  readonly home: string;
  readonly overrideFile: string | null;
  /** How long to wait for another writer to end. */
  readonly waitMs: number;
  readonly onCommit?: (lastSeq: number) => void;
  /** Told what is done about a store that cannot be used, in words. */
  readonly onRecovery?: (text: string) => void;
}

/** The store is written to by another process. */
export class StoreHeldError extends TransientError {
  readonly exitCode = 69;
  readonly holderPid: number | null;

  constructor(home: string, holderPid: number | null) {
    const who = holderPid === null ? '' : ` (process ${holderPid})`;
    super(`Another Hall Monitor${who} writes to the store in ${home}.`, {
      hint: 'Use that one, or stop it first. HALL_MONITOR_HOME names another data folder.',
    });
    this.holderPid = holderPid;
  }
}

const MAX_THREADS = 4;

/** Threads that read while much is new: as many as there are cores, but few. */
export const readerThreads = (): number =>
  Math.min(MAX_THREADS, Math.max(1, availableParallelism() - 1));

/**
 * Opens the store for writing.
 *
 * @throws StoreHeldError while another process writes to it, ConfigError where it cannot be opened.
 */
export const openCollector = async (options: CollectorOptions): Promise<Collector> => {
  makeHome(options.home);
  const lock = lockStore(options.home, options.waitMs, process.pid);
  if (isHeld(lock)) throw new StoreHeldError(options.home, lock.holderPid);
  try {
    const pricer = createPricer(await loadPriceTable(options.overrideFile));
    await recover(options);
    unmarkClean(options.home);
    const store = new WriteStore(openStore(options.home));
    const writer = createIngest({ store, pricer, now: Date.now });
    const logDocuments = (): boolean => {
      const { lastSeq, isMore } = committing(() => store.logDocuments());
      if (lastSeq !== null) options.onCommit?.(lastSeq);
      return isMore;
    };
    const close = (): void => {
      if (!store.db.open) return;
      const isWhole = closeStore(store, logDocuments);
      writer.close();
      if (isWhole) markClean(options.home);
      lock.release();
    };
    const sink: Sink = async (batches) => {
      const { lastSeq } = committing(() => writer.commit(batches));
      options.onCommit?.(lastSeq);
    };
    return {
      store,
      sink,
      origins: writer.origins,
      ...knownProjects(store.db),
      recountPlans: () => committing(writer.recountPlans),
      saveCursor: (exporter, seq, refused) =>
        committing(() => writer.saveCursor(exporter, seq, refused)),
      logDocuments,
      prune: (limits) => committing(() => store.prune(limits)),
      settle: () => committing(() => store.settle()),
      close,
    };
  } catch (error) {
    lock.release();
    throw error;
  }
};

/** Sees to it that the store can be used; what that takes is loaded only where something may be wrong. */
const recover = async ({ home, onRecovery }: CollectorOptions): Promise<void> => {
  const isNew = !existsSync(path.join(home, STORE_FILE)) && !existsSync(path.join(home, ARCHIVE));
  if (isNew || isClean(home)) return;
  const { recoverStore, recoveryText } = await import('./recovery/recover-store.ts');
  const recovery = await recoverStore({
    home,
    nowMs: Date.now(),
    onDamage: (reason) => onRecovery?.(`The store cannot be used: ${reason}. It is built anew.`),
  });
  if (recovery !== null) onRecovery?.(recoveryText(recovery));
};

/** Leaves nothing to be done by whoever opens the store next; false where that is not possible now. */
const closeStore = (store: WriteStore, logDocuments: () => boolean): boolean => {
  try {
    while (logDocuments());
    store.db.pragma('wal_checkpoint(TRUNCATE)');
    return true;
  } catch (error) {
    // All of it can be done the next time.
    if (error instanceof TransientError || commitError(error) instanceof TransientError)
      return false;
    throw error;
  }
};

/** Does what writes to the store; where that fails, the error says whether to try again. */
const committing = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw commitError(error);
  }
};
