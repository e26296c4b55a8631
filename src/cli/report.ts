import { report, type ReportKind } from '../rollups/report.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { jsonText } from './escape.ts';
import { readStore } from './read-store.ts';
import { rangeOf, rangeText, zoneOf, type TimeOptions } from './time-options.ts';

/** Flags of `hall-monitor report`. */
export interface ReportOptions extends TimeOptions {
  readonly project?: string;
  readonly model?: string;
  readonly session?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly sync: boolean;
}

/** Prints a report as a table, JSON or CSV. */
export async function run(
  kind: ReportKind,
  options: ReportOptions,
  context: CommandContext,
): CommandResult {
  const { terminal } = context;
  const zone = zoneOf(context);
  const range = rangeOf(options, zone, terminal.nowMs());
  const { project = null, model = null, session = null } = options;
  const query = { kind, timezone: zone.name, ...range, project, model, session };
  const result = await readStore(context, options, (db) => report(db, query));
  if (options.json === true) {
    terminal.print(jsonText(result));
    return;
  }
  const { REPORT_KEYS, reportTable } = await import('./report-table.ts');
  if (options.csv === true) {
    const { csvText } = await import('./csv.ts');
    const key = REPORT_KEYS[kind];
    terminal.print(csvText([key, ...Object.keys(result.totals)], result.rows));
    return;
  }
  terminal.print(reportTable(result, rangeText(range, zone), terminal));
}
