/** Panels about money, and what saves it, that more than one dashboard shows. */
import type { AnyPanel } from '../panels/look.ts';
import { dial, stat } from '../panels/numbers.ts';
import { current, orZero, share } from '../promql/arithmetic.ts';
import { grown } from '../promql/grown.ts';
import { NO_BUDGET, NO_REQUESTS, NOT_SCRAPED } from '../texts.ts';

/** Cost of a span of the calendar beside that of the span before. */
export function spentIn(period: string, before: string, title: string): AnyPanel {
  const ofPeriod = (name: string): string => current('spend', { where: { period: name } });
  return stat({
    title,
    description:
      'Cost of a span of the calendar in the configured time zone, up to now, and of the whole span before it; weeks begin on Monday. It does not depend on the range that is shown.',
    unit: 'currencyUSD',
    decimals: 2,
    noValue: NOT_SCRAPED,
    queries: [
      { expr: orZero(ofPeriod(period)), legend: period.replace('_', ' ') },
      { expr: orZero(ofPeriod(before)), legend: before.replace('_', ' ') },
    ],
  });
}

/** What the last hour cost. */
export function burnRate(): AnyPanel {
  return stat({
    title: 'Burn rate',
    description: 'Cost of the last sixty minutes, so dollars per hour at this moment.',
    unit: 'currencyUSD',
    decimals: 2,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(current('burnRate')) }],
  });
}

/** How far each budget is used up. */
export function budgetDial(): AnyPanel {
  return dial({
    title: 'Budgets used',
    description:
      'The part of each budget of the configuration that has been spent; of sessions, by the dearest that was at work today. More than 100 % is overdrawn.',
    unit: 'percentunit',
    decimals: 0,
    min: 0,
    max: 1,
    noValue: NO_BUDGET,
    thresholds: ['green', [0.8, 'orange'], [1, 'red']],
    queries: [
      {
        expr: current('budgetUsedRatio', { by: ['budget', 'project'], join: 'max' }),
        legend: '{{budget}} {{project}}',
      },
    ],
  });
}

/** How much of what was sent came from the cache, which is the cheap part. */
export function promptsFromCache(): AnyPanel {
  return stat({
    title: 'Share of prompts from the cache',
    description:
      'Tokens read from the cache as a part of all tokens that were sent: input, cache reads and cache writes of the range.',
    unit: 'percentunit',
    decimals: 1,
    noValue: NO_REQUESTS,
    thresholds: ['orange', [0.5, 'yellow'], [0.8, 'green']],
    queries: [
      {
        expr: share(
          grown('tokens', { where: { type: 'cache_read' } }),
          grown('tokens', { where: { type: '!output' } }),
        ),
      },
    ],
  });
}
