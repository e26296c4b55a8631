import type { PlanSummary } from '../rollups/plan-summary.ts';
import type { TimeZone } from '../rollups/time-zone.ts';
import { escapeText } from './escape.ts';
import { durationText, usdDecimals } from './figures.ts';
import { barText } from './plan-marks.ts';
import { contradictionOf, costText, doneText } from './plan-text.ts';
import { renderTable, type Column } from './table.ts';
import type { Terminal } from './terminal.ts';
import { wallText } from './time-options.ts';

/** Plans as a table, and in words below it what contradicts itself. */
export function planTable(
  plans: readonly PlanSummary[],
  zone: TimeZone,
  terminal: Terminal,
): string {
  const decimals = usdDecimals(Math.max(0, ...plans.map(({ usage }) => usage.cost_usd)));
  const columns: Column<PlanSummary>[] = [
    { head: 'Plan', text: ({ plan }) => plan, kind: 'name' },
    { head: 'Project', text: ({ project }) => project, kind: 'name', rank: 5 },
    { head: 'Where', text: ({ location }) => location, kind: 'label', rank: 6 },
    { head: 'Done', text: doneText },
    {
      head: '',
      text: ({ feature_counts: { completed, total } }) => barText(completed, total, terminal),
      kind: 'label',
      rank: 1,
    },
    { head: 'Active', text: ({ usage }) => durationText(usage.active_ms), rank: 3 },
    {
      head: 'Elapsed',
      text: ({ duration_ms: whole, elapsed_ms: soFar }) => durationText(whole ?? soFar),
      rank: 2,
    },
    { head: 'Cost', text: ({ usage }) => costText(usage, decimals) },
    {
      head: 'Last event',
      text: ({ last_event: at }) => (at === null ? '-' : wallText(zone, Date.parse(at))),
      kind: 'label',
      rank: 4,
    },
  ];
  const remarks = plans.flatMap((plan) => {
    const contradiction = contradictionOf(plan);
    return contradiction === undefined ? [] : [escapeText(`${plan.plan}: ${contradiction}.`)];
  });
  const below = remarks.length === 0 ? '' : `\n${remarks.join('\n')}\n`;
  return `${renderTable(columns, plans, terminal)}${below}`;
}
