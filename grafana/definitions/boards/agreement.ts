import { evenly, line, type DashboardDefinition } from '../assemble.ts';
import { bars, lines } from '../panels/graphs.ts';
import { ranking, stat } from '../panels/numbers.ts';
import { current, orZero } from '../promql/arithmetic.ts';
import { grown, INTERVAL } from '../promql/grown.ts';
import { selector } from '../promql/selector.ts';
import { AS_DIFFERENCE, NO_COMPARISON, NOT_SCRAPED, PER_INTERVAL } from '../texts.ts';

const SEEN_COLORS = { both: 'green', transcripts_only: 'orange', hooks_only: 'red' } as const;
const OURS = current('agreementCost', { where: { source: 'hall_monitor' } });
const CLIENTS = current('agreementCost', { where: { source: 'client' } });
const NO_CLIENT_COST = 'Claude Code wrote no figure of its own for a session of the last 24 hours';

const figures = [
  stat({
    title: 'Agreement of hooks and transcripts',
    description:
      'The part of the tool calls and prompts of the last 24 hours that both hooks and transcripts told of.',
    unit: 'percentunit',
    decimals: 1,
    noValue: NO_COMPARISON,
    thresholds: ['red', [0.9, 'orange'], [0.98, 'green']],
    queries: [{ expr: current('agreementRatio', { join: 'min' }) }],
  }),
  stat({
    title: 'Our cost beside the client’s',
    description:
      'Cost of the sessions of the last 24 hours for which Claude Code wrote a figure of its own: by our count and by that.',
    unit: 'currencyUSD',
    decimals: 2,
    noValue: NO_CLIENT_COST,
    queries: [
      { expr: OURS, legend: 'Hall Monitor' },
      { expr: CLIENTS, legend: 'Claude Code' },
    ],
  }),
  stat({
    title: 'Difference in cost',
    description: 'How far our count is from the client’s figure, as a part of that.',
    unit: 'percentunit',
    decimals: 2,
    noValue: NO_CLIENT_COST,
    thresholds: ['green', [0.01, 'orange'], [0.05, 'red']],
    queries: [{ expr: `abs(${OURS} - ${CLIENTS}) / (${CLIENTS} > 0)` }],
  }),
  stat({
    title: 'Rejected entries',
    description: `Entries of the range that could not be used. ${AS_DIFFERENCE}`,
    unit: 'short',
    decimals: 0,
    noValue: NOT_SCRAPED,
    thresholds: ['green', [1, 'orange']],
    queries: [{ expr: orZero(grown('rejects')) }],
  }),
];

const seenBy = ranking({
  title: 'Who told of what',
  description:
    'Tool calls and prompts of the last 24 hours by who told of them: both hooks and transcripts, or only one of these.',
  unit: 'short',
  decimals: 0,
  min: 0,
  noValue: NO_COMPARISON,
  queries: [
    {
      expr: current('agreementRecords', { by: ['kind', 'seen_by'] }),
      legend: '{{kind}}: {{seen_by}}',
    },
  ],
});

const seenByOverTime = lines({
  title: 'Who told of what over time',
  description: 'The same of the 24 hours before each moment, without telling calls from prompts.',
  unit: 'short',
  decimals: 0,
  min: 0,
  isStacked: true,
  noValue: NO_COMPARISON,
  colors: SEEN_COLORS,
  queries: [{ expr: current('agreementRecords', { by: ['seen_by'] }), legend: '{{seen_by}}' }],
});

const costOverTime = lines({
  title: 'Both counts of the cost over time',
  description: 'Our count and the client’s of the 24 hours before each moment.',
  unit: 'currencyUSD',
  min: 0,
  noValue: NO_CLIENT_COST,
  queries: [{ expr: current('agreementCost', { by: ['source'] }), legend: '{{source}}' }],
});

const sourceAges = ranking({
  title: 'Time since a source told of anything',
  description:
    'How long ago each source last told of anything. A source that is silent while others are not is worth a look.',
  unit: 's',
  decimals: 0,
  min: 0,
  noValue: 'No source has told of anything yet',
  thresholds: ['green', [86_400, 'orange'], [604_800, 'red']],
  queries: [
    {
      expr: `time() - ${current('sourceLastSeen', { by: ['source'], join: 'max' })}`,
      legend: '{{source}}',
    },
  ],
});

const rejects = bars({
  title: 'Rejected entries by reason',
  description: `Entries of each interval that could not be used. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: 'Nothing was rejected',
  queries: [{ expr: grown('rejects', { by: ['reason'], over: INTERVAL }), legend: '{{reason}}' }],
});

const duplicates = bars({
  title: 'Duplicates by source',
  description: `Records of each interval that told nothing new, by source. Copies are normal where hooks and transcripts tell of the same. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: 'There were no duplicates',
  queries: [
    { expr: grown('duplicates', { by: ['source'], over: INTERVAL }), legend: '{{source}}' },
  ],
});

const hookEvents = bars({
  title: 'Events told by hooks',
  description: `Events of each interval that hooks told of, by event and by where the hook was registered; one may be told by several. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: 'No hook has told of anything: see hall-monitor hooks',
  queries: [
    {
      expr: grown('hookEvents', { by: ['event', 'scope'], over: INTERVAL }),
      legend: '{{event}} ({{scope}})',
    },
  ],
});

const entries = bars({
  title: 'Entries by type',
  description: `Entries of each interval from all sources, by type. ${PER_INTERVAL}`,
  unit: 'short',
  decimals: 0,
  noValue: 'No entry was read in this range',
  queries: [{ expr: grown('entries', { by: ['type'], over: INTERVAL }), legend: '{{type}}' }],
});

const lastEvent = stat({
  title: 'Time since the newest entry',
  description: 'How long ago the newest entry of any source happened.',
  unit: 's',
  decimals: 0,
  noValue: 'Nothing has been seen yet: start Claude Code',
  queries: [{ expr: `time() - max(${selector('lastEvent')})` }],
});

const resets = stat({
  title: 'Files read anew',
  description: `Times in the range that a file was read again from its beginning. ${AS_DIFFERENCE}`,
  unit: 'short',
  decimals: 0,
  noValue: NOT_SCRAPED,
  queries: [{ expr: orZero(grown('originResets')) }],
});

/** Whether what the sources tell fits together. */
export const agreement: DashboardDefinition = {
  name: 'agreement',
  title: 'Hall Monitor / Agreement of sources',
  description: 'Whether hooks, transcripts and the client’s own figures tell the same.',
  from: 'now-24h',
  sections: [
    { title: 'Agreement', lines: [evenly(5, ...figures)] },
    {
      title: 'The last 24 hours',
      lines: [
        line(8, [8, seenBy], [8, seenByOverTime], [8, costOverTime]),
        line(6, [12, sourceAges], [6, lastEvent], [6, resets]),
      ],
    },
    {
      title: 'What was read',
      lines: [line(8, [12, rejects], [12, duplicates]), line(9, [12, hookEvents], [12, entries])],
    },
  ],
};
