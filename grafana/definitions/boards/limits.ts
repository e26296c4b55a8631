import { evenly, line, type DashboardDefinition } from '../assemble.ts';
import { bars, lines } from '../panels/graphs.ts';
import { dial, stat } from '../panels/numbers.ts';
import { table, text } from '../panels/words.ts';
import { current, orZero } from '../promql/arithmetic.ts';
import { grown, INTERVAL } from '../promql/grown.ts';
import { AS_DIFFERENCE, NO_BUDGET, NO_LIMITS, NOT_SCRAPED, PER_INTERVAL } from '../texts.ts';
import { burnRate } from './spending.ts';

const WINDOW_COLORS = { five_hour: 'blue', seven_day: 'purple' } as const;

const used = (window: string, title: string) =>
  dial({
    title,
    description:
      'The part of this limit of the subscription that is used up, as the status line told it last; until the window ends.',
    unit: 'percentunit',
    decimals: 0,
    min: 0,
    max: 1,
    noValue: NO_LIMITS,
    thresholds: ['green', [0.7, 'orange'], [0.9, 'red']],
    queries: [{ expr: current('limitUsed', { join: 'max', where: { window } }) }],
  });

const resetIn = stat({
  title: 'Begins anew in',
  description: 'Time until the window of each limit begins anew.',
  unit: 's',
  decimals: 0,
  noValue: NO_LIMITS,
  queries: [
    {
      expr: `${current('limitReset', { by: ['window'], join: 'max' })} - time()`,
      legend: '{{window}}',
    },
  ],
});

const overTime = lines({
  title: 'Limits used over time',
  description: 'The part of each limit that was used up at each moment.',
  unit: 'percentunit',
  decimals: 0,
  min: 0,
  max: 1,
  noValue: NO_LIMITS,
  thresholds: ['green', [0.7, 'orange'], [0.9, 'red']],
  showsThresholds: true,
  colors: WINDOW_COLORS,
  queries: [{ expr: current('limitUsed', { by: ['window'], join: 'max' }), legend: '{{window}}' }],
});

const errors = (title: string, description: string, status?: string) =>
  stat({
    title,
    description: `${description} ${AS_DIFFERENCE}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    thresholds: ['green', [1, 'orange']],
    queries: [
      {
        expr: orZero(
          status === undefined
            ? grown('apiErrors')
            : grown('apiErrorReasons', { where: { status } }),
        ),
      },
    ],
  });

const reasons = bars({
  title: 'Failed requests by reason',
  description: `Requests to the Messages API of each interval that failed, by HTTP status and name of the error, as far as they are known. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: 'No request failed',
  queries: [
    {
      expr: grown('apiErrorReasons', { by: ['status', 'error'], over: INTERVAL }),
      legend: '{{status}} {{error}}',
    },
  ],
});

const notifications = bars({
  title: 'Notifications',
  description: `Times in each interval that the client wanted the attention of a person, by project. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: 'There were no notifications',
  queries: [
    { expr: grown('notifications', { by: ['project'], over: INTERVAL }), legend: '{{project}}' },
  ],
});

const budgets = table({
  title: 'Budgets',
  description:
    'What the configuration allows to be spent, what has been spent of it, and the part this is; of sessions, by the dearest that was at work today.',
  unit: 'currencyUSD',
  decimals: 2,
  noValue: NO_BUDGET,
  labels: { budget: 'Budget', project: 'Project' },
  sortBy: 'Used',
  units: { Used: 'percentunit' },
  progress: ['Used'],
  queries: [
    { expr: current('budgetUsed', { by: ['budget', 'project'], join: 'max' }), legend: 'Spent' },
    { expr: current('budgetLimit', { by: ['budget', 'project'], join: 'max' }), legend: 'Allowed' },
    {
      expr: current('budgetUsedRatio', { by: ['budget', 'project'], join: 'max' }),
      legend: 'Used',
    },
  ],
});

const burnOverTime = lines({
  title: 'Burn rate over time',
  description: 'Cost of the sixty minutes before each moment, by project.',
  unit: 'currencyUSD',
  min: 0,
  isStacked: true,
  noValue: 'Nothing was spent in an hour that Prometheus has seen',
  queries: [{ expr: current('burnRate', { by: ['project'] }), legend: '{{project}}' }],
});

const howTo = text(
  'How the limits get here',
  [
    'Claude Code tells how much of a subscription’s limits is used up to its **status line**, and nowhere else.',
    'Have your status line pass what it is given on to Hall Monitor, as docs/limits.md describes; its own output stays as it is.',
    'Until then the panels about limits say that nothing was told. Whoever pays by the token has no such limits: budgets are for them.',
  ].join('\n\n'),
);

/** How near the limits of the subscription and the budgets are. */
export const limits: DashboardDefinition = {
  name: 'limits',
  title: 'Hall Monitor / Limits',
  description: 'Limits of the subscription, failed requests, notifications and budgets.',
  from: 'now-24h',
  sections: [
    {
      title: 'Limits of the subscription',
      lines: [
        line(
          7,
          [6, used('five_hour', 'Five hours')],
          [6, used('seven_day', 'Seven days')],
          [6, resetIn],
          [6, howTo],
        ),
        line(8, [24, overTime]),
      ],
    },
    {
      title: 'Failed requests',
      lines: [
        evenly(
          4,
          errors('Failed requests', 'Requests to the Messages API of the range that failed.'),
          errors('Rate limited', 'Requests of the range that were refused with 429.', '429'),
          errors('Overloaded', 'Requests of the range that were refused with 529.', '529'),
          burnRate(),
        ),
        line(8, [12, reasons], [12, notifications]),
      ],
    },
    { title: 'Budgets', lines: [line(8, [12, budgets], [12, burnOverTime])] },
  ],
};
