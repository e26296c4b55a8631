import type { PlanSummary } from '../rollups/plan-summary.ts';
import type { PlanUsage } from '../rollups/plan-usage.ts';
import { usdText } from './figures.ts';

/** How many features are done, of how many: `12/29`; nothing for a plan that has none yet. */
export const doneText = ({ feature_counts: { completed, total } }: PlanSummary): string =>
  total === 0 ? '-' : `${completed}/${total}`;

/** No dollars at all are not the same as none known. */
export const costText = (
  { cost_usd, unpriced_requests }: Pick<PlanUsage, 'cost_usd' | 'unpriced_requests'>,
  decimals: number,
): string => (cost_usd === 0 && unpriced_requests > 0 ? 'unknown' : usdText(cost_usd, decimals));

/** Tokens of every kind together. */
export const tokensOf = (usage: PlanUsage): number =>
  usage.input_tokens +
  usage.output_tokens +
  usage.cache_read_input_tokens +
  usage.cache_creation_5m_input_tokens +
  usage.cache_creation_1h_input_tokens;

/** Where a plan lies, in words. */
export const placeText = ({ location }: Pick<PlanSummary, 'location'>): string =>
  location === 'gone' ? 'gone from every checkout' : `in dev/${location}`;

/** Where the place of a plan and the statuses in its manifest do not fit; undefined where they do. */
export function contradictionOf(plan: PlanSummary): string | undefined {
  const { completed, total } = plan.feature_counts;
  if (plan.location === 'complete' && completed < total)
    return `${placeText(plan)}, ${completed} of ${total} marked completed`;
  if (plan.location === 'active' && total > 0 && completed === total)
    return `${placeText(plan)}, all ${total} marked completed`;
  return undefined;
}
