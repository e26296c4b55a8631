import type { Database } from 'better-sqlite3';
import { filterSql, type IdFilter } from './filter.ts';
import { localKey, localUnit, type TimeUnit } from './local-time.ts';
import { SLOT_MS, splitRange } from './time-slots.ts';
import type { TimeZone } from './time-zone.ts';
import { NO_USAGE, USAGE_SUM_COLUMNS, addUsage, type UsageSums } from './usage-figures.ts';
import { sumEdge } from './usage-edge.ts';
import type { UsageScope } from './usage-sums.ts';
import { byName, usageTable, type UsageTable } from './usage-table.ts';

/** What was used in each local hour, day, week or month, oldest first; units without requests have no row. */
export function usageByTime<K extends TimeUnit>(
  db: Database,
  unit: K,
  zone: TimeZone,
  scope: UsageScope,
): UsageTable<K> {
  const { fromSlot, toSlot, edges } = splitRange(scope.range);
  const sums = new Map<string, UsageSums>();
  const add = (key: string, usage: UsageSums): void => {
    sums.set(key, addUsage(sums.get(key) ?? NO_USAGE, usage));
  };
  for (const edge of edges) {
    for (const { group: slot, ...usage } of sumEdge(db, `at_ms / ${SLOT_MS}`, {
      edge,
      filter: scope.filter,
    })) {
      add(localKey(zone, unit, slot * SLOT_MS), usage);
    }
  }
  const slots = slotQueries(db, scope.filter);
  const endSlot = toSlot ?? Number.MAX_SAFE_INTEGER;
  let slot = slots.next(fromSlot ?? 0, endSlot);
  while (slot !== undefined) {
    const { key, endMs } = localUnit(zone, unit, { atMs: slot * SLOT_MS, stepMs: SLOT_MS });
    const untilSlot = Math.min(Math.ceil(endMs / SLOT_MS), endSlot);
    add(key, slots.sum(slot, untilSlot));
    slot = slots.next(untilSlot, endSlot);
  }
  return usageTable(unit, [...sums].sort(byName));
}

/**
 * One range per unit, found by walking the primary key: half the time of a GROUP BY over local dates, which would have
 * to sort all rows because SQLite cannot know that they come in order.
 */
function slotQueries(db: Database, filter: IdFilter) {
  const where = `WHERE slot >= ? AND slot < ?${filterSql(filter)}`;
  const first = db
    .prepare<[number, number], number>(
      `SELECT slot FROM rollup_request ${where} ORDER BY slot LIMIT 1`,
    )
    .pluck();
  const sum = db.prepare<[number, number], UsageSums>(
    `SELECT ${USAGE_SUM_COLUMNS} FROM rollup_request ${where}`,
  );
  return {
    next: (fromSlot: number, toSlot: number): number | undefined => first.get(fromSlot, toSlot),
    sum: (fromSlot: number, toSlot: number): UsageSums => sum.get(fromSlot, toSlot) ?? NO_USAGE,
  };
}
