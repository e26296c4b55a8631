import type { Database } from 'better-sqlite3';
import { PRICED_SUMS_SQL, pricedPartsSql } from '../store/priced-parts.ts';
import { filterSql, type IdFilter } from './filter.ts';
import type { UsageSums } from './usage-figures.ts';

/** Sums, and the number of the group they belong to. */
export type GroupedSums = UsageSums & { readonly group: number };

/** Fewer milliseconds than the rollups can tell apart. */
export interface Edge {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Sums over the single requests of a span, for each value of an SQL expression over `at_ms`, `session`, `project`,
 * `model` and `source`; what the rollups would hold if the span were theirs.
 *
 * A request with several priced parts counts once, and the tokens and cost of each part under the part's own model.
 */
export function sumEdge(
  db: Database,
  group: string,
  { edge, filter }: { readonly edge: Edge; readonly filter: IdFilter },
): GroupedSums[] {
  const { projects, sessions, models } = filter;
  return db
    .prepare<[number, number], GroupedSums>(
      `WITH chosen AS (
         SELECT * FROM request WHERE at_ms >= ? AND at_ms < ?${filterSql({ projects, sessions })}
       )
       SELECT ${group} AS "group", ${PRICED_SUMS_SQL}
       FROM (${pricedPartsSql('at_ms, session, project, source')})
       WHERE TRUE${filterSql({ models })} GROUP BY 1`,
    )
    .all(edge.fromMs, edge.toMs);
}
