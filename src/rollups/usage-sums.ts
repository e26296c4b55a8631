import type { Database } from 'better-sqlite3';
import { filterSql, type IdFilter } from './filter.ts';
import { splitRange, type TimeRange } from './time-slots.ts';
import { sumEdge, type GroupedSums } from './usage-edge.ts';
import { USAGE_SUM_COLUMNS, addUsage, type UsageSums } from './usage-figures.ts';

/** What sums over requests can be kept apart by; each is a column of `rollup_request` and of `request`. */
export type UsageGroup = 'session' | 'project' | 'model' | 'source';

/** Which requests. */
export interface UsageScope {
  readonly range: TimeRange;
  readonly filter: IdFilter;
}

/**
 * Sums over requests for each group, by the id of its row; exact to the millisecond.
 *
 * Whole quarter-hours come from the rollups; where the range cuts through one, its requests are read one by one.
 */
export function sumUsage(
  db: Database,
  groupBy: UsageGroup,
  { range, filter }: UsageScope,
): Map<number, UsageSums> {
  const { fromSlot, toSlot, edges } = splitRange(range);
  const parts = edges.map((edge) => sumEdge(db, groupBy, { edge, filter }));
  if (fromSlot === null || fromSlot !== toSlot) {
    parts.push(sumWholeSlots(db, groupBy, { fromSlot, toSlot, filter }));
  }
  const sums = new Map<number, UsageSums>();
  for (const { group, ...usage } of parts.flat()) {
    const before = sums.get(group);
    sums.set(group, before === undefined ? usage : addUsage(before, usage));
  }
  return sums;
}

function sumWholeSlots(
  db: Database,
  groupBy: UsageGroup,
  {
    fromSlot,
    toSlot,
    filter,
  }: {
    readonly fromSlot: number | null;
    readonly toSlot: number | null;
    readonly filter: IdFilter;
  },
): GroupedSums[] {
  const from = fromSlot === null ? '' : ` AND slot >= ${fromSlot}`;
  const to = toSlot === null ? '' : ` AND slot < ${toSlot}`;
  const isTotal = from + to === '' && filter.sessions === null && groupBy !== 'session';
  return db
    .prepare<[], GroupedSums>(
      `SELECT ${groupBy} AS "group", ${USAGE_SUM_COLUMNS} FROM ${isTotal ? 'total_request' : 'rollup_request'}
       WHERE TRUE${from}${to}${filterSql(filter)} GROUP BY ${groupBy}`,
    )
    .all();
}
