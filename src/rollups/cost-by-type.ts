import type { Database } from 'better-sqlite3';
import { usdFromNano } from '../records/money.ts';
import { filterSql, type IdFilter } from './filter.ts';
import { splitRange } from './time-slots.ts';
import type { Edge } from './usage-edge.ts';
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
  const whole = db
    .prepare<[number, number], TypeSums>(
      `SELECT ${SUMS} FROM rollup_request WHERE slot >= ? AND slot < ?${filterSql(filter)}`,
    )
    .get(fromSlot ?? Number.MIN_SAFE_INTEGER, toSlot ?? Number.MAX_SAFE_INTEGER);
  const parts = [
    ...(whole === undefined ? [] : [whole]),
    ...edges.map((edge) => edgeCost(db, edge, filter)),
  ];
  const sum = (type: keyof TypeSums): number =>
    parts.reduce((total, part) => total + part[type], 0);
  const sums = {
    input: sum('input'),
    output: sum('output'),
    cache_read: sum('cache_read'),
    cache_creation: sum('cache_creation'),
    web_search: sum('web_search'),
  };
  return {
    input: usdFromNano(sums.input),
    output: usdFromNano(sums.output),
    cache_read: usdFromNano(sums.cache_read),
    cache_creation: usdFromNano(sums.cache_creation),
    web_search: usdFromNano(sums.web_search),
    total: usdFromNano(
      sums.input + sums.output + sums.cache_read + sums.cache_creation + sums.web_search,
    ),
  };
}

/** The cost of single requests; each priced part of one is its own model's, as in the sums. */
function edgeCost(
  db: Database,
  { fromMs, toMs }: Edge,
  { projects, sessions, models }: IdFilter,
): TypeSums {
  const cost = db
    .prepare<[number, number], TypeSums>(
      `WITH chosen AS (
         SELECT * FROM request WHERE at_ms >= ? AND at_ms < ?${filterSql({ projects, sessions })}
       )
       SELECT ${SUMS} FROM (
         SELECT model, input_nano_usd, output_nano_usd, cache_read_nano_usd, cache_creation_nano_usd, web_search_nano_usd
         FROM chosen WHERE detail IS NULL OR detail -> '$.parts' IS NULL
         UNION ALL
         SELECT (SELECT id FROM model WHERE name = part.value ->> 'model'),
           part.value ->> '$.cost.inputNanoUsd', part.value ->> '$.cost.outputNanoUsd',
           part.value ->> '$.cost.cacheReadNanoUsd', part.value ->> '$.cost.cacheCreationNanoUsd',
           part.value ->> '$.cost.webSearchNanoUsd'
         FROM chosen, json_each(chosen.detail, '$.parts') AS part WHERE detail -> '$.parts' IS NOT NULL
       ) WHERE TRUE${filterSql({ models })}`,
    )
    .get(fromMs, toMs);
  return cost ?? { input: 0, output: 0, cache_read: 0, cache_creation: 0, web_search: 0 };
}
