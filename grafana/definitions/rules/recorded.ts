import { labelList, storedGrowth } from './growth.ts';
import type { Recorded } from './rule.ts';
import { select } from './selector.ts';

const hourly = (selector: string, ...labels: readonly string[]): string =>
  storedGrowth(selector, { over: '1h', labels });

const toolCalls: Recorded = {
  name: 'hall_monitor:tool_calls:growth1h',
  expr: hourly(select('toolCalls', { outcome: ['success', 'failure'] }), 'tool', 'project'),
  help: 'Tool calls of the last hour that ran to an end, be it a good or a bad one.',
};

const toolFailures: Recorded = {
  name: 'hall_monitor:tool_failures:growth1h',
  expr: hourly(select('toolCalls', { outcome: 'failure' }), 'tool', 'project'),
  help: 'Tool calls of the last hour that failed.',
};

const cost: Recorded = {
  name: 'hall_monitor:cost_usd:growth1h',
  expr: hourly(select('cost'), 'model', 'project'),
  help: 'Cost of the last hour in US dollars, by model too, which hall_monitor_burn_rate_usd_per_hour does not tell.',
};

const tokens: Recorded = {
  name: 'hall_monitor:tokens:growth1h',
  expr: hourly(select('tokens'), 'type', 'project'),
  help: 'Tokens of the last hour, by type.',
};

const daily = (selector: string): string =>
  storedGrowth(selector, { over: '1d', labels: ['project'] });

/** Everything that is recorded, in the order in which one needs the other. */
export const RECORDED = {
  toolCalls,
  toolFailures,
  cost,
  tokens,
  cacheRead: {
    name: 'hall_monitor:cache_read:ratio1h',
    expr: `sum by (${labelList('project')}) (${tokens.name}{type="cache_read"})\n/ (sum by (${labelList('project')}) (${tokens.name}{type!="output"}) > 0)`,
    help: 'The part of the prompts of the last hour that came from the cache.',
  },
  costPerActiveHour: {
    name: 'hall_monitor:cost_usd_per_active_hour:ratio1d',
    expr: `3600 * (${daily(select('cost'))})\n/ ((${daily(select('activeTime'))}) > 0)`,
    help: 'Cost of a day in US dollars by hour in which sessions were at work.',
  },
} as const satisfies Readonly<Record<string, Recorded>>;
