import type { Database } from 'better-sqlite3';
import { nanoFromUsd } from '../records/money.ts';
import type {
  ReportedDay,
  ReportedSession,
  ReportedTotals,
  SessionsFile,
} from '../records/sessions-file.ts';
import { localIso } from './local-time.ts';
import type { SessionSummary } from './session-summary.ts';
import { listSessions, type SessionQuery } from './sessions.ts';
import { ALL_TIME } from './time-slots.ts';
import { createTimeZone, type TimeZone } from './time-zone.ts';
import { usageByName } from './usage-by-name.ts';

/** Which sessions are reported, and as of when and where. */
export type SessionsReportQuery = Omit<SessionQuery, 'limit' | 'cursor'>;

/** All sessions that a query fits, as a file for people and scripts. */
export function sessionsReport(db: Database, query: SessionsReportQuery): SessionsFile {
  return reportSessions(db, listSessions(db, { ...query, limit: null }).sessions, query.timezone);
}

/** The same of sessions that are known already; none may be missing of those that are meant. */
export function reportSessions(
  db: Database,
  sessions: readonly SessionSummary[],
  timezone: string,
): SessionsFile {
  const zone = createTimeZone(timezone);
  const ordered = sessions.toSorted(
    (a, b) => compare(a.started, b.started) || compare(a.session_id, b.session_id),
  );
  const shortIds = shortSessionIds(ordered.map(({ session_id }) => session_id));
  const days = Map.groupBy(ordered, ({ day }) => day);
  return {
    sessions: ordered.map((session) => ({
      ...reportedSession(session, zone),
      session_id: shortIds.get(session.session_id) ?? session.session_id,
    })),
    by_day: Object.fromEntries(
      [...days].sort(([a], [b]) => compare(a, b)).map(([day, own]) => [day, reportedDay(own)]),
    ),
    totals: reportedTotals(ordered, modelBreakdown(db, ordered)),
  };
}

/** The first 8 characters of each id, or all of it where another one begins the same; by the id. */
export function shortSessionIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const sharing = Map.groupBy(ids, (id) => id.slice(0, 8));
  return new Map(
    ids.map((id) => {
      const short = id.slice(0, 8);
      return [id, (sharing.get(short)?.length ?? 1) > 1 ? id : short];
    }),
  );
}

function reportedSession(session: SessionSummary, zone: TimeZone): ReportedSession {
  return {
    session_id: session.session_id,
    started: localIso(zone, Date.parse(session.started)),
    ended: localIso(zone, Date.parse(session.ended)),
    duration_wall_min: session.duration_wall_min,
    duration_active_min: session.duration_active_min,
    input_tokens: session.input_tokens,
    output_tokens: session.output_tokens,
    cache_read_tokens: session.cache_read_tokens,
    cache_create_tokens: session.cache_create_tokens,
    total_tokens: session.total_tokens,
    all_tokens: session.all_tokens,
    messages: session.messages,
    cost_usd: cents([session]),
    model: session.model ?? '',
    day: session.day,
    full_id: session.session_id,
    models: [...session.models],
    unpriced_requests: session.unpriced_requests,
  };
}

function reportedDay(sessions: readonly SessionSummary[]): ReportedDay {
  return {
    sessions: sessions.length,
    cost_usd: cents(sessions),
    active_min: minutes(sum(sessions, (session) => session.duration_active_ms)),
    messages: sum(sessions, (session) => session.messages),
    wall_min: minutes(sum(sessions, (session) => session.duration_wall_ms)),
    tokens: sum(sessions, (session) => session.all_tokens),
  };
}

type Breakdown = ReportedTotals['model_breakdown'];

function reportedTotals(sessions: readonly SessionSummary[], breakdown: Breakdown): ReportedTotals {
  const models = Object.keys(breakdown);
  return {
    total_sessions: sessions.length,
    total_cost_usd: cents(sessions),
    total_active_min: minutes(sum(sessions, (session) => session.duration_active_ms)),
    total_wall_min: minutes(sum(sessions, (session) => session.duration_wall_ms)),
    total_input_tokens: sum(sessions, (session) => session.input_tokens),
    total_output_tokens: sum(sessions, (session) => session.output_tokens),
    total_cache_read_tokens: sum(sessions, (session) => session.cache_read_tokens),
    total_cache_create_tokens: sum(sessions, (session) => session.cache_create_tokens),
    total_all_tokens: sum(sessions, (session) => session.all_tokens),
    total_messages: sum(sessions, (session) => session.messages),
    model: models[0] ?? '',
    models,
    source: 'hall-monitor',
    model_breakdown: breakdown,
    total_estimated_cost_usd: cents(sessions, (session) => session.estimated_cost_usd),
    total_unpriced_requests: sum(sessions, (session) => session.unpriced_requests),
    total_not_final_requests: sum(sessions, (session) => session.not_final_requests),
  };
}

/** What each model was used for in these sessions, dearest first. */
function modelBreakdown(db: Database, sessions: readonly SessionSummary[]): Breakdown {
  const names = JSON.stringify(sessions.map((session) => session.session_id));
  const ids = db
    .prepare<[string], number>(
      'SELECT id FROM session WHERE session_id IN (SELECT value FROM json_each(?))',
    )
    .pluck()
    .all(names);
  const filter = { projects: null, models: null, sessions: ids };
  return Object.fromEntries(
    usageByName(db, 'model', { range: ALL_TIME, filter }).rows.map(({ model, ...used }) => [
      model,
      {
        cost_usd: centsOf(nanoFromUsd(used.cost_usd)),
        input: used.input_tokens,
        output: used.output_tokens,
        cache_read: used.cache_read_input_tokens,
        cache_create: used.cache_creation_5m_input_tokens + used.cache_creation_1h_input_tokens,
      },
    ]),
  );
}

/** What sessions cost together, counted in whole nano-USD, so that no binary fraction decides. */
function cents(
  sessions: readonly SessionSummary[],
  of = (session: SessionSummary): number => session.cost_usd,
): number {
  return centsOf(sum(sessions, (session) => nanoFromUsd(of(session))));
}

/** USD to the cent, half up. */
function centsOf(nanoUsd: number): number {
  return Math.floor((nanoUsd + 5_000_000) / 10_000_000) / 100;
}

function minutes(ms: number): number {
  return Math.round(ms / 6000) / 10;
}

function sum(sessions: readonly SessionSummary[], of: (session: SessionSummary) => number): number {
  return sessions.reduce((total, session) => total + of(session), 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
