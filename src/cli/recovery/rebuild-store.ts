import path from 'node:path';
import { ARCHIVE } from '../../records/archive-line.ts';
import type { Config } from '../../config/schema.ts';
import { isHeld, lockStore } from '../../store/lock.ts';
import { makeHome } from '../../store/open.ts';
import { StoreHeldError } from '../collector.ts';
import { createProgressBar } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { type Built, buildFromArchive } from './build-from-archive.ts';
import { unmarkClean } from './clean-mark.ts';
import { putAside } from './put-aside.ts';

/** What became of the old store, and of the archive. */
export interface Rebuilt {
  /** Name that the old store has now; null where there was none. */
  readonly putAside: string | null;
  /** Null where there is no archive. */
  readonly built: Built | null;
}

/**
 * Puts the store aside and builds a new one from the archive in `from`, or its own.
 *
 * @throws StoreHeldError while a collector or an import writes to the store.
 */
export const rebuildStore = async (
  { home }: Pick<Config, 'home'>,
  terminal: Terminal,
  options: RebuildOptions = {},
): Promise<Rebuilt> => {
  makeHome(home);
  const lock = lockStore(home, 0, process.pid);
  if (isHeld(lock)) throw new StoreHeldError(home, lock.holderPid);
  const bar = createProgressBar({
    note: terminal.note,
    isTerminal: process.stderr.isTTY,
    now: terminal.nowMs,
    what: 'Reading the archive',
  });
  try {
    unmarkClean(home);
    const root = options.from ?? path.join(home, ARCHIVE);
    const nowMs = terminal.nowMs();
    const built = await buildFromArchive({ home, root, nowMs, onProgress: bar.show });
    if (built !== null) return { putAside: built.putAside, built };
    const keepsOld = options.needsArchive === true;
    return { putAside: keepsOld ? null : putAside(home, nowMs), built };
  } finally {
    bar.clear();
    lock.release();
  }
};

/** How a store is rebuilt. */
export interface RebuildOptions {
  /** Folder of the archive; that in the data folder where it is left out. */
  readonly from?: string;
  /** Whether nothing is to be done where there is no archive. */
  readonly needsArchive?: boolean;
}
