import type { Database } from 'better-sqlite3';
import { sessionSpans, sessionsSince } from './session-span.ts';
import { ACTIVE_MS } from './session-state.ts';
import type { SessionSummary } from './session-summary.ts';
import { summariseSessions } from './summarise-sessions.ts';
import { createTimeZone } from './time-zone.ts';

/** Sessions in which something happened less than five minutes before `nowMs`, and that have not ended. */
export function activeSessions(db: Database, nowMs: number): readonly SessionSummary[] {
  const spans = sessionSpans(db, sessionsSince(db, nowMs - ACTIVE_MS + 1));
  const view = { timezone: 'UTC', zone: createTimeZone('UTC'), nowMs };
  return summariseSessions(db, spans, view).filter(({ state }) => state === 'active');
}
