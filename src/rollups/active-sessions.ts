import type { Database } from 'better-sqlite3';
import { ACTIVE_MS, endedMsSql, sessionState, type SessionTimes } from './session-state.ts';

/** Sessions in which something happened less than five minutes before `nowMs`, and that have not ended. */
export function countActiveSessions(db: Database, nowMs: number): number {
  const rows = db
    .prepare<{ sinceMs: number }, SessionTimes>(
      `SELECT max(at_ms) AS lastMs, ${endedMsSql('recent.session')} AS endedMs FROM (
         SELECT session, last_at_ms AS at_ms FROM activity WHERE last_at_ms > @sinceMs
         UNION ALL SELECT session, at_ms FROM tool_call WHERE at_ms > @sinceMs
         UNION ALL SELECT session, at_ms FROM occurrence WHERE at_ms > @sinceMs
       ) AS recent GROUP BY session`,
    )
    .all({ sinceMs: nowMs - ACTIVE_MS });
  return rows.filter((row) => sessionState(row, nowMs) === 'active').length;
}
