import { usdFromNano } from '../../records/money.ts';
import type { TimeZone } from '../../rollups/time-zone.ts';
import { escapeText } from '../escape.ts';
import { usdText } from '../figures.ts';
import { renderTable, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { wallText } from '../time-options.ts';
import type { EditedTasks } from './edit-tasks.ts';
import type { FilledTask, FilledTasks } from './fill-tasks.ts';

/** Names of what was changed, as the columns have them. */
const SHOWN: Readonly<Record<string, string>> = {
  cost_usd: 'cost',
  duration_minutes: 'minutes',
  sessions: 'sessions',
};

/** What a list of tasks says now, for people. */
export function tasksTable(
  {
    filled: { tasks, totals, unassignedNanoUsd },
    edited: { changed },
    root,
  }: { readonly filled: FilledTasks; readonly edited: EditedTasks; readonly root: string },
  zone: TimeZone,
  terminal: Terminal,
): string {
  const minutes = (value: number | null): string => (value === null ? '' : value.toFixed(1));
  const columns: Column<FilledTask>[] = [
    { head: 'Task', text: ({ id }) => id, total: 'Total', kind: 'name' },
    {
      head: 'Started',
      text: ({ frame }) => (frame === null ? 'not known' : wallText(zone, frame.startMs)),
      kind: 'label',
      rank: 2,
    },
    {
      head: 'Minutes',
      text: ({ duration_minutes }) => minutes(duration_minutes),
      total: minutes(totals.total_duration_minutes),
    },
    { head: 'Sessions', text: ({ sessions }) => String(sessions.length), rank: 1 },
    {
      head: 'Cost',
      text: ({ cost_usd }) => usdText(cost_usd),
      total: usdText(tasks.reduce((sum, { cost_usd }) => sum + cost_usd, 0)),
    },
    {
      head: 'Changed',
      text: ({ index }) => (changed[index] ?? []).flatMap((name) => SHOWN[name] ?? []).join(', '),
      kind: 'label',
      rank: 3,
    },
  ];
  const title = `Tasks of ${escapeText(root)}, ${zone.name}. Active minutes; cost in USD.`;
  const rest = `Sessions cost ${usdText(totals.total_cost_usd)}, ${usdText(usdFromNano(unassignedNanoUsd))} of it in the time of no task.`;
  const foreign = tasks.filter(({ hall_monitor }) => hall_monitor?.['cost_usd'] === undefined);
  const remark =
    foreign.length === 0
      ? ''
      : `Costs that somebody else wrote stay as they are (${foreign.length}); --recompute replaces them.\n`;
  return `${title}\n\n${renderTable(columns, tasks, terminal)}\n${rest}\n${remark}`;
}
