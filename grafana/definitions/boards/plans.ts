import { evenly, line, type DashboardDefinition } from '../assemble.ts';
import { bars, lines } from '../panels/graphs.ts';
import { COLORS } from '../panels/look.ts';
import { ranking, stat } from '../panels/numbers.ts';
import { table } from '../panels/words.ts';
import { current, orZero, quantile, share } from '../promql/arithmetic.ts';
import { grown, INTERVAL, RANGE } from '../promql/grown.ts';
import { AS_DIFFERENCE, NO_PLANS, NOT_SCRAPED, PER_INTERVAL } from '../texts.ts';

const OF_PLAN = ['plan', 'project'];
const STATUS_COLORS = {
  pending: 'text',
  in_progress: 'blue',
  completed: 'green',
  failed: 'red',
} as const;
const COMPLETED = { status: 'completed' };

const totals = [
  stat({
    title: 'Features completed',
    description: 'Features of all plans as they are written now that are completed.',
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(current('planFeatures', { where: COMPLETED })) }],
  }),
  stat({
    title: 'Features in progress',
    description: 'Features of all plans as they are written now that are being worked on.',
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(current('planFeatures', { where: { status: 'in_progress' } })) }],
  }),
  stat({
    title: 'Features failed',
    description: 'Features of all plans as they are written now that failed.',
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    thresholds: ['green', [1, 'red']],
    queries: [{ expr: orZero(current('planFeatures', { where: { status: 'failed' } })) }],
  }),
  stat({
    title: 'Cost of all plans',
    description:
      'What all plans cost so far. It falls where a request turns out to belong elsewhere. It does not depend on the range.',
    unit: 'currencyUSD',
    decimals: 2,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(current('planCost')) }],
  }),
  stat({
    title: 'Cost per completed feature',
    description:
      'Cost of all plans divided by their completed features; what open features cost so far is in it.',
    unit: 'currencyUSD',
    decimals: 2,
    noValue: 'No feature of a plan is completed yet',
    queries: [{ expr: share(current('planCost'), current('planFeatures', { where: COMPLETED })) }],
  }),
  stat({
    title: 'Time per completed feature',
    description: `Mean time of the attempts at features that were completed in the range and whose start was seen. ${AS_DIFFERENCE}`,
    unit: 's',
    decimals: 1,
    noValue: 'No feature whose start was seen was completed in this range',
    queries: [
      {
        expr: share(
          grown('planDuration', { part: 'sum', where: COMPLETED }),
          grown('planDuration', { part: 'count', where: COMPLETED }),
        ),
      },
    ],
  }),
];

const progress = table({
  title: 'Plans',
  description:
    'How far each plan is: completed features as a part of all that are written in it now; what it cost so far, and that divided by its completed features.',
  unit: 'short',
  noValue: NO_PLANS,
  labels: { plan: 'Plan', project: 'Project' },
  sortBy: 'Features',
  units: {
    Progress: 'percentunit',
    Cost: 'currencyUSD',
    'Cost per completed feature': 'currencyUSD',
  },
  progress: ['Progress'],
  queries: [
    {
      expr: `(${current('planFeatures', { by: OF_PLAN, where: COMPLETED })} or 0 * ${current('planFeatures', { by: OF_PLAN })}) / ${current('planFeatures', { by: OF_PLAN })}`,
      legend: 'Progress',
    },
    { expr: current('planFeatures', { by: OF_PLAN }), legend: 'Features' },
    { expr: current('planFeatures', { by: OF_PLAN, where: COMPLETED }), legend: 'Completed' },
    { expr: current('planCost', { by: OF_PLAN }), legend: 'Cost' },
    { expr: current('planTokens', { by: OF_PLAN }), legend: 'Tokens' },
    {
      expr: share(
        current('planCost', { by: OF_PLAN }),
        current('planFeatures', { by: OF_PLAN, where: COMPLETED }),
      ),
      legend: 'Cost per completed feature',
    },
  ],
});

const states = lines({
  title: 'Features by status',
  description: 'Features of all plans as they were written at each moment, by status.',
  unit: 'short',
  decimals: 0,
  min: 0,
  isStacked: true,
  noValue: NO_PLANS,
  colors: STATUS_COLORS,
  queries: [{ expr: current('planFeatures', { by: ['status'] }), legend: '{{status}}' }],
});

const timeline = bars({
  title: 'Timeline of plans and features',
  description: `What happened to plans and features in each interval: started, completed, failed and so on. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: NO_PLANS,
  queries: [
    { expr: grown('planEvents', { by: ['event_type'], over: INTERVAL }), legend: '{{event_type}}' },
  ],
});

const costOverTime = lines({
  title: 'Cost by plan',
  description: 'What each plan had cost by each moment.',
  unit: 'currencyUSD',
  min: 0,
  noValue: NO_PLANS,
  queries: [{ expr: current('planCost', { by: OF_PLAN }), legend: '{{plan}} ({{project}})' }],
});

const tokensByType = lines({
  title: 'Tokens of plans by type',
  description: 'Tokens used for all plans by each moment, by type.',
  unit: 'short',
  min: 0,
  isStacked: true,
  noValue: NO_PLANS,
  colors: COLORS.tokens,
  queries: [{ expr: current('planTokens', { by: ['type'] }), legend: '{{type}}' }],
});

const durations = ranking({
  title: 'Duration of features',
  description:
    'Median and 95th percentile of the time that attempts at features took that ended in the range and whose start was seen, by how they ended. Computed from buckets, so a good guess and not exact.',
  unit: 's',
  min: 0,
  noValue: 'No feature whose start was seen ended in this range',
  queries: [
    {
      expr: quantile(0.5, 'planDuration', { by: ['status'], over: RANGE }),
      legend: '{{status}}: median',
    },
    {
      expr: quantile(0.95, 'planDuration', { by: ['status'], over: RANGE }),
      legend: '{{status}}: 95th percentile',
    },
  ],
});

const oddities = ranking({
  title: 'What was odd about plans',
  description: `What did not look as expected when plans were read in the range, by reason. ${AS_DIFFERENCE}`,
  unit: 'short',
  decimals: 0,
  min: 0,
  noValue: 'Nothing was odd',
  queries: [{ expr: grown('planOddities', { by: ['reason'] }), legend: '{{reason}}' }],
});

/** How far plans are, what happened to their features, and what they cost. */
export const plans: DashboardDefinition = {
  name: 'plans',
  title: 'Hall Monitor / Plans',
  description: 'Progress, timeline of features, and cost of plans.',
  from: 'now-7d',
  sections: [
    { title: 'All plans', lines: [evenly(4, ...totals), line(9, [24, progress])] },
    {
      title: 'Over time',
      lines: [
        line(9, [12, timeline], [12, states]),
        line(8, [12, costOverTime], [12, tokensByType]),
      ],
    },
    { title: 'Features', lines: [line(7, [12, durations], [12, oddities])] },
  ],
};
