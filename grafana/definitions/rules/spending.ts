import type { Alert, AlertGroup } from './rule.ts';
import { labelList } from './growth.ts';
import { select } from './selector.ts';
import { THRESHOLDS } from './thresholds.ts';

const used = (budget: 'day' | 'session' | 'project'): string =>
  select('budgetUsedRatio', { budget });

const burn = `sum by (${labelList()}) (${select('burnRate')})`;
const dayLimit = `max by (${labelList()}) (${select('budgetLimit', { budget: 'day' })})`;

const dayNearlySpent: Alert = {
  name: 'HallMonitorDayBudgetNearlySpent',
  severity: 'warning',
  value: () => `${used('day')} <= ${THRESHOLDS.budgetSpent}`,
  fires: { above: THRESHOLDS.budgetNearlySpent },
  forMinutes: 0,
  summary: 'The budget of the day is nearly spent.',
  description: '{{ $value | humanizePercentage }} of the budget of the day is spent.',
  means:
    'Cost since midnight in the configured time zone, divided by `budgets` of the configuration. It gives way to the next alert once all is spent. Without a budget there is no such series, and no alert.',
  doNext:
    'Look at *Cost and tokens* for the project and the model that spend. Go on with a smaller model, or raise the budget.',
};

const dayOverdrawn: Alert = {
  name: 'HallMonitorDayBudgetOverdrawn',
  severity: 'critical',
  value: () => used('day'),
  fires: { above: THRESHOLDS.budgetSpent },
  forMinutes: 0,
  summary: 'The budget of the day is overdrawn.',
  description: '{{ $value | humanizePercentage }} of the budget of the day is spent.',
  means:
    'As before, with all of the budget spent. It ends at midnight, when the day begins anew. The collector stops nobody: it only counts.',
  doNext: 'As before; `hall-monitor sessions` shows which session it was.',
};

const sessionOverdrawn: Alert = {
  name: 'HallMonitorSessionBudgetOverdrawn',
  severity: 'warning',
  value: () => used('session'),
  fires: { above: THRESHOLDS.budgetSpent },
  forMinutes: 0,
  summary: 'A session has overdrawn its budget.',
  description:
    'The dearest session at work today has spent {{ $value | humanizePercentage }} of what a session may.',
  means:
    'The dearest session that was at work today, divided by the budget of a session. No label holds a session, so it is one alert for all, and it ends at midnight.',
  doNext:
    '`hall-monitor sessions` names the session. A new one begins with an empty context, which costs less.',
};

const projectOverdrawn: Alert = {
  name: 'HallMonitorProjectBudgetOverdrawn',
  severity: 'warning',
  value: () => used('project'),
  fires: { above: THRESHOLDS.budgetSpent },
  forMinutes: 0,
  summary: 'Project {{ $labels.project }} has overdrawn its budget.',
  description:
    'Project {{ $labels.project }} has spent {{ $value | humanizePercentage }} of its budget.',
  means:
    'What a project has spent of the budget that the configuration gives it. One alert for each project.',
  doNext: 'Look at *Cost and tokens* with the project chosen; raise its budget if it is worth it.',
};

const burnsBudget: Alert = {
  name: 'HallMonitorBurnsDayBudget',
  severity: 'warning',
  value: () => `${burn} / ${dayLimit}`,
  fires: { above: THRESHOLDS.budgetPerHour },
  forMinutes: 5,
  summary: 'At this rate the budget of a day lasts less than two hours.',
  description: 'The last hour cost {{ $value | humanizePercentage }} of the budget of a day.',
  means:
    'Cost of the last sixty minutes of all projects, divided by the budget of the day. The collector adds up requests by when they were made, so neither a restart nor history that is read later raises it.',
  doNext:
    'Look for a loop: many subagents, one prompt over and over, a cache that is not hit (*Cost and tokens*).',
};

const spendsFast: Alert = {
  name: 'HallMonitorSpendsFast',
  severity: 'warning',
  value: () => `${burn} unless ${dayLimit}`,
  fires: { above: THRESHOLDS.spendPerHour },
  forMinutes: 5,
  summary: 'The last hour was dear.',
  description: 'The last hour cost {{ $value | printf "%.2f" }} USD.',
  means:
    'As before for those who set no budget of the day: cost of the last sixty minutes in US dollars.',
  doNext: 'As before. Set a budget of the day to be told by your own measure.',
};

/** Money: budgets and how fast it goes. */
export const SPENDING: AlertGroup = {
  name: 'hall-monitor-spending',
  title: 'Spending',
  alerts: [
    dayNearlySpent,
    dayOverdrawn,
    sessionOverdrawn,
    projectOverdrawn,
    burnsBudget,
    spendsFast,
  ],
};
