import { readdirSync } from 'node:fs';
import path from 'node:path';
import { watch as watchFolders } from 'chokidar';
import { isTranscriptName } from './discover.ts';

/** What a watch tells; every hint may be late, doubled or missing. */
export interface WatchHints {
  readonly onFile: (file: string) => void;
  /** A folder appeared; files in it may have been there before it was watched. */
  readonly onFolder: (folder: string) => void;
  /** There will be no more hints. */
  readonly onLost: (reason: string) => void;
}

/** A watch that can be ended. */
export interface Watch {
  readonly close: () => Promise<void>;
}

/** How long after a folder appeared it is looked into again: soon, and when even a busy machine watches it. */
const LOOK_AGAIN_MS = [100, 1500] as const;

/**
 * Watches all folders below the roots, and no single files: one watch a folder is enough to hear of every file in it,
 * and ten thousand files would use up what the system has.
 */
export const watchTranscripts = async (
  roots: readonly string[],
  hints: WatchHints,
): Promise<Watch> => {
  const watcher = watchFolders([...roots], {
    ignored: (_path, stats) => stats !== undefined && !stats.isDirectory(),
    followSymlinks: false,
    ignorePermissionErrors: true,
  });
  let isReady = false;
  let isLost = false;
  const watched = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  watcher.on('error', (error) => {
    if (isLost) return;
    isLost = true;
    hints.onLost(error instanceof Error ? error.message : String(error));
  });
  watcher.on('addDir', (folder) => {
    watched.add(folder);
    if (!isReady) return;
    hints.onFolder(folder);
    // The folder is told of before it is watched: what comes in between shows when it is looked into again.
    for (const waitMs of LOOK_AGAIN_MS) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        hints.onFolder(folder);
        watcher.add(foldersIn(folder).filter((inner) => !watched.has(inner)));
      }, waitMs);
      timers.add(timer);
    }
  });
  watcher.on('unlinkDir', (folder) => watched.delete(folder));
  watcher.on('raw', (_event, name, details: unknown) => {
    if (typeof name !== 'string' || !isTranscriptName(name)) return;
    const folder =
      typeof details === 'object' && details !== null && 'watchedPath' in details
        ? details.watchedPath
        : '';
    if (typeof folder === 'string' && folder !== '')
      hints.onFile(path.join(folder, path.basename(name)));
  });
  await new Promise<void>((resolve) => {
    watcher.once('ready', resolve);
    watcher.once('error', () => resolve());
  });
  isReady = true;
  const close = async (): Promise<void> => {
    for (const timer of timers) clearTimeout(timer);
    await watcher.close();
  };
  return { close };
};

const foldersIn = (folder: string): string[] => {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => path.join(folder, entry.name));
  } catch {
    // It is gone again, or closed to us: the next sweep says so.
    return [];
  }
};
