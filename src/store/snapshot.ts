import type { Database } from 'better-sqlite3';

/**
 * Hands on what `read` gives, all of it as the store was when the first piece was asked for. The connection is for this
 * alone until the last piece is taken or the reading is given up.
 */
export function* asOfOneMoment<T>(db: Database, read: () => Iterable<T>): Generator<T> {
  db.exec('BEGIN');
  try {
    yield* read();
  } finally {
    // Closing the connection ends it too.
    if (db.open) db.exec('ROLLBACK');
  }
}
