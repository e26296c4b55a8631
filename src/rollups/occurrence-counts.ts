import type { Database } from 'better-sqlite3';
import { filterSql, type IdFilter } from './filter.ts';
import type { TimeRange } from './time-slots.ts';

/** How often each type of thing happened; only what is not yet pruned is known one by one. */
export function occurrenceCounts(
  db: Database,
  {
    range,
    filter,
  }: { readonly range: TimeRange; readonly filter: Pick<IdFilter, 'projects' | 'sessions'> },
): ReadonlyMap<string, number> {
  const rows = db
    .prepare<[number, number], { type: string; count: number }>(
      `SELECT type, count(*) AS count FROM occurrence
       WHERE at_ms >= ? AND at_ms < ?${filterSql({ projects: filter.projects, sessions: filter.sessions })}
       GROUP BY type ORDER BY type`,
    )
    .all(range.sinceMs ?? 0, range.untilMs ?? Number.MAX_SAFE_INTEGER);
  return new Map(rows.map(({ type, count }) => [type, count]));
}
