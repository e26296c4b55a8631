import type { Database } from 'better-sqlite3';
import { sessionSpans } from './session-span.ts';
import type { SessionSummary } from './session-summary.ts';
import { summariseSessions } from './summarise-sessions.ts';
import { createTimeZone } from './time-zone.ts';

/** Of more sessions at a time, all of every table would be read. */
const AT_A_TIME = 400;

/** Sessions by their ids, as they stand now; one that is nothing but a copy of others is left out. */
export const sessionRecords = (
  db: Database,
  sessionIds: readonly string[],
  nowMs: number,
): readonly SessionSummary[] => {
  const id = db.prepare<[string], number>('SELECT id FROM session WHERE session_id = ?').pluck();
  const ids = sessionIds.flatMap((sessionId) => id.get(sessionId) ?? []);
  const view = { timezone: 'UTC', zone: createTimeZone('UTC'), nowMs };
  const records: SessionSummary[] = [];
  for (let from = 0; from < ids.length; from += AT_A_TIME) {
    const spans = sessionSpans(db, ids.slice(from, from + AT_A_TIME));
    records.push(...summariseSessions(db, spans, view));
  }
  return records;
};
