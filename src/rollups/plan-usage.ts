import type { Database } from 'better-sqlite3';
import { prepared } from '../store/prepared.ts';
import {
  addUsage,
  NO_USAGE,
  usageFigures,
  type UsageFigures,
  type UsageSums,
} from './usage-figures.ts';

/** What an attempt, a feature or a whole plan used, as the store keeps it. */
export interface PlanUsageSums extends UsageSums {
  readonly tool_calls: number;
  readonly tool_failures: number;
  readonly active_ms: number;
}

/** The same for the public. */
export interface PlanUsage extends UsageFigures {
  readonly tool_calls: number;
  readonly tool_failures: number;
  /** Different files that were read or written; one may count for several features. */
  readonly files_touched: number;
  readonly active_ms: number;
}

/** Sums of one attempt; attempt 0 is what belongs to no feature. */
export type AttemptUsage = PlanUsageSums & {
  readonly activation: number;
  readonly attempt: number;
};

const NOTHING: PlanUsageSums = { ...NO_USAGE, tool_calls: 0, tool_failures: 0, active_ms: 0 };

/** Sums of each attempt of a plan, and of the rest of each activation. */
export function attemptUsage(db: Database, plan: number): readonly AttemptUsage[] {
  return prepared<[number], AttemptUsage>(
    db,
    `SELECT activation, attempt, requests, input_tokens, output_tokens, cache_read_input_tokens,
         cache_creation_5m_input_tokens, cache_creation_1h_input_tokens, web_search_requests, cost_nano_usd,
         estimated_nano_usd, unpriced_requests, not_final_requests, tool_calls, tool_failures, active_ms
       FROM plan_usage WHERE plan = ? ORDER BY activation, attempt`,
  ).all(plan);
}

/** All of them together, exact because they are whole numbers. */
export function sumPlanUsage(parts: readonly PlanUsageSums[]): PlanUsageSums {
  return parts.reduce<PlanUsageSums>(
    (sum, part) => ({
      ...addUsage(sum, part),
      tool_calls: sum.tool_calls + part.tool_calls,
      tool_failures: sum.tool_failures + part.tool_failures,
      active_ms: sum.active_ms + part.active_ms,
    }),
    NOTHING,
  );
}

/** Sums as the public sees them. */
export function planUsage(sums: PlanUsageSums, filesTouched: number): PlanUsage {
  return {
    ...usageFigures(sums),
    tool_calls: sums.tool_calls,
    tool_failures: sums.tool_failures,
    files_touched: filesTouched,
    active_ms: sums.active_ms,
  };
}
