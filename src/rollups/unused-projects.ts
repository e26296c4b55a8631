import type { Database } from 'better-sqlite3';

/**
 * The project of a session that used nothing so far: where the first thing happened in it that says so; '' where nothing
 * does. The first request is mostly made there, so that a session seldom moves once it is known.
 */
export function unusedProjects(db: Database): (session: number) => string {
  const first = db
    .prepare<{ session: number }, string>(
      `SELECT path FROM (
         SELECT project, at_ms FROM tool_call WHERE session = @session
         UNION ALL SELECT project, at_ms FROM occurrence WHERE session = @session)
       JOIN project ON project.id = project WHERE path <> '' ORDER BY at_ms, path LIMIT 1`,
    )
    .pluck();
  return (session) => first.get({ session }) ?? '';
}
