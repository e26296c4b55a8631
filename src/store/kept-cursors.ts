import { existsSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';

/** How far an exporter had got in the log of a store that another one takes the place of. */
export interface KeptCursor {
  readonly exporter: string;
  readonly seq: number;
  /** When the exporter was first there; unix milliseconds. */
  readonly sinceMs: number;
}

/**
 * The cursors of the store in a file, as far as they can still be read: none where it is gone, too damaged, or not the
 * store of that name. The file stays as it is, and nothing is left beside it. Only for whoever holds the lock.
 */
export const readKeptCursors = (dbPath: string, storeId: string): readonly KeptCursor[] => {
  // A connection that cannot write makes these and does not take them away.
  const made = ['-wal', '-shm']
    .map((suffix) => dbPath + suffix)
    .filter((file) => !existsSync(file));
  try {
    return readCursorsOf(dbPath, storeId);
  } catch {
    // Whatever can be wrong with it is why it is built anew.
    return [];
  } finally {
    for (const file of made) rmSync(file, { force: true });
  }
};

const readCursorsOf = (dbPath: string, storeId: string): readonly KeptCursor[] => {
  const db = new Database(dbPath, { readonly: true, fileMustExist: true });
  try {
    return db
      .prepare<[string], KeptCursor>(
        `SELECT exporter, seq, since_ms AS sinceMs FROM export_cursor
         WHERE EXISTS (SELECT 1 FROM store_identity WHERE id = ?)`,
      )
      .all(storeId)
      .filter(
        ({ exporter, seq, sinceMs }) =>
          typeof exporter === 'string' && isPosition(seq) && isPosition(sinceMs),
      );
  } finally {
    db.close();
  }
};

const isPosition = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
