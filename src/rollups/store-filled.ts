import type { Database } from 'better-sqlite3';

/** Whether a store has its indexes: it gets them when it was filled for the first time, and many questions are slow before. */
export function isStoreFilled(db: Database): boolean {
  return (
    db
      .prepare<[], number>(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'request_session')",
      )
      .pluck()
      .get() === 1
  );
}
