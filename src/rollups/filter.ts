import type { Database } from 'better-sqlite3';
import { InputError } from '../errors.ts';

/** What to look at, by the names people use; null means all. */
export interface NameFilter {
  /** A project's path, or the last part of one. */
  readonly project: string | null;
  /** Model id exactly as the API gave it. */
  readonly model: string | null;
  /** A session's id, or the beginning of one. */
  readonly session: string | null;
}

/** No restriction by name. */
export const ANY_NAME: NameFilter = { project: null, model: null, session: null };

/** The same as ids of rows; null means all, an empty list means that the name is not known. */
export interface IdFilter {
  readonly projects: readonly number[] | null;
  readonly models: readonly number[] | null;
  readonly sessions: readonly number[] | null;
}

/**
 * Finds the rows that names stand for.
 *
 * @throws InputError when the beginning of a session id fits more than one.
 */
export function resolveFilter(db: Database, names: NameFilter): IdFilter {
  return {
    projects: names.project === null ? null : projectIds(db, names.project),
    models:
      names.model === null ? null : ids(db, 'SELECT id FROM model WHERE name = ?', names.model),
    sessions: names.session === null ? null : sessionIds(db, names.session),
  };
}

/** SQL conditions for the columns `project`, `model` and `session`, each beginning with AND; '' where there are none. */
export function filterSql(filter: Partial<IdFilter>): string {
  return (
    inList('project', filter.projects) +
    inList('model', filter.models) +
    inList('session', filter.sessions)
  );
}

function inList(column: string, among: readonly number[] | null | undefined): string {
  return among === null || among === undefined
    ? ''
    : ` AND ${column} IN (${among.map(Number).join(', ')})`;
}

function projectIds(db: Database, project: string): number[] {
  const exact = ids(db, 'SELECT id FROM project WHERE path = ?', project);
  if (exact.length > 0 || project === '') {
    return exact;
  }
  const all = db.prepare<[], { id: number; path: string }>('SELECT id, path FROM project').all();
  return all.filter(({ path }) => path.split(/[\\/]/).at(-1) === project).map(({ id }) => id);
}

function sessionIds(db: Database, session: string): number[] {
  const exact = ids(db, 'SELECT id FROM session WHERE session_id = ?', session);
  if (exact.length > 0 || session === '') {
    return exact;
  }
  const found = ids(db, 'SELECT id FROM session WHERE instr(session_id, ?) = 1 LIMIT 2', session);
  if (found.length > 1) {
    throw new InputError(`More than one session begins with ${JSON.stringify(session)}.`, {
      hint: 'Give more of its id; `hall-monitor sessions --json` has the whole ones.',
    });
  }
  return found;
}

function ids(db: Database, sql: string, name: string): number[] {
  return db
    .prepare<[string], { id: number }>(sql)
    .all(name)
    .map((row) => row.id);
}
