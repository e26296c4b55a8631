import { evenly, line, type DashboardDefinition } from '../assemble.ts';
import { bars } from '../panels/graphs.ts';
import { COLORS } from '../panels/look.ts';
import { AGAINST_BEFORE, stat } from '../panels/numbers.ts';
import { table } from '../panels/words.ts';
import { orZero, share } from '../promql/arithmetic.ts';
import { comparedWithBefore, grown, INTERVAL, type Amount } from '../promql/grown.ts';
import type { MetricKey } from '../../../src/rollups/metric-table.ts';
import { AS_DIFFERENCE, NO_REQUESTS, NOT_SCRAPED, PER_INTERVAL } from '../texts.ts';
import { budgetDial, burnRate, promptsFromCache, spentIn } from './spending.ts';

const compared = (key: MetricKey, amount: Amount = {}) => [
  { expr: orZero(grown(key, amount)), legend: 'this range' },
  { expr: comparedWithBefore(key, amount), legend: AGAINST_BEFORE },
];

const withComparison =
  'The second figure compares with the period of the same length just before; it is left out where that is not known or was nothing.';

const thisRange = [
  stat({
    title: 'Cost',
    description: `What requests cost in the range that is shown. ${AS_DIFFERENCE} ${withComparison}`,
    unit: 'currencyUSD',
    decimals: 2,
    noValue: NOT_SCRAPED,
    queries: compared('cost'),
  }),
  stat({
    title: 'Tokens',
    description: `Tokens of all types, those read from the cache too. ${AS_DIFFERENCE} ${withComparison}`,
    unit: 'short',
    decimals: 1,
    noValue: NOT_SCRAPED,
    queries: compared('tokens'),
  }),
  stat({
    title: 'Sessions begun',
    description: `By how many the sessions known became more. ${AS_DIFFERENCE} ${withComparison}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: compared('sessions'),
  }),
  stat({
    title: 'Active time',
    description: `Time that sessions were at work: from one thing that happened to the next, where less than five minutes lie between. ${AS_DIFFERENCE} ${withComparison}`,
    unit: 's',
    decimals: 1,
    noValue: NOT_SCRAPED,
    queries: compared('activeTime'),
  }),
];

const efficiency = [
  stat({
    title: 'Cost per active hour',
    description: 'Cost of the range divided by its active time in hours.',
    unit: 'currencyUSD',
    decimals: 2,
    noValue: 'No session was at work in this range',
    queries: [{ expr: `3600 * ${share(grown('cost'), grown('activeTime'))}` }],
  }),
  burnRate(),
  promptsFromCache(),
  stat({
    title: 'Cost per session begun',
    description: 'Cost of the range divided by the sessions that began in it.',
    unit: 'currencyUSD',
    decimals: 2,
    noValue: 'No session began in this range',
    queries: [{ expr: share(grown('cost'), grown('sessions')) }],
  }),
];

const costByModel = bars({
  title: 'Cost by model',
  description: `Cost of each interval by model. ${PER_INTERVAL}`,
  unit: 'currencyUSD',
  noValue: NO_REQUESTS,
  queries: [{ expr: grown('cost', { by: ['model'], over: INTERVAL }), legend: '{{model}}' }],
});

const tokensByType = bars({
  title: 'Tokens by type',
  description: `Tokens of each interval by type. ${PER_INTERVAL}`,
  unit: 'short',
  noValue: NO_REQUESTS,
  colors: COLORS.tokens,
  queries: [{ expr: grown('tokens', { by: ['type'], over: INTERVAL }), legend: '{{type}}' }],
});

const projects = table({
  title: 'Projects',
  description: `Cost, tokens and requests of the range by project. ${AS_DIFFERENCE}`,
  unit: 'short',
  noValue: NO_REQUESTS,
  labels: { project: 'Project' },
  sortBy: 'Cost',
  units: { Cost: 'currencyUSD', 'Active time': 's' },
  queries: [
    { expr: grown('cost', { by: ['project'] }), legend: 'Cost' },
    { expr: grown('tokens', { by: ['project'] }), legend: 'Tokens' },
    { expr: grown('requests', { by: ['project'] }), legend: 'Requests' },
    { expr: grown('prompts', { by: ['project'] }), legend: 'Prompts' },
    { expr: grown('activeTime', { by: ['project'] }), legend: 'Active time' },
  ],
});

/** What everything cost, how much was done, and whether that is more than usual. */
export const overview: DashboardDefinition = {
  name: 'overview',
  title: 'Hall Monitor / Overview',
  description: 'Cost, tokens, sessions and active time of Claude Code, against the period before.',
  from: 'now-7d',
  sections: [
    { title: 'This range', lines: [evenly(5, ...thisRange), evenly(4, ...efficiency)] },
    {
      title: 'By the calendar',
      lines: [
        evenly(
          5,
          spentIn('today', 'yesterday', 'Today'),
          spentIn('week', 'last_week', 'This week'),
          spentIn('month', 'last_month', 'This month'),
          budgetDial(),
        ),
      ],
    },
    {
      title: 'Over time',
      lines: [line(9, [12, costByModel], [12, tokensByType]), line(9, [24, projects])],
    },
  ],
};
