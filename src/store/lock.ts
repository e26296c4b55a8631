import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';

/** The right to write to a store; given back by `release`, or by the end of the process however it comes. */
export interface StoreLock {
  readonly release: () => void;
}

/** Another process holds the store. */
export interface Held {
  readonly holderPid: number | null;
}

/**
 * Takes the right to write to the store in `home` for the process `pid`, waiting up to `waitMs` for it.
 *
 * The lock is an exclusive transaction on a file of its own: the system drops it when its process dies, so there is no
 * stale lock to take over. Beside it, a second file names the holder.
 */
export const lockStore = (home: string, waitMs: number, pid: number): StoreLock | Held => {
  const file = path.join(home, 'writer.lock');
  const pidFile = path.join(home, 'writer.pid');
  if (!existsSync(file)) touch(file);
  const db = new Database(file, { timeout: waitMs });
  try {
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      return { holderPid: holder(pidFile) };
    }
    throw error;
  }
  writeFileSync(pidFile, `${pid}\n`, { mode: 0o600 });
  return { release: () => void db.close() };
};

/** Who may write to the store in `home` at this moment; null where nobody does. Takes nothing and writes nothing. */
export const lockHolder = (home: string): Held | null => {
  const file = path.join(home, 'writer.lock');
  if (!existsSync(file)) return null;
  const db = new Database(file, { readonly: true, timeout: 0 });
  try {
    // Only an exclusive transaction keeps a reader out.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return null;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      return { holderPid: holder(path.join(home, 'writer.pid')) };
    }
    throw error;
  } finally {
    db.close();
  }
};

/** Whether `lockStore` was refused. */
export const isHeld = (lock: StoreLock | Held): lock is Held => 'holderPid' in lock;

const touch = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};

const holder = (pidFile: string): number | null => {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
};
