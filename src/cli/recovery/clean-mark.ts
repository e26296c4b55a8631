import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { STORE_FILE } from '../../store/open.ts';

const MARK_FILE = 'store.clean';

/** What the file of a store looks like from outside; null where there is none. */
const looksOf = (home: string): string | null => {
  const file = path.join(home, STORE_FILE);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  const waiting = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  return waiting > 0 ? null : JSON.stringify([stat.size, stat.mtimeMs, stat.ino]);
};

/** Notes that the store in `home` was closed whole, with everything in its one file. */
export const markClean = (home: string): void => {
  const looks = looksOf(home);
  if (looks !== null) writeFileSync(path.join(home, MARK_FILE), looks, { mode: 0o600 });
};

/** Takes the note away, before the store is written to. */
export const unmarkClean = (home: string): void =>
  rmSync(path.join(home, MARK_FILE), { force: true });

/** Whether the store in `home` is as it was when it was closed whole: then nobody has to look for damage. */
export const isClean = (home: string): boolean => {
  try {
    return readFileSync(path.join(home, MARK_FILE), 'utf8') === looksOf(home);
  } catch {
    return false;
  }
};
