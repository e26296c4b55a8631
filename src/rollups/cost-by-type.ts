import type { Database } from 'better-sqlite3';
import { usdFromNano } from '../records/money.ts';
import { filterSql } from './filter.ts';
import { splitRange } from './time-slots.ts';
import type { UsageScope } from './usage-sums.ts';

/** What the cost was for, in nano-USD. */
interface TypeSums {
  readonly input: number;
  readonly output: number;
  readonly cache_read: number;
  readonly cache_creation: number;
  readonly web_search: number;
}

/** What the cost was for, in USD; the parts add up to `total`. */
export interface CostByType extends TypeSums {
  readonly total: number;
}

const SUMS = `coalesce(sum(input_nano_usd), 0) AS input, coalesce(sum(output_nano_usd), 0) AS output,
  coalesce(sum(cache_read_nano_usd), 0) AS cache_read, coalesce(sum(cache_creation_nano_usd), 0) AS cache_creation,
  coalesce(sum(web_search_nano_usd), 0) AS web_search`;

/** The cost of a span by type of token, exact to the millisecond like all sums. */
export function costByType(db: Database, { range, filter }: UsageScope): CostByType {
  const { fromSlot, toSlot, edges } = splitRange(range);
  const where = filterSql(filter);
  const whole = db
    .prepare<[number, number], TypeSums>(
      `SELECT ${SUMS} FROM rollup_request WHERE slot >= ? AND slot < ?${where}`,
    )
    .get(fromSlot ?? Number.MIN_SAFE_INTEGER, toSlot ?? Number.MAX_SAFE_INTEGER);
  const edge = db.prepare<[number, number], TypeSums>(
    `SELECT ${SUMS} FROM request WHERE at_ms >= ? AND at_ms < ?${where}`,
  );
  const parts = [whole, ...edges.map(({ fromMs, toMs }) => edge.get(fromMs, toMs))].filter(
    (part) => part !== undefined,
  );
  const sum = (type: keyof TypeSums): number =>
    parts.reduce((total, part) => total + part[type], 0);
  const sums = {
    input: sum('input'),
    output: sum('output'),
    cache_read: sum('cache_read'),
    cache_creation: sum('cache_creation'),
    web_search: sum('web_search'),
  };
  const total = sums.input + sums.output + sums.cache_read + sums.cache_creation + sums.web_search;
  return {
    input: usdFromNano(sums.input),
    output: usdFromNano(sums.output),
    cache_read: usdFromNano(sums.cache_read),
    cache_creation: usdFromNano(sums.cache_creation),
    web_search: usdFromNano(sums.web_search),
    total: usdFromNano(total),
  };
}
