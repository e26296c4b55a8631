import type { Database } from 'better-sqlite3';
import { InputError } from '../errors.ts';
import { ANY_NAME, filterSql, resolveFilter } from './filter.ts';
import { sessionSpans, sessionsSince, type SessionSpan } from './session-span.ts';
import type { SessionSummary } from './session-summary.ts';
import { summariseSessions, type SessionView } from './summarise-sessions.ts';
import type { TimeRange } from './time-slots.ts';
import { createTimeZone } from './time-zone.ts';

export type { SessionView } from './summarise-sessions.ts';

/** Which sessions, newest activity first; `null` means no restriction. */
export interface SessionQuery extends SessionView {
  readonly limit: number | null;
  /** What an earlier page gave as `next`. */
  readonly cursor?: string | null;
  /** Sessions that used something in this project: its path or the last part of it. */
  readonly project?: string | null;
  /** The same for all projects whose path this accepts; counts where `project` is null. */
  readonly acceptsProject?: (path: string) => boolean;
  /** Sessions of which a part lies in this half-open span; their figures stay whole. */
  readonly range?: TimeRange;
  /** Sessions in which something happened at or after this moment. */
  readonly activeSinceMs?: number | null;
}

/** A page of sessions; `next` is null on the last one. */
export interface SessionPage {
  readonly sessions: readonly SessionSummary[];
  readonly next: string | null;
}

/**
 * Lists the sessions that have something of their own.
 *
 * @throws InputError for an unknown zone or a cursor that is none of ours.
 */
export function listSessions(db: Database, query: SessionQuery): SessionPage {
  const zone = createTimeZone(query.timezone);
  const wanted = chosen(db, query).sort((a, b) => b.lastMs - a.lastMs || b.id - a.id);
  const after =
    query.cursor === null || query.cursor === undefined ? null : readCursor(query.cursor);
  const rest = after === null ? wanted : wanted.filter((span) => comesAfter(span, after));
  const page = query.limit === null ? rest : rest.slice(0, query.limit);
  const last = page.at(-1);
  const next =
    last === undefined || page.length === rest.length ? null : `${last.lastMs}.${last.id}`;
  return { sessions: summariseSessions(db, page, { ...query, zone }), next };
}

/** One session by its id or the beginning of it; undefined when it is not known or has nothing of its own. */
export function sessionDetail(
  db: Database,
  sessionId: string,
  view: SessionView,
): SessionSummary | undefined {
  const zone = createTimeZone(view.timezone);
  const [id] = resolveFilter(db, { ...ANY_NAME, session: sessionId }).sessions ?? [];
  return id === undefined
    ? undefined
    : summariseSessions(db, sessionSpans(db, [id]), { ...view, zone })[0];
}

function chosen(
  db: Database,
  { project = null, acceptsProject, range, activeSinceMs = null }: SessionQuery,
): SessionSpan[] {
  const sinceMs = Math.max(range?.sinceMs ?? -Infinity, activeSinceMs ?? -Infinity);
  const untilMs = range?.untilMs ?? Infinity;
  const inProject =
    project === null && acceptsProject === undefined
      ? null
      : sessionsOfProjects(db, projectIds(db, project, acceptsProject));
  const among = activeSinceMs === null ? null : sessionsSince(db, activeSinceMs);
  return sessionSpans(db, among).filter(
    ({ id, startedMs, lastMs }) =>
      lastMs >= sinceMs && startedMs < untilMs && (inProject === null || inProject.has(id)),
  );
}

function projectIds(
  db: Database,
  project: string | null,
  accepts: SessionQuery['acceptsProject'],
): readonly number[] | null {
  if (project !== null || accepts === undefined) {
    return resolveFilter(db, { ...ANY_NAME, project }).projects;
  }
  const all = db.prepare<[], { id: number; path: string }>('SELECT id, path FROM project').all();
  return all.filter(({ path }) => accepts(path)).map(({ id }) => id);
}

function sessionsOfProjects(db: Database, projects: readonly number[] | null): ReadonlySet<number> {
  const among = filterSql({ projects });
  const sql = `SELECT session FROM rollup_request WHERE requests > 0${among}
    UNION SELECT session FROM rollup_tool WHERE calls > 0${among}`;
  return new Set(db.prepare<[], number>(sql).pluck().all());
}

interface Cursor {
  readonly lastMs: number;
  readonly id: number;
}

function readCursor(text: string): Cursor {
  const [, lastMs, id] = /^(\d{1,16})\.(\d{1,16})$/.exec(text) ?? [];
  if (lastMs === undefined || id === undefined) {
    throw new InputError('The cursor is not one that a list of sessions gave.', {
      hint: 'Start again without it.',
    });
  }
  return { lastMs: Number(lastMs), id: Number(id) };
}

function comesAfter(span: SessionSpan, cursor: Cursor): boolean {
  return span.lastMs < cursor.lastMs || (span.lastMs === cursor.lastMs && span.id < cursor.id);
}
