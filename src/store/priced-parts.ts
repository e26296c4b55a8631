/**
 * SQL of the single priced parts of the requests in `chosen`, which has all columns of `request`: what the sums over
 * requests hold, part by part. A request with several parts counts once, and the tokens and cost of each part under the
 * part's own model. `carried` are further columns of `chosen`.
 */
export const pricedPartsSql = (carried: string): string => `
  SELECT ${carried}, model, 1 AS requests,
    input_tokens, output_tokens, cache_read_input_tokens,
    cache_creation_5m_input_tokens, cache_creation_1h_input_tokens, web_search_requests,
    input_nano_usd + output_nano_usd + cache_read_nano_usd + cache_creation_nano_usd + web_search_nano_usd AS nano_usd,
    cost_basis = 2 AS estimated, cost_basis = 3 AS unpriced, final = 0 AS not_final
  FROM chosen WHERE detail IS NULL OR detail -> '$.parts' IS NULL
  UNION ALL
  SELECT ${carried}, (SELECT id FROM model WHERE name = part.value ->> 'model') AS model, part.key = 0,
    part.value ->> '$.tokens.inputTokens', part.value ->> '$.tokens.outputTokens', part.value ->> '$.tokens.cacheReadInputTokens',
    part.value ->> '$.tokens.cacheCreation5mInputTokens', part.value ->> '$.tokens.cacheCreation1hInputTokens',
    part.value ->> '$.tokens.webSearchRequests',
    coalesce((part.value ->> '$.cost.inputNanoUsd') + (part.value ->> '$.cost.outputNanoUsd')
      + (part.value ->> '$.cost.cacheReadNanoUsd') + (part.value ->> '$.cost.cacheCreationNanoUsd')
      + (part.value ->> '$.cost.webSearchNanoUsd'), 0),
    part.value ->> 'estimated', part.value ->> 'unpriced', part.key = 0 AND final = 0
  FROM chosen, json_each(chosen.detail, '$.parts') AS part WHERE detail -> '$.parts' IS NOT NULL`;

/** Columns that sum up such parts, under their public names. */
export const PRICED_SUMS_SQL = `
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
  sum(not_final) AS not_final_requests`;
