import type { Database } from 'better-sqlite3';
import { SOURCES } from '../store/rows.ts';
import { SLOT_MS } from './time-slots.ts';

/** Between which moments something of a session's own happened. */
export interface SessionSpan {
  readonly id: number;
  readonly sessionId: string;
  /** The first thing that counts for this session and not for the one it was copied from. */
  readonly startedMs: number;
  readonly lastMs: number;
}

interface SpanRow {
  readonly id: number;
  readonly sessionId: string;
  readonly ownFirstMs: number | null;
  readonly ownLastMs: number | null;
  readonly firstSlot: number | null;
  readonly lastActivityMs: number | null;
}

/** What hooks alone tell of, such as that a client was opened, begins a session only where nothing else does. */
const HOOK = SOURCES.indexOf('hook');

const SPAN_SQL = `
  SELECT id, session_id AS sessionId,
    coalesce((SELECT min(at_ms) FROM (
       SELECT min(at_ms) AS at_ms FROM request WHERE session = s.id
       UNION ALL SELECT min(at_ms) FROM tool_call WHERE session = s.id
       UNION ALL SELECT min(at_ms) FROM occurrence WHERE session = s.id AND source <> ${HOOK}
       UNION ALL SELECT first_told_ms FROM gone_span WHERE session = s.id)),
       (SELECT min(at_ms) FROM (
       SELECT min(at_ms) AS at_ms FROM occurrence WHERE session = s.id
       UNION ALL SELECT first_at_ms FROM gone_span WHERE session = s.id))) AS ownFirstMs,
    (SELECT max(at_ms) FROM (
       SELECT max(at_ms) AS at_ms FROM request WHERE session = s.id
       UNION ALL SELECT max(at_ms) FROM tool_call WHERE session = s.id
       UNION ALL SELECT max(at_ms) FROM occurrence WHERE session = s.id
       UNION ALL SELECT last_at_ms FROM gone_span WHERE session = s.id)) AS ownLastMs,
    (SELECT min(slot) FROM (
       SELECT min(slot) AS slot FROM rollup_request WHERE session = s.id AND requests > 0
       UNION ALL SELECT min(slot) FROM rollup_tool WHERE session = s.id AND calls > 0)) AS firstSlot,
    (SELECT max(last_at_ms) FROM activity WHERE session = s.id) AS lastActivityMs
  FROM session AS s`;

/** The sessions in which something happened at or after a moment, and maybe a few more; found by index. */
export function sessionsSince(db: Database, sinceMs: number): readonly number[] {
  // Not UNION, for which SQLite would walk the whole index on session to have the rows in order.
  const sessions = db
    .prepare<{ sinceMs: number }, number>(
      `SELECT session FROM activity WHERE last_at_ms >= @sinceMs
       UNION ALL SELECT session FROM request WHERE at_ms >= @sinceMs
       UNION ALL SELECT session FROM tool_call WHERE at_ms >= @sinceMs
       UNION ALL SELECT session FROM occurrence WHERE at_ms >= @sinceMs`,
    )
    .pluck()
    .all({ sinceMs });
  return [...new Set(sessions)];
}

/**
 * The sessions that have something of their own, of all or of some.
 *
 * A session that is nothing but a copy of others has no span: all that is in it counts elsewhere.
 */
export function sessionSpans(db: Database, among: readonly number[] | null = null): SessionSpan[] {
  const where = among === null ? '' : ` WHERE id IN (${among.map(Number).join(', ')})`;
  const rows = db.prepare<[], SpanRow>(SPAN_SQL + where).all();
  return rows.flatMap((row) => {
    const startedMs = startOf(db, row);
    if (startedMs === null) {
      return [];
    }
    const lastMs = Math.max(startedMs, row.ownLastMs ?? 0, row.lastActivityMs ?? 0);
    return [{ id: row.id, sessionId: row.sessionId, startedMs, lastMs }];
  });
}

/** The sums outlive the rows: where they begin earlier, the start is the first activity in their first quarter-hour. */
function startOf(db: Database, { id, ownFirstMs, firstSlot }: SpanRow): number | null {
  if (firstSlot === null || (ownFirstMs !== null && ownFirstMs < (firstSlot + 1) * SLOT_MS)) {
    return ownFirstMs;
  }
  const fromMs = firstSlot * SLOT_MS;
  const firstActivity = db
    .prepare<[{ fromMs: number; id: number }], number | null>(
      `SELECT min(max(value, @fromMs)) FROM activity, json_each(stretches_ms) WHERE session = @id AND key % 2 = 0
         AND json_extract(stretches_ms, '$[' || (key + 1) || ']') >= @fromMs`,
    )
    .pluck()
    .get({ fromMs, id });
  return firstActivity ?? fromMs;
}
