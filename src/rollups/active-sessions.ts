import type { Database } from 'better-sqlite3';

/** A session is active until this long after the last thing that happened in it. */
export const ACTIVE_MS = 300_000;

/** Sessions in which something happened less than five minutes before `nowMs`. */
export function countActiveSessions(db: Database, nowMs: number): number {
  const row = db
    .prepare<[number], { count: number }>(
      'SELECT count(DISTINCT session) AS count FROM activity WHERE last_at_ms > ?',
    )
    .get(nowMs - ACTIVE_MS);
  return row?.count ?? 0;
}
