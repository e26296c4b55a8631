import type { Database } from 'better-sqlite3';
import { nanoFromUsd } from '../records/money.ts';
import { localIso } from './local-time.ts';
import type { SessionSummary } from './session-summary.ts';
import { listSessions, type SessionQuery } from './sessions.ts';
import { ALL_TIME } from './time-slots.ts';
import { createTimeZone } from './time-zone.ts';
import { usageByName } from './usage-by-name.ts';

/** One session in `sessions.json`; minutes to one decimal, money to the cent, times local with their offset. */
export interface ReportedSession {
  /** The first 8 characters of the id, or all of it where two sessions share those. */
  readonly session_id: string;
  readonly started: string;
  readonly ended: string;
  readonly duration_wall_min: number;
  readonly duration_active_min: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_create_tokens: number;
  readonly total_tokens: number;
  readonly all_tokens: number;
  readonly messages: number;
  readonly cost_usd: number;
  /** The model that most of the money went to; '' without requests. */
  readonly model: string;
  readonly day: string;
  readonly full_id: string;
}

/** What the sessions that began on one day come to. */
export interface ReportedDay {
  readonly sessions: number;
  readonly cost_usd: number;
  readonly active_min: number;
  readonly messages: number;
  readonly wall_min: number;
  /** Tokens of all four kinds. */
  readonly tokens: number;
}

/** What all sessions come to. */
export interface ReportedTotals {
  readonly total_sessions: number;
  readonly total_cost_usd: number;
  readonly total_active_min: number;
  readonly total_wall_min: number;
  readonly total_input_tokens: number;
  readonly total_output_tokens: number;
  readonly total_cache_read_tokens: number;
  readonly total_cache_create_tokens: number;
  readonly total_all_tokens: number;
  readonly total_messages: number;
  readonly model: string;
  readonly models: readonly string[];
}

/** The content of `sessions.json`. Sums are made before anything is rounded. */
export interface SessionsReport {
  /** By their start, oldest first. */
  readonly sessions: readonly ReportedSession[];
  readonly by_day: Readonly<Record<string, ReportedDay>>;
  readonly totals: ReportedTotals;
}

/** All sessions that a query fits, as a file for people and scripts. */
export function sessionsReport(
  db: Database,
  query: Omit<SessionQuery, 'limit' | 'cursor'>,
): SessionsReport {
  const zone = createTimeZone(query.timezone);
  const { sessions } = listSessions(db, { ...query, limit: null });
  const ordered = sessions.toSorted(
    (a, b) => compare(a.started, b.started) || compare(a.session_id, b.session_id),
  );
  const sharing = Map.groupBy(ordered, ({ session_id }) => session_id.slice(0, 8));
  const days = Map.groupBy(ordered, ({ day }) => day);
  return {
    sessions: ordered.map((session) => ({
      session_id:
        (sharing.get(session.session_id.slice(0, 8))?.length ?? 1) > 1
          ? session.session_id
          : session.session_id.slice(0, 8),
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
    })),
    by_day: Object.fromEntries(
      [...days].sort(([a], [b]) => compare(a, b)).map(([day, own]) => [day, reportedDay(own)]),
    ),
    totals: reportedTotals(ordered, modelsOf(db, ordered)),
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

function reportedTotals(
  sessions: readonly SessionSummary[],
  models: readonly string[],
): ReportedTotals {
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
  };
}

/** Models of these sessions, dearest first. */
function modelsOf(db: Database, sessions: readonly SessionSummary[]): string[] {
  const names = JSON.stringify(sessions.map((session) => session.session_id));
  const ids = db
    .prepare<[string], number>(
      'SELECT id FROM session WHERE session_id IN (SELECT value FROM json_each(?))',
    )
    .pluck()
    .all(names);
  const filter = { projects: null, models: null, sessions: ids };
  return usageByName(db, 'model', { range: ALL_TIME, filter }).rows.map(({ model }) => model);
}

/** What sessions cost together, half up to the cent; counted in whole nano-USD, so that no binary fraction decides. */
function cents(sessions: readonly SessionSummary[]): number {
  const nanoUsd = sum(sessions, (session) => nanoFromUsd(session.cost_usd));
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
