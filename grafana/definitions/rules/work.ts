import type { Alert, AlertGroup } from './rule.ts';
import { RECORDED } from './recorded.ts';
import { select } from './selector.ts';
import { THRESHOLDS } from './thresholds.ts';

const toolFails: Alert = {
  name: 'HallMonitorToolFails',
  severity: 'warning',
  value: (read) =>
    `${read(RECORDED.toolFailures)}\n/ (${read(RECORDED.toolCalls)} >= ${THRESHOLDS.toolCallsAtLeast})`,
  fires: { above: THRESHOLDS.toolFailures },
  forMinutes: 5,
  summary: 'Tool {{ $labels.tool }} fails more often than not in {{ $labels.project }}.',
  description:
    '{{ $value | humanizePercentage }} of the calls of {{ $labels.tool }} in {{ $labels.project }} failed in the last hour.',
  means: `Calls of the last hour that failed, divided by those that failed or succeeded; what a person denied is neither. Nothing is said below ${THRESHOLDS.toolCallsAtLeast} calls. Old calls that are read for the first time count as if they were new, so restoring an archive can set it off.`,
  doNext:
    'See *Tools*. A tool that fails over and over costs tokens each time: often a missing program, a wrong folder or a server that is gone.',
};

const limitNearlyReached: Alert = {
  name: 'HallMonitorLimitNearlyReached',
  severity: 'warning',
  value: () => select('limitUsed'),
  fires: { above: THRESHOLDS.limitUsed },
  forMinutes: 0,
  summary: 'The rate limit {{ $labels.window }} is nearly reached.',
  description:
    '{{ $value | humanizePercentage }} of the rate limit {{ $labels.window }} is used up.',
  means:
    'As the status line of Claude Code told it last. It needs the status line of Hall Monitor, and ends when the window does.',
  doNext: '*Limits* shows when the window begins anew. Leave what can wait until then.',
};

/** Windows of rate limits and how long they are, in seconds. */
const WINDOWS = { five_hour: 5 * 3600, seven_day: 7 * 86_400 } as const;

const foretold = Object.entries(WINDOWS)
  .map(([window, seconds]) => {
    const elapsed = `(1 - (${select('limitReset', { window })} - time()) / ${seconds})`;
    const use = `(${select('limitUsed', { window })} > ${THRESHOLDS.limitPaceFrom} <= ${THRESHOLDS.limitUsed})`;
    return `${use} / (${elapsed} > ${THRESHOLDS.limitElapsed})`;
  })
  .join('\nor ');

const limitPace: Alert = {
  name: 'HallMonitorLimitPace',
  severity: 'info',
  value: () => foretold,
  fires: { above: 1 },
  forMinutes: 15,
  summary: 'The rate limit {{ $labels.window }} will be reached before its window ends.',
  description:
    'At the pace since the window began, {{ $value | humanizePercentage }} of the rate limit {{ $labels.window }} would be used when it ends.',
  means: `What is used, divided by the part of the window that is over: where it would end if it went on like that. Nothing is said in the first fifth of a window, nor below ${THRESHOLDS.limitPaceFrom * 100} %; above ${THRESHOLDS.limitUsed * 100} % the alert before says it. It looks at no past, so sleep and restarts do not matter.`,
  doNext: 'Nothing, if the day is nearly over. Else keep what is dear for the next window.',
};

/** What sessions meet with. */
export const WORK: AlertGroup = {
  name: 'hall-monitor-work',
  title: 'Work',
  alerts: [toolFails, limitNearlyReached, limitPace],
};
