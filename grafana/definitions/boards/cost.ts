import { evenly, line, type DashboardDefinition } from '../assemble.ts';
import { bars, ratios } from '../panels/graphs.ts';
import { COLORS } from '../panels/look.ts';
import { stat } from '../panels/numbers.ts';
import { table } from '../panels/words.ts';
import { current, orZero, share } from '../promql/arithmetic.ts';
import { grown, INTERVAL } from '../promql/grown.ts';
import { AS_DIFFERENCE, NO_REQUESTS, NOT_SCRAPED, PER_INTERVAL } from '../texts.ts';
import { promptsFromCache } from './spending.ts';

const totals = [
  stat({
    title: 'Cost',
    description: `What requests cost in the range that is shown. ${AS_DIFFERENCE}`,
    unit: 'currencyUSD',
    decimals: 2,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(grown('cost')) }],
  }),
  stat({
    title: 'Requests',
    description: `Requests to the Messages API in the range that is shown. ${AS_DIFFERENCE}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(grown('requests')) }],
  }),
  stat({
    title: 'Cost per request',
    description: 'Cost of the range divided by its requests.',
    unit: 'currencyUSD',
    decimals: 4,
    noValue: NO_REQUESTS,
    queries: [{ expr: share(grown('cost'), grown('requests')) }],
  }),
  stat({
    title: 'Cost per prompt',
    description: 'Cost of the range divided by the prompts that people gave in it.',
    unit: 'currencyUSD',
    decimals: 3,
    noValue: 'Nobody gave a prompt in this range',
    queries: [{ expr: share(grown('cost'), grown('prompts')) }],
  }),
];

const trust = [
  stat({
    title: 'Estimated share of the cost',
    description:
      'The part of the cost of the range that rests on the price of a sibling model, since the price of the model itself is not known.',
    unit: 'percentunit',
    decimals: 1,
    noValue: NO_REQUESTS,
    thresholds: ['green', [0.05, 'orange'], [0.25, 'red']],
    queries: [{ expr: share(orZero(grown('estimatedCost')), grown('cost')) }],
  }),
  stat({
    title: 'Unpriced share of requests',
    description:
      'The part of the requests of the range whose tokens are counted and whose cost is not, since no price is known.',
    unit: 'percentunit',
    decimals: 1,
    noValue: NO_REQUESTS,
    thresholds: ['green', [0.001, 'orange'], [0.05, 'red']],
    queries: [{ expr: share(orZero(grown('unpricedRequests')), grown('requests')) }],
  }),
  stat({
    title: 'Requests not final',
    description:
      'Requests whose output count may still be a first guess, of all that are known. It falls as transcripts go on.',
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    thresholds: ['green', [100, 'orange']],
    queries: [{ expr: orZero(current('notFinalRequests')) }],
  }),
  promptsFromCache(),
];

const costBy = (label: 'model' | 'project' | 'type', title: string) =>
  bars({
    title,
    description: `Cost of each interval by ${label}. ${PER_INTERVAL}`,
    unit: 'currencyUSD',
    noValue: NO_REQUESTS,
    ...(label === 'type' ? { colors: COLORS.tokens } : {}),
    queries: [{ expr: grown('cost', { by: [label], over: INTERVAL }), legend: `{{${label}}}` }],
  });

const tokensBy = (label: 'model' | 'project' | 'type', title: string) =>
  bars({
    title,
    description: `Tokens of each interval by ${label}. ${PER_INTERVAL}`,
    unit: 'short',
    noValue: NO_REQUESTS,
    ...(label === 'type' ? { colors: COLORS.tokens } : {}),
    queries: [{ expr: grown('tokens', { by: [label], over: INTERVAL }), legend: `{{${label}}}` }],
  });

const requestsByRequester = bars({
  title: 'Requests by who asked',
  description: `Requests of each interval by the main conversation, subagents, and what the client does beside them. Cost is not kept by this. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: NO_REQUESTS,
  colors: COLORS.requesters,
  queries: [
    { expr: grown('requests', { by: ['requester'], over: INTERVAL }), legend: '{{requester}}' },
  ],
});

const cacheOverTime = ratios({
  title: 'Share of prompts from the cache by model',
  description:
    'Tokens read from the cache as a part of all tokens sent in each interval; low just after a conversation begins or its cache has expired.',
  unit: 'percentunit',
  min: 0,
  max: 1,
  noValue: NO_REQUESTS,
  queries: [
    {
      expr: share(
        grown('tokens', { by: ['model'], over: INTERVAL, where: { type: 'cache_read' } }),
        grown('tokens', { by: ['model'], over: INTERVAL, where: { type: '!output' } }),
      ),
      legend: '{{model}}',
    },
  ],
});

const costPerRequest = ratios({
  title: 'Cost per request by model',
  description: 'Cost of each interval divided by its requests, by model.',
  unit: 'currencyUSD',
  decimals: 4,
  min: 0,
  noValue: NO_REQUESTS,
  queries: [
    {
      expr: share(
        grown('cost', { by: ['model'], over: INTERVAL }),
        grown('requests', { by: ['model'], over: INTERVAL }),
      ),
      legend: '{{model}}',
    },
  ],
});

const modelTable = table({
  title: 'Models',
  description: `Cost, tokens and requests of the range by model, and the share of the cost that is estimated and of the requests that have no price. ${AS_DIFFERENCE}`,
  unit: 'short',
  noValue: NO_REQUESTS,
  labels: { model: 'Model' },
  sortBy: 'Cost',
  units: {
    Cost: 'currencyUSD',
    'Cost per request': 'currencyUSD',
    'Estimated share': 'percentunit',
    'Unpriced share': 'percentunit',
  },
  queries: [
    { expr: grown('cost', { by: ['model'] }), legend: 'Cost' },
    { expr: grown('tokens', { by: ['model'] }), legend: 'Tokens' },
    { expr: grown('requests', { by: ['model'] }), legend: 'Requests' },
    {
      expr: share(grown('cost', { by: ['model'] }), grown('requests', { by: ['model'] })),
      legend: 'Cost per request',
    },
    {
      expr: share(grown('estimatedCost', { by: ['model'] }), grown('cost', { by: ['model'] })),
      legend: 'Estimated share',
    },
    {
      expr: share(
        grown('unpricedRequests', { by: ['model'] }),
        grown('requests', { by: ['model'] }),
      ),
      legend: 'Unpriced share',
    },
  ],
});

/** Where the money and the tokens go, and how far the figures can be believed. */
export const cost: DashboardDefinition = {
  name: 'cost',
  title: 'Hall Monitor / Cost and tokens',
  description: 'Cost and tokens by model, project, type and who asked; cache; what is estimated.',
  from: 'now-7d',
  sections: [
    { title: 'This range', lines: [evenly(4, ...totals), evenly(4, ...trust)] },
    {
      title: 'Cost over time',
      lines: [
        line(9, [12, costBy('model', 'Cost by model')], [12, costBy('project', 'Cost by project')]),
        line(9, [12, costBy('type', 'Cost by type of token')], [12, costPerRequest]),
      ],
    },
    {
      title: 'Tokens and requests over time',
      lines: [
        line(
          9,
          [12, tokensBy('type', 'Tokens by type')],
          [12, tokensBy('project', 'Tokens by project')],
        ),
        line(9, [12, requestsByRequester], [12, cacheOverTime]),
      ],
    },
    { title: 'By model', lines: [line(8, [24, modelTable])] },
  ],
};
