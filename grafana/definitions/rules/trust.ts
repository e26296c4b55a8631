import type { Alert, AlertGroup } from './rule.ts';
import { labelList, storedGrowth } from './growth.ts';
import { select } from './selector.ts';
import { THRESHOLDS } from './thresholds.ts';

const client = select('agreementCost', { source: 'client' });
const ours = select('agreementCost', { source: 'hall_monitor' });
const difference = `abs(${client} - ignoring (source) ${ours})`;

const sourcesDisagree: Alert = {
  name: 'HallMonitorSourcesDisagree',
  severity: 'warning',
  value: () =>
    `${select('agreementRatio')} and on (${labelList()}) sum by (${labelList()}) (${select('agreementRecords')}) >= ${THRESHOLDS.agreementRecordsAtLeast}`,
  fires: { below: THRESHOLDS.agreement },
  forMinutes: 30,
  summary: 'Hooks and transcripts do not tell the same.',
  description:
    'Only {{ $value | humanizePercentage }} of the tool calls and prompts of the last 24 hours were told of by both hooks and transcripts.',
  means: `The part of tool calls and prompts of the last 24 hours that both told of, of sessions that hooks told of. Nothing is said below ${THRESHOLDS.agreementRecordsAtLeast} of them, nor where there are no hooks.`,
  doNext:
    '*Agreement of sources* shows which of them told less, and `/api/sources` the session with the most of it. Fewer from hooks: `hall-monitor doctor` checks how they are registered. Fewer from transcripts: are all folders of transcripts configured?',
};

const costDisagrees: Alert = {
  name: 'HallMonitorCostDisagrees',
  severity: 'warning',
  value: () => `(${difference} > ${THRESHOLDS.costDifferenceUsd}) / ignoring (source) ${client}`,
  fires: { above: THRESHOLDS.costDifference },
  forMinutes: 15,
  summary: 'Our cost and that of Claude Code differ.',
  description:
    'For sessions of the last 24 hours our cost and the one Claude Code wrote differ by {{ $value | humanizePercentage }}.',
  means: `Both figures for the same sessions: those for which Claude Code wrote one of its own. Less than ${THRESHOLDS.costDifferenceUsd.toFixed(2)} USD is not worth an alert.`,
  doNext:
    'Look for unpriced requests and for prices that changed; `hall-monitor explain` shows how the cost of a session comes about.',
};

const unpriced: Alert = {
  name: 'HallMonitorUnpricedRequests',
  severity: 'warning',
  value: () => storedGrowth(select('unpricedRequests'), { over: '1h', labels: ['model'] }),
  fires: { above: 0 },
  forMinutes: 0,
  summary: 'Requests to {{ $labels.model }} have no price.',
  description:
    'The cost of {{ $value | humanize }} requests of the last hour to {{ $labels.model }} is not known and not counted.',
  means:
    'Requests whose tokens are counted and whose cost is not, that were added in the last hour. The series appears with the first of them; that one counts too.',
  doNext:
    'Give the model a price in the file that `pricing.overrideFile` names, or install a newer Hall Monitor.',
};

const rejected: Alert = {
  name: 'HallMonitorEntriesRejected',
  severity: 'warning',
  value: () => storedGrowth(select('rejects'), { over: '1h', labels: ['reason'] }),
  fires: { above: THRESHOLDS.rejects },
  forMinutes: 0,
  summary: 'Entries cannot be used: {{ $labels.reason }}.',
  description:
    '{{ $value | humanize }} entries of the last hour could not be used: {{ $labels.reason }}.',
  means:
    'Lines of transcripts and payloads of hooks that were read in the last hour and could not be used, by reason. A new version of Claude Code that writes them differently looks like this.',
  doNext:
    'The log says where they stand. Install a newer Hall Monitor, then have the files read again.',
};

/** Whether the figures can be believed. */
export const TRUST: AlertGroup = {
  name: 'hall-monitor-trust',
  title: 'Trust',
  alerts: [sourcesDisagree, costDisagrees, unpriced, rejected],
};
