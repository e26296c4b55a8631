import { InputError } from '../errors.ts';
import type { ReportedTotals } from '../records/sessions-file.ts';
import { sessionsReport } from '../rollups/sessions-report.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText, jsonText } from './escape.ts';
import { countText, usdText } from './figures.ts';
import { readNamedFile, writeNamedFile } from './named-file.ts';
import { readStore } from './read-store.ts';
import { rangeOf, zoneOf, type TimeOptions } from './time-options.ts';

/** Flags of `hall-monitor export kpi`. */
export interface ExportKpiOptions extends TimeOptions {
  readonly project?: string;
  readonly json?: boolean;
  /** Markdown file in which the block between the marks is replaced. */
  readonly into?: string;
  readonly sync: boolean;
}

const BEGIN = '<!-- hall-monitor:kpi -->';
const END = '<!-- /hall-monitor:kpi -->';

/** Prints the totals of all sessions as a small table in Markdown, or puts it into a file. */
export async function run(options: ExportKpiOptions, context: CommandContext): CommandResult {
  const { terminal } = context;
  const zone = zoneOf(context);
  const nowMs = terminal.nowMs();
  const range = rangeOf(options, zone, nowMs);
  const query = { timezone: zone.name, nowMs, range, project: options.project ?? null };
  const { totals } = await readStore(context, options, (db) => sessionsReport(db, query));
  if (options.json === true) {
    terminal.print(jsonText(totals));
  }
  if (options.into !== undefined) {
    const { into } = options;
    const isChanged = await replaceBlock(into, kpiTable(totals));
    terminal.note(`${isChanged ? 'Wrote' : 'Nothing changed in'} ${escapeText(into)}.\n`);
    return;
  }
  if (options.json !== true) {
    terminal.print(kpiTable(totals));
  }
}

/** Totals as a table in Markdown; the same totals always give the same text. */
function kpiTable(totals: ReportedTotals): string {
  const rows = [
    ['Sessions', countText(totals.total_sessions)],
    ['Messages', countText(totals.total_messages)],
    ['Tokens', countText(totals.total_all_tokens)],
    ['Active time', `${(totals.total_active_min / 60).toFixed(1)} h`],
    ['Cost', usdText(totals.total_cost_usd)],
    ...(totals.total_unpriced_requests === 0
      ? []
      : [['Requests without a price', countText(totals.total_unpriced_requests)]]),
  ];
  const lines = rows.map(([name, value]) => `| ${name} | ${value} |`);
  return ['| Claude Code | |', '|---|--:|', ...lines, ''].join('\n');
}

/**
 * Text with something else between its marks; everything outside of them stays as it is.
 *
 * @throws InputError where it does not have the two marks once each, in order.
 */
function withBlock(text: string, block: string, path: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  const isOnce = text.lastIndexOf(BEGIN) === begin && text.lastIndexOf(END) === end;
  if (begin === -1 || end < begin || !isOnce) {
    throw new InputError(`${path} does not have the two marks once each.`, {
      hint: `Put these lines where the table shall be:\n${BEGIN}\n${END}`,
    });
  }
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = block.replaceAll('\n', eol);
  return `${text.slice(0, begin + BEGIN.length)}${eol}${lines}${text.slice(end)}`;
}

async function replaceBlock(path: string, block: string): Promise<boolean> {
  const text = await readNamedFile(path, 'Name a Markdown file that exists with --into.');
  const replaced = withBlock(text, block, path);
  if (replaced !== text) {
    await writeNamedFile(path, replaced);
  }
  return replaced !== text;
}
