import type { Database } from 'better-sqlite3';
import { EVENT_KINDS } from '../store/rows.ts';
import { type SessionSpan, sessionsSince, sessionSpans } from './session-span.ts';

/** A session, from its first to its last moment, and the project it last worked in. */
export interface WholeSession extends SessionSpan {
  readonly project: string;
}

/** Moments after `fromMs` and up to `toMs`. */
export interface Moments {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Sessions in which something happened last within these moments, and nothing since. */
export function sessionsLastActive(db: Database, { fromMs, toMs }: Moments): WholeSession[] {
  return db.transaction(() => {
    const spans = sessionSpans(db, sessionsSince(db, fromMs + 1));
    return withProjects(
      db,
      spans.filter(({ lastMs }) => lastMs > fromMs && lastMs <= toMs),
    );
  })();
}

/** Lines of the log after `afterSeq` and up to `toSeq`. */
export interface LogStretch {
  readonly afterSeq: number;
  readonly toSeq: number;
}

/** Of the sessions that these lines tell of, those in which something happened last within these moments. */
export function sessionsTold(
  db: Database,
  stretch: LogStretch,
  { fromMs, toMs }: Moments,
): WholeSession[] {
  return db.transaction(() => {
    const told = db
      .prepare<LogStretch, number>(
        (['request', 'tool_call', 'occurrence'] as const)
          .map(
            (table) => `SELECT session FROM event JOIN ${table} ON ${table}.id = event.ref
             WHERE event.seq > @afterSeq AND event.seq <= @toSeq AND event.kind = ${EVENT_KINDS[table]}`,
          )
          .join(' UNION '),
      )
      .pluck()
      .all(stretch);
    if (told.length === 0) return [];
    const spans = sessionSpans(db, told);
    return withProjects(
      db,
      spans.filter(({ lastMs }) => lastMs > fromMs && lastMs <= toMs),
    );
  })();
}

/** One session as a whole; undefined where nothing in it is its own. */
export function wholeSession(db: Database, session: number): WholeSession | undefined {
  return db.transaction(() => withProjects(db, sessionSpans(db, [session]))[0])();
}

function withProjects(db: Database, spans: readonly SessionSpan[]): WholeSession[] {
  const projectOf = db
    .prepare<{ session: number }, string>(
      `SELECT project.path FROM (
         SELECT project, at_ms FROM (SELECT project, at_ms FROM request WHERE session = @session ORDER BY at_ms DESC LIMIT 1)
         UNION ALL SELECT project, at_ms FROM (SELECT project, at_ms FROM occurrence WHERE session = @session ORDER BY at_ms DESC LIMIT 1)
       ) x JOIN project ON project.id = x.project ORDER BY x.at_ms DESC LIMIT 1`,
    )
    .pluck();
  return spans.map((span) => ({ ...span, project: projectOf.get({ session: span.id }) ?? '' }));
}

/** Whether a session was told to have ended, and nothing was done in it since. */
export function hasEnded(db: Database, session: number): boolean {
  return (
    db
      .prepare<{ session: number }, number>(
        `SELECT coalesce((SELECT max(at_ms) FROM occurrence WHERE session = @session AND type = 'session_ended') >=
           coalesce((SELECT max(at_ms) FROM (
             SELECT max(at_ms) AS at_ms FROM request WHERE session = @session
             UNION ALL SELECT max(at_ms) FROM occurrence WHERE session = @session AND type = 'user_prompt')), 0), 0)`,
      )
      .pluck()
      .get({ session }) === 1
  );
}
