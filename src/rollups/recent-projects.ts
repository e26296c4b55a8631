import type { Database } from 'better-sqlite3';
import { SLOT_MS } from './time-slots.ts';

/** Which projects to name: those used since a moment, so many at most. */
export interface RecentProjectsQuery {
  readonly sinceMs: number;
  readonly limit: number;
}

/** Paths of the projects in which something was used lately, the latest first. */
export function recentProjects(
  db: Database,
  { sinceMs, limit }: RecentProjectsQuery,
): readonly string[] {
  const slot = Math.floor(sinceMs / SLOT_MS);
  return db
    .prepare<[number, number, number], string>(
      `SELECT path FROM (
         SELECT project, slot FROM rollup_request WHERE slot >= ?
         UNION ALL SELECT project, slot FROM rollup_tool WHERE slot >= ?)
       JOIN project ON project.id = project
       GROUP BY path ORDER BY max(slot) DESC, path LIMIT ?`,
    )
    .pluck()
    .all(slot, slot, limit);
}
