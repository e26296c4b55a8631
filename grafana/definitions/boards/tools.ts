import { evenly, line, type DashboardDefinition } from '../assemble.ts';
import { bars, heatmap, lines, ratios } from '../panels/graphs.ts';
import { COLORS } from '../panels/look.ts';
import { stat } from '../panels/numbers.ts';
import { table } from '../panels/words.ts';
import { current, orZero, quantile, share } from '../promql/arithmetic.ts';
import { grown, INTERVAL, RANGE } from '../promql/grown.ts';
import { AS_DIFFERENCE, NO_TOOL_CALLS, NOT_SCRAPED, PER_INTERVAL } from '../texts.ts';

const FAILURES = { outcome: 'failure' };
const ON_FILES = { tool: '~Read|Write|Edit|MultiEdit|NotebookEdit|Glob|Grep' };

const totals = [
  stat({
    title: 'Tool calls',
    description: `Tool calls that ended in the range that is shown. ${AS_DIFFERENCE}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(grown('toolCalls')) }],
  }),
  stat({
    title: 'Success rate',
    description: 'Calls that succeeded as a part of all that ended in the range.',
    unit: 'percentunit',
    decimals: 1,
    noValue: NO_TOOL_CALLS,
    thresholds: ['red', [0.8, 'orange'], [0.95, 'green']],
    queries: [
      {
        expr: share(grown('toolCalls', { where: { outcome: 'success' } }), grown('toolCalls')),
      },
    ],
  }),
  stat({
    title: 'Failures',
    description: `Calls that ended in the range and failed. ${AS_DIFFERENCE}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    thresholds: ['green', [1, 'orange']],
    queries: [{ expr: orZero(grown('toolCalls', { where: FAILURES })) }],
  }),
  stat({
    title: 'Calls without an end',
    description:
      'Tool calls of which no end is known: they go on at this moment, or were cut off. It does not depend on the range.',
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(current('openToolCalls')) }],
  }),
];

const waiting = [
  stat({
    title: 'Waiting for the human',
    description: `Time in the range that the agent waited for a person to decide whether a tool may be used, as hooks told it. ${AS_DIFFERENCE}`,
    unit: 's',
    decimals: 1,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(grown('permissionWait')) }],
  }),
  stat({
    title: 'Wait per decision',
    description:
      'Waiting time of the range divided by the permission requests that were decided in it.',
    unit: 's',
    decimals: 1,
    noValue:
      'No permission was asked for in this range, or the hooks are not installed: see hall-monitor hooks',
    queries: [{ expr: share(grown('permissionWait'), grown('permissions')) }],
  }),
  stat({
    title: 'Denied permissions',
    description: `Permission requests of the range that a person denied. ${AS_DIFFERENCE}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(grown('permissions', { where: { decision: 'denied' } })) }],
  }),
  stat({
    title: 'Permissions without an answer',
    description:
      'Permission requests that hooks told of and of which no answer is known at this moment. It does not depend on the range.',
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    thresholds: ['blue', [1, 'orange']],
    queries: [{ expr: orZero(current('pendingPermissions')) }],
  }),
];

const callsByTool = bars({
  title: 'Calls by tool',
  description: `Tool calls that ended in each interval, by tool. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: NO_TOOL_CALLS,
  queries: [{ expr: grown('toolCalls', { by: ['tool'], over: INTERVAL }), legend: '{{tool}}' }],
});

const callsByOutcome = bars({
  title: 'Calls by outcome',
  description: `Tool calls that ended in each interval, by how they ended. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: NO_TOOL_CALLS,
  colors: COLORS.outcomes,
  queries: [
    { expr: grown('toolCalls', { by: ['outcome'], over: INTERVAL }), legend: '{{outcome}}' },
  ],
});

const failuresByTool = bars({
  title: 'Failures by tool',
  description: `Tool calls that failed in each interval, by tool. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: NO_TOOL_CALLS,
  queries: [
    {
      expr: grown('toolCalls', { by: ['tool'], over: INTERVAL, where: FAILURES }),
      legend: '{{tool}}',
    },
  ],
});

const fileCalls = bars({
  title: 'Reading, writing and searching files',
  description: `Calls of the tools that read, write, edit and search files, for each interval. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: NO_TOOL_CALLS,
  queries: [
    {
      expr: grown('toolCalls', { by: ['tool'], over: INTERVAL, where: ON_FILES }),
      legend: '{{tool}}',
    },
  ],
});

const durations = heatmap({
  title: 'Duration of calls',
  description:
    'How many calls took how long in each interval: the exact growth of each bucket of the histogram. Only calls whose duration is known.',
  unit: 's',
  noValue: 'No tool call whose duration is known ended in this range',
  queries: [{ expr: grown('toolDuration', { by: ['le'], over: INTERVAL, part: 'bucket' }) }],
});

const durationQuantiles = ratios({
  title: 'Median and 95th percentile of durations',
  description:
    'Computed from the buckets of each interval; within a bucket values are taken to lie evenly, so it is a good guess and not exact.',
  unit: 's',
  min: 0,
  noValue: 'No tool call whose duration is known ended in this range',
  queries: [
    { expr: quantile(0.5, 'toolDuration'), legend: 'median' },
    { expr: quantile(0.95, 'toolDuration'), legend: '95th percentile' },
  ],
});

const toolTable = table({
  title: 'Tools',
  description: `Calls of the range by tool, how many succeeded, and how long they took; percentiles are guessed from buckets, the mean is exact. ${AS_DIFFERENCE}`,
  unit: 'short',
  noValue: NO_TOOL_CALLS,
  labels: { tool: 'Tool' },
  sortBy: 'Calls',
  units: { 'Success rate': 'percentunit', Mean: 's', Median: 's', '95th percentile': 's' },
  queries: [
    { expr: grown('toolCalls', { by: ['tool'] }), legend: 'Calls' },
    { expr: grown('toolCalls', { by: ['tool'], where: FAILURES }), legend: 'Failures' },
    { expr: grown('toolCalls', { by: ['tool'], where: { outcome: 'denied' } }), legend: 'Denied' },
    {
      expr: share(
        grown('toolCalls', { by: ['tool'], where: { outcome: 'success' } }),
        grown('toolCalls', { by: ['tool'] }),
      ),
      legend: 'Success rate',
    },
    {
      expr: share(
        grown('toolDuration', { by: ['tool'], part: 'sum' }),
        grown('toolDuration', { by: ['tool'], part: 'count' }),
      ),
      legend: 'Mean',
    },
    { expr: quantile(0.5, 'toolDuration', { by: ['tool'], over: RANGE }), legend: 'Median' },
    {
      expr: quantile(0.95, 'toolDuration', { by: ['tool'], over: RANGE }),
      legend: '95th percentile',
    },
  ],
});

const waitOverTime = bars({
  title: 'Waiting for the human by project',
  description: `Time that the agent waited for a decision, for each interval in which the wait ended. ${PER_INTERVAL}`,
  unit: 's',
  noValue: 'The agent waited for nobody in this range, or the hooks are not installed',
  queries: [
    { expr: grown('permissionWait', { by: ['project'], over: INTERVAL }), legend: '{{project}}' },
  ],
});

const decisions = bars({
  title: 'Permission decisions',
  description: `Permission requests of each interval by what came of them. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: 'No permission was asked for in this range, or the hooks are not installed',
  colors: COLORS.decisions,
  queries: [
    { expr: grown('permissions', { by: ['decision'], over: INTERVAL }), legend: '{{decision}}' },
  ],
});

const pending = lines({
  title: 'Open calls and permissions',
  description: 'Tool calls and permission requests of which no end is known, at each moment.',
  unit: 'short',
  decimals: 0,
  min: 0,
  noValue: NOT_SCRAPED,
  queries: [
    { expr: orZero(current('openToolCalls')), legend: 'tool calls' },
    { expr: orZero(current('pendingPermissions')), legend: 'permissions' },
  ],
});

/** What tools are used, how they end, how long they take, and where a person is waited for. */
export const tools: DashboardDefinition = {
  name: 'tools',
  title: 'Hall Monitor / Tools',
  description: 'Calls, success, durations and waiting for the human.',
  from: 'now-7d',
  sections: [
    { title: 'This range', lines: [evenly(4, ...totals)] },
    {
      title: 'Calls',
      lines: [
        line(9, [12, callsByTool], [12, callsByOutcome]),
        line(9, [12, failuresByTool], [12, fileCalls]),
      ],
    },
    {
      title: 'Duration',
      lines: [line(9, [12, durations], [12, durationQuantiles]), line(9, [24, toolTable])],
    },
    {
      title: 'Waiting for the human',
      lines: [evenly(4, ...waiting), line(8, [8, waitOverTime], [8, decisions], [8, pending])],
    },
  ],
};
