import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { damageOf } from '../../store/damage.ts';
import { STORE_FILE } from '../../store/open.ts';
import { findArchive } from './archive-source.ts';
import { isClean } from './clean-mark.ts';
import { STORE_SUFFIXES } from './put-aside.ts';

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Why the store in `home` cannot be used as it is, in words; null where it can, or where there is nothing to lose. One
 * that was not closed whole is read from end to end, which takes seconds per gigabyte. Only for whoever holds the lock.
 */
export const findDamage = async (home: string, root: string): Promise<string | null> => {
  const file = path.join(home, STORE_FILE);
  if (!STORE_SUFFIXES.some((suffix) => existsSync(file + suffix))) {
    const { segments } = await findArchive(root);
    return segments.length === 0 ? null : 'it is gone, and there is an archive of it';
  }
  if (isClean(home)) return null;
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) return 'its file is empty';
  try {
    return await examine(file, root);
  } catch (error) {
    const damage = damageOf(error);
    if (damage === null) throw error;
    return damage;
  }
};

const examine = async (file: string, root: string): Promise<string | null> => {
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    if (db.pragma('user_version', { simple: true }) === 0) return 'it has no tables';
    const [fault] = db.pragma('quick_check(1)') as { readonly quick_check: string }[];
    if (fault !== undefined && fault.quick_check !== 'ok') return fault.quick_check;
    return await lostCommits(db, root);
  } finally {
    db.close();
  }
};

/** An archive never knows more than its store, unless the store has lost what it had committed. */
const lostCommits = async (db: Database.Database, root: string): Promise<string | null> => {
  const hasName = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'store_identity'`).get();
  if (hasName === undefined) return null;
  const storeId = db.prepare<[], string>('SELECT id FROM store_identity').pluck().get();
  const lastSeq = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM event').pluck().get()!;
  const archive = await findArchive(root);
  if (archive.storeId !== storeId || archive.lastSeq <= lastSeq) return null;
  return `it ends at line ${lastSeq} of its log, and line ${archive.lastSeq} has been archived`;
};
