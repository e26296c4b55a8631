import type { Database } from 'better-sqlite3';
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
       ), plain AS (
         SELECT at_ms, session, project, model, source, 1 AS requests,
           input_tokens, output_tokens, cache_read_input_tokens,
           cache_creation_5m_input_tokens, cache_creation_1h_input_tokens, web_search_requests,
           input_nano_usd + output_nano_usd + cache_read_nano_usd + cache_creation_nano_usd + web_search_nano_usd AS nano_usd,
           cost_basis = 2 AS estimated, cost_basis = 3 AS unpriced, final = 0 AS not_final
         FROM chosen WHERE detail IS NULL OR detail -> '$.parts' IS NULL
       ), parts AS (
         SELECT at_ms, session, project, (SELECT id FROM model WHERE name = part.value ->> 'model') AS model, source, part.key = 0,
           part.value ->> '$.tokens.inputTokens', part.value ->> '$.tokens.outputTokens', part.value ->> '$.tokens.cacheReadInputTokens',
           part.value ->> '$.tokens.cacheCreation5mInputTokens', part.value ->> '$.tokens.cacheCreation1hInputTokens',
           part.value ->> '$.tokens.webSearchRequests',
           coalesce((part.value ->> '$.cost.inputNanoUsd') + (part.value ->> '$.cost.outputNanoUsd')
             + (part.value ->> '$.cost.cacheReadNanoUsd') + (part.value ->> '$.cost.cacheCreationNanoUsd')
             + (part.value ->> '$.cost.webSearchNanoUsd'), 0),
           part.value ->> 'estimated', part.value ->> 'unpriced', part.key = 0 AND final = 0
         FROM chosen, json_each(chosen.detail, '$.parts') AS part WHERE detail -> '$.parts' IS NOT NULL
       )
       SELECT ${group} AS "group",
         sum(requests) AS requests,
         sum(input_tokens) AS input_tokens,
         sum(output_tokens) AS output_tokens,
         sum(cache_read_input_tokens) AS cache_read_input_tokens,
         sum(cache_creation_5m_input_tokens) AS cache_creation_5m_input_tokens,
         sum(cache_creation_1h_input_tokens) AS cache_creation_1h_input_tokens,
         sum(web_search_requests) AS web_search_requests,
         sum(nano_usd) AS cost_nano_usd,
         sum(iif(estimated, nano_usd, 0)) AS estimated_nano_usd,
         sum(unpriced) AS unpriced_requests,
         sum(not_final) AS not_final_requests
       FROM (SELECT * FROM plain UNION ALL SELECT * FROM parts) WHERE TRUE${filterSql({ models })} GROUP BY 1`,
    )
    .all(edge.fromMs, edge.toMs);
}
