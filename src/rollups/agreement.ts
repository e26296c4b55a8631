import type { Database } from 'better-sqlite3';
import { SEEN_BY, SOURCES } from '../store/rows.ts';
import { sessionSpans } from './session-span.ts';
import { summariseSessions } from './summarise-sessions.ts';
import type { TimeRange } from './time-slots.ts';
import { createTimeZone } from './time-zone.ts';

/** How many things both hooks and transcripts told of, and how many only one of them. */
export interface SourceOverlap {
  readonly both: number;
  readonly transcripts_only: number;
  readonly hooks_only: number;
}

/** How far hooks and transcripts tell the same, of the sessions that hooks told of. */
export interface Agreement {
  readonly sessions: number;
  readonly tool_calls: SourceOverlap;
  readonly prompts: SourceOverlap;
  /** Part of all tool calls and prompts that both told of, 0 to 1; null where there is nothing to compare. */
  readonly share: number | null;
  /** The session with the most that only one told of; null where there is none. */
  readonly worst: (SourceOverlap & { readonly session_id: string }) | null;
  /**
   * What these sessions cost by our count and by the client's own, where it wrote one; null where it did for none. A session
   * that repeats another one is left out: the client's figure begins with what the other had cost.
   */
  readonly cost: {
    readonly sessions: number;
    readonly cost_usd: number;
    readonly client_cost_usd: number;
  } | null;
}

interface SessionOverlap extends SourceOverlap {
  readonly session: number;
}

const NOTHING: SourceOverlap = { both: 0, transcripts_only: 0, hooks_only: 0 };
const HOOK = SOURCES.indexOf('hook');
const TRANSCRIPT = SOURCES.indexOf('transcript');

/**
 * Compares what hooks and transcripts told of a span of time.
 *
 * Of each session only what came after the first thing a hook told of it is compared, since hooks may have been installed
 * in the middle; and a kind of thing only where hooks that tell of it were heard in the span at all.
 */
export function agreement(db: Database, range: TimeRange): Agreement {
  const bounds = { sinceMs: range.sinceMs ?? 0, untilMs: range.untilMs ?? Number.MAX_SAFE_INTEGER };
  const rows = (sql: string, ...events: readonly string[]): readonly SessionOverlap[] =>
    isHeard(db, events, bounds.sinceMs)
      ? db.prepare<[typeof bounds], SessionOverlap>(`${TOLD} ${sql}`).all(bounds)
      : [];
  return summary(
    db,
    rows(TOOL_CALLS, 'PreToolUse', 'PostToolUse', 'PostToolUseFailure'),
    rows(PROMPTS, 'UserPromptSubmit'),
  );
}

/** Sessions that hooks told of, and from when on. */
const TOLD = `
  WITH told AS (
    SELECT session, min(at_ms) AS from_ms FROM (
      SELECT session, at_ms FROM tool_call
      WHERE at_ms >= @sinceMs AND at_ms < @untilMs AND seen & ${SEEN_BY.hook} <> 0
      UNION ALL SELECT session, at_ms FROM occurrence
      WHERE at_ms >= @sinceMs AND at_ms < @untilMs AND scopes IS NOT NULL)
    GROUP BY session)`;

const TOOL_CALLS = `
  SELECT told.session,
    coalesce(sum(seen = ${SEEN_BY.transcript | SEEN_BY.hook}), 0) AS both,
    coalesce(sum(seen = ${SEEN_BY.transcript}), 0) AS transcripts_only,
    coalesce(sum(seen = ${SEEN_BY.hook}), 0) AS hooks_only
  FROM told LEFT JOIN tool_call ON tool_call.session = told.session
    AND at_ms >= from_ms AND at_ms < @untilMs AND tool IS NOT NULL
  GROUP BY told.session`;

const PROMPTS = `
  SELECT told.session,
    coalesce(sum(source = ${TRANSCRIPT} AND scopes IS NOT NULL), 0) AS both,
    coalesce(sum(source = ${TRANSCRIPT} AND scopes IS NULL), 0) AS transcripts_only,
    coalesce(sum(source = ${HOOK}), 0) AS hooks_only
  FROM told LEFT JOIN occurrence ON occurrence.session = told.session
    AND at_ms >= from_ms AND at_ms < @untilMs AND type = 'user_prompt' AND agent_id IS NULL
  GROUP BY told.session`;

function isHeard(db: Database, events: readonly string[], sinceMs: number): boolean {
  return (
    db
      .prepare<[string, number], number>(
        `SELECT EXISTS (SELECT 1 FROM hook_event
         WHERE event IN (SELECT value FROM json_each(?)) AND last_at_ms >= ?)`,
      )
      .pluck()
      .get(JSON.stringify(events), sinceMs) === 1
  );
}

function summary(
  db: Database,
  toolCalls: readonly SessionOverlap[],
  prompts: readonly SessionOverlap[],
): Agreement {
  const bySession = Map.groupBy([...toolCalls, ...prompts], ({ session }) => session);
  const sessions = [...bySession].map(([session, parts]) => ({ session, ...sum(parts) }));
  const all = sum(sessions);
  const total = all.both + onlyOne(all);
  const worst = sessions.toSorted((a, b) => onlyOne(b) - onlyOne(a) || a.session - b.session)[0];
  return {
    sessions: sessions.length,
    tool_calls: sum(toolCalls),
    prompts: sum(prompts),
    share: total === 0 ? null : all.both / total,
    worst: worst === undefined || onlyOne(worst) === 0 ? null : named(db, worst),
    cost: costOf(
      db,
      sessions.map(({ session }) => session),
    ),
  };
}

function sum(parts: readonly SourceOverlap[]): SourceOverlap {
  return parts.reduce<SourceOverlap>(
    (total, part) => ({
      both: total.both + part.both,
      transcripts_only: total.transcripts_only + part.transcripts_only,
      hooks_only: total.hooks_only + part.hooks_only,
    }),
    NOTHING,
  );
}

function onlyOne({ transcripts_only, hooks_only }: SourceOverlap): number {
  return transcripts_only + hooks_only;
}

function named(db: Database, { session, ...overlap }: SessionOverlap): Agreement['worst'] {
  const sql = 'SELECT session_id FROM session WHERE id = ?';
  return { session_id: String(db.prepare(sql).pluck().get(session)), ...overlap };
}

function costOf(db: Database, among: readonly number[]): Agreement['cost'] {
  const ids = withoutForks(db, among);
  if (ids.length === 0) return null;
  const view = { timezone: 'UTC', zone: createTimeZone('UTC'), nowMs: 0 };
  const known = summariseSessions(db, sessionSpans(db, ids), view).flatMap(
    ({ cost_usd, client_cost_usd }) =>
      client_cost_usd === null ? [] : [{ cost_usd, client_cost_usd }],
  );
  if (known.length === 0) return null;
  return {
    sessions: known.length,
    cost_usd: known.reduce((total, { cost_usd }) => total + cost_usd, 0),
    client_cost_usd: known.reduce((total, { client_cost_usd }) => total + client_cost_usd, 0),
  };
}

function withoutForks(db: Database, ids: readonly number[]): readonly number[] {
  const forks = db
    .prepare<[string], number>(
      `SELECT DISTINCT origin.session FROM origin
       JOIN request_copy ON request_copy.origin = origin.id JOIN request ON request.id = request_copy.request
       WHERE origin.session IN (SELECT value FROM json_each(?)) AND request.session <> origin.session`,
    )
    .pluck()
    .all(JSON.stringify(ids));
  const excluded = new Set(forks);
  return ids.filter((id) => !excluded.has(id));
}
