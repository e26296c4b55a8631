/** Sentences that several panels need. */

/** Where every number depends on the collector being scraped. */
export const NOT_SCRAPED =
  'Prometheus has nothing of Hall Monitor: see the dashboard Collector health';
export const NO_REQUESTS = 'No request was seen in this range';
export const NO_TOOL_CALLS = 'No tool call ended in this range';
export const NO_PLANS = 'No plan has been seen: see docs/plans.md';
export const NO_BUDGET = 'No budget is set: see budgets in docs/config.md';
export const NO_LIMITS = 'The status line told of no limit: see the text on the dashboard Limits';
export const NO_COMPARISON =
  'There is nothing to compare yet: hooks and transcripts must both be seen';
export const NO_EXPORTER = 'No exporter is switched on';

/** How an amount over a range is computed, for descriptions. */
export const AS_DIFFERENCE =
  'It is the exact difference between the totals at the end and at the beginning; where Prometheus is younger than that, the growth it has seen.';

/** How amounts per interval are computed, for descriptions. */
export const PER_INTERVAL =
  'Each bar is the exact growth of the total in the interval before it; the bars add up to the amount of the range.';

/** How an amount that only the running process counts is computed, for descriptions. */
export const AS_INCREASE =
  'The collector counts it from its start; Prometheus adds up what it counted, over restarts too.';
