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
 * store of that name. The file stays as it is.
 */
export const readKeptCursors = (dbPath: string, storeId: string): readonly KeptCursor[] => {
  try {
    const db = new Database(dbPath, { readonly: true, fileMustExist: true });
    try {
      const rows = db
        .prepare<[string], KeptCursor>(
          `SELECT exporter, seq, since_ms AS sinceMs FROM export_cursor
           WHERE EXISTS (SELECT 1 FROM store_identity WHERE id = ?)`,
        )
        .all(storeId);
      return rows.filter(
        ({ exporter, seq, sinceMs }) =>
          typeof exporter === 'string' && isPosition(seq) && isPosition(sinceMs),
      );
    } finally {
      db.close();
    }
  } catch {
    // Whatever can be wrong with it is why it is built anew.
    return [];
  }
};

const isPosition = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
