import { usdFromNano } from '../records/money.ts';

/** Sums over requests as the store keeps them; money in nano-USD. */
export interface UsageSums {
  readonly requests: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_5m_input_tokens: number;
  readonly cache_creation_1h_input_tokens: number;
  readonly web_search_requests: number;
  readonly cost_nano_usd: number;
  readonly estimated_nano_usd: number;
  readonly unpriced_requests: number;
  readonly not_final_requests: number;
}

/** The same for the public: money in USD, not rounded. */
export interface UsageFigures {
  readonly requests: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_5m_input_tokens: number;
  readonly cache_creation_1h_input_tokens: number;
  readonly web_search_requests: number;
  readonly cost_usd: number;
  /** How much of `cost_usd` rests on the price of a sibling model. */
  readonly estimated_cost_usd: number;
  /** Requests whose tokens are in the sums and whose cost is not, because no price is known. */
  readonly unpriced_requests: number;
  /** Requests whose output count may still be a first guess, since no line says why the model stopped. */
  readonly not_final_requests: number;
}

/** Nothing at all. */
export const NO_USAGE: UsageSums = {
  requests: 0,
  input_tokens: 0,
  output_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_5m_input_tokens: 0,
  cache_creation_1h_input_tokens: 0,
  web_search_requests: 0,
  cost_nano_usd: 0,
  estimated_nano_usd: 0,
  unpriced_requests: 0,
  not_final_requests: 0,
};

/** The columns of a query over `rollup_request` or `total_request` that answers with `UsageSums`. */
export const USAGE_SUM_COLUMNS = `
  sum(requests) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(cache_read_input_tokens) AS cache_read_input_tokens,
  sum(cache_creation_5m_input_tokens) AS cache_creation_5m_input_tokens,
  sum(cache_creation_1h_input_tokens) AS cache_creation_1h_input_tokens,
  sum(web_search_requests) AS web_search_requests,
  sum(input_nano_usd + output_nano_usd + cache_read_nano_usd + cache_creation_nano_usd + web_search_nano_usd) AS cost_nano_usd,
  sum(estimated_nano_usd) AS estimated_nano_usd,
  sum(unpriced_requests) AS unpriced_requests,
  sum(not_final_requests) AS not_final_requests`;

/** Whether there is nothing: what was taken back, such as a copy counted before its original, leaves sums of 0. */
export function isNoUsage(sums: UsageSums): boolean {
  return Object.values(sums).every((sum) => sum === 0);
}

/** Both together. */
export function addUsage(a: UsageSums, b: UsageSums): UsageSums {
  return {
    requests: a.requests + b.requests,
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cache_read_input_tokens: a.cache_read_input_tokens + b.cache_read_input_tokens,
    cache_creation_5m_input_tokens:
      a.cache_creation_5m_input_tokens + b.cache_creation_5m_input_tokens,
    cache_creation_1h_input_tokens:
      a.cache_creation_1h_input_tokens + b.cache_creation_1h_input_tokens,
    web_search_requests: a.web_search_requests + b.web_search_requests,
    cost_nano_usd: a.cost_nano_usd + b.cost_nano_usd,
    estimated_nano_usd: a.estimated_nano_usd + b.estimated_nano_usd,
    unpriced_requests: a.unpriced_requests + b.unpriced_requests,
    not_final_requests: a.not_final_requests + b.not_final_requests,
  };
}

/** Sums as the public sees them. */
export function usageFigures(sums: UsageSums): UsageFigures {
  return {
    requests: sums.requests,
    input_tokens: sums.input_tokens,
    output_tokens: sums.output_tokens,
    cache_read_input_tokens: sums.cache_read_input_tokens,
    cache_creation_5m_input_tokens: sums.cache_creation_5m_input_tokens,
    cache_creation_1h_input_tokens: sums.cache_creation_1h_input_tokens,
    web_search_requests: sums.web_search_requests,
    cost_usd: usdFromNano(sums.cost_nano_usd),
    estimated_cost_usd: usdFromNano(sums.estimated_nano_usd),
    unpriced_requests: sums.unpriced_requests,
    not_final_requests: sums.not_final_requests,
  };
}
