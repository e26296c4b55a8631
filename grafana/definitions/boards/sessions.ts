import { evenly, line, type DashboardDefinition } from '../assemble.ts';
import { bars, lines } from '../panels/graphs.ts';
import { COLORS, type AnyPanel } from '../panels/look.ts';
import { stat } from '../panels/numbers.ts';
import { table } from '../panels/words.ts';
import { current, orZero, positive, share } from '../promql/arithmetic.ts';
import { grown, INTERVAL } from '../promql/grown.ts';
import type { MetricKey } from '../../../src/rollups/metric-table.ts';
import { AS_DIFFERENCE, NOT_SCRAPED, PER_INTERVAL } from '../texts.ts';

const NO_SESSION_TODAY = 'No main conversation was at work today';

const amount = (title: string, key: MetricKey, what: string): AnyPanel =>
  stat({
    title,
    description: `${what} ${AS_DIFFERENCE}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(grown(key)) }],
  });

const perInterval = (title: string, key: MetricKey, what: string): AnyPanel =>
  bars({
    title,
    description: `${what}, for each interval by project. ${PER_INTERVAL}`,
    unit: 'short',
    decimals: 0,
    noValue: 'There were none in this range',
    queries: [{ expr: grown(key, { by: ['project'], over: INTERVAL }), legend: '{{project}}' }],
  });

const now = [
  stat({
    title: 'Active now',
    description:
      'Sessions in which something happened in the last five minutes. It does not depend on the range.',
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(current('activeSessions')) }],
  }),
  stat({
    title: 'Sessions known',
    description: 'All sessions that were ever seen. It does not depend on the range.',
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(current('sessions')) }],
  }),
  amount('Sessions begun', 'sessions', 'By how many the sessions known became more.'),
  amount('Prompts', 'prompts', 'Prompts that people gave in the range that is shown.'),
  amount('Turns', 'turns', 'Turns that the agent finished in the range that is shown.'),
  amount('Subagents', 'subagents', 'Subagents that began to work for sessions in the range.'),
];

const events = [
  amount('Compactions', 'compactions', 'Times a conversation was summarised to make room.'),
  amount('Interrupts', 'interrupts', 'Times a person stopped the agent.'),
  amount('Slash commands', 'slashCommands', 'Slash commands that people gave.'),
  amount('Pull requests', 'pullRequests', 'Pull requests that were opened.'),
  stat({
    title: 'Lines added',
    description: `Lines of files that edits added in the range, where that is known. ${AS_DIFFERENCE}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(grown('linesChanged', { where: { type: 'added' } })) }],
  }),
  stat({
    title: 'Lines removed',
    description: `Lines of files that edits removed in the range, where that is known. ${AS_DIFFERENCE}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    queries: [{ expr: orZero(grown('linesChanged', { where: { type: 'removed' } })) }],
  }),
];

const contextByProject = lines({
  title: 'Context by project',
  description:
    'Size of the newest prompt of the main conversation that was last at work in a project today. The dashed lines at 160,000 and 200,000 tokens are only there for the eye: what a model takes, and when the client summarises, depends on both.',
  unit: 'short',
  decimals: 1,
  min: 0,
  noValue: NO_SESSION_TODAY,
  thresholds: ['green', [160_000, 'orange'], [200_000, 'red']],
  showsThresholds: true,
  queries: [{ expr: current('context', { by: ['project'] }), legend: '{{project}}' }],
});

const contextByType = lines({
  title: 'Context by type of token',
  description:
    'What these prompts consist of, added up over the projects that are chosen: tokens read from the cache, written to it, and neither.',
  unit: 'short',
  decimals: 1,
  min: 0,
  isStacked: true,
  noValue: NO_SESSION_TODAY,
  colors: COLORS.tokens,
  queries: [{ expr: current('context', { by: ['type'] }), legend: '{{type}}' }],
});

const contextFromCache = lines({
  title: 'Share of the context from the cache',
  description:
    'The part of the newest prompt that was read from the cache, by project: how little of it had to be paid in full.',
  unit: 'percentunit',
  decimals: 0,
  min: 0,
  max: 1,
  noValue: NO_SESSION_TODAY,
  queries: [
    {
      expr: share(
        current('context', { by: ['project'], where: { type: 'cache_read' } }),
        current('context', { by: ['project'] }),
      ),
      legend: '{{project}}',
    },
  ],
});

const contextTable = table({
  title: 'Context now',
  description:
    'Size of the newest prompt of each project that was at work today, and how much of it came from the cache.',
  unit: 'short',
  decimals: 1,
  noValue: NO_SESSION_TODAY,
  labels: { project: 'Project' },
  sortBy: 'Tokens',
  units: { 'From the cache': 'percentunit' },
  progress: ['From the cache'],
  queries: [
    { expr: positive(current('context', { by: ['project'] })), legend: 'Tokens' },
    {
      expr: share(
        current('context', { by: ['project'], where: { type: 'cache_read' } }),
        current('context', { by: ['project'] }),
      ),
      legend: 'From the cache',
    },
  ],
});

const activeSessions = lines({
  title: 'Active sessions',
  description: 'Sessions in which something had happened within five minutes, by project.',
  unit: 'short',
  decimals: 0,
  min: 0,
  isStacked: true,
  noValue: 'No session has been seen',
  queries: [{ expr: current('activeSessions', { by: ['project'] }), legend: '{{project}}' }],
});

const activeTime = bars({
  title: 'Active time',
  description: `Time that sessions were at work in each interval, by project; several at once count each. ${PER_INTERVAL}`,
  unit: 's',
  noValue: 'No session was at work in this range',
  queries: [
    { expr: grown('activeTime', { by: ['project'], over: INTERVAL }), legend: '{{project}}' },
  ],
});

const linesChanged = bars({
  title: 'Lines changed',
  description: `Lines that edits added and removed in each interval, where that is known. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: 'No edit was seen in this range',
  colors: COLORS.lines,
  queries: [{ expr: grown('linesChanged', { by: ['type'], over: INTERVAL }), legend: '{{type}}' }],
});

/** What sessions did, and how full their context is. */
export const sessions: DashboardDefinition = {
  name: 'sessions',
  title: 'Hall Monitor / Sessions and context',
  description: 'Sessions, prompts, turns, compactions and the size of the context.',
  from: 'now-7d',
  sections: [
    { title: 'This range', lines: [evenly(4, ...now), evenly(4, ...events)] },
    {
      title: 'Context',
      lines: [
        line(9, [12, contextByProject], [12, contextByType]),
        line(8, [12, contextFromCache], [12, contextTable]),
      ],
    },
    {
      title: 'Over time',
      lines: [
        line(8, [12, activeSessions], [12, activeTime]),
        line(
          8,
          [12, perInterval('Prompts by project', 'prompts', 'Prompts that people gave')],
          [12, linesChanged],
        ),
        line(
          8,
          [12, perInterval('Compactions by project', 'compactions', 'Conversations summarised')],
          [
            12,
            perInterval('Interrupts by project', 'interrupts', 'Times a person stopped the agent'),
          ],
        ),
      ],
    },
  ],
};
