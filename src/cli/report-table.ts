import type { FileFigures } from '../rollups/file-report.ts';
import type { Report, ReportKey, ReportKind, ReportRow } from '../rollups/report.ts';
import type { ToolFigures } from '../rollups/tool-report.ts';
import type { UsageFigures } from '../rollups/usage-figures.ts';
import { countText, durationText, usdDecimals, usdText } from './figures.ts';
import { renderTable, type Column } from './table.ts';
import type { Terminal } from './terminal.ts';

/** The key column of each report. */
export const REPORT_KEYS: Readonly<Record<ReportKind, ReportKey>> = {
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  session: 'session_id',
  project: 'project',
  model: 'model',
  tool: 'tool',
  file: 'file',
  plan: 'plan',
  source: 'source',
};

const HEADS: Readonly<Partial<Record<ReportKey, string>>> = {
  week: 'Week from',
  session_id: 'Session',
};

/** A report as a table, with what a reader must know of its figures above and below. */
export function reportTable(report: Report, span: string, terminal: Terminal): string {
  const key = REPORT_KEYS[report.report];
  const head = HEADS[key] ?? key.charAt(0).toUpperCase() + key.slice(1);
  const name: Column<ReportRow> = {
    head,
    text: (row) => row[key] ?? '',
    total: 'Total',
    kind: 'name',
  };
  const { columns, unit, notes } = partsFor(report);
  const title = `${report.report.charAt(0).toUpperCase()}${report.report.slice(1)} report, ${span}, ${report.timezone}. ${unit}`;
  if (report.rows.length === 0) {
    return `${title}\n\nNothing recorded.\n`;
  }
  const table = renderTable([name, ...columns], report.rows, terminal);
  return [title, '', `${table}${notes.length === 0 ? '' : `\n${notes.join('\n')}\n`}`].join('\n');
}

interface TableParts {
  readonly columns: readonly Column<ReportRow>[];
  readonly unit: string;
  readonly notes: readonly string[];
}

function partsFor(report: Report): TableParts {
  const { totals } = report;
  if ('cost_usd' in totals) {
    return {
      columns: usageColumns(report, totals),
      unit: 'Tokens; cost in USD at list price.',
      notes: usageNotes(totals),
    };
  }
  if ('timed_calls' in totals) {
    return {
      columns: toolColumns(totals),
      unit: 'Calls; time spent in them where it is known.',
      notes: [],
    };
  }
  return { columns: fileColumns(totals), unit: 'Calls of tools that name the file.', notes: [] };
}

function usageColumns({ rows }: Report, totals: UsageFigures): Column<ReportRow>[] {
  const largest = rows.reduce((most, row) => Math.max(most, (row as UsageFigures).cost_usd), 0);
  const decimals = usdDecimals(largest);
  const count = (
    head: string,
    of: (row: UsageFigures) => number,
    rank?: number,
  ): Column<ReportRow> => ({
    head,
    text: (row) => countText(of(row as UsageFigures)),
    total: countText(of(totals)),
    ...(rank === undefined ? {} : { rank }),
  });
  return [
    count('Requests', (row) => row.requests, 4),
    count('Input', (row) => row.input_tokens, 5),
    count('Output', (row) => row.output_tokens, 6),
    count(
      'Cache write',
      (row) => row.cache_creation_5m_input_tokens + row.cache_creation_1h_input_tokens,
      2,
    ),
    count('Cache read', (row) => row.cache_read_input_tokens, 3),
    ...(totals.web_search_requests === 0
      ? []
      : [count('Searches', (row) => row.web_search_requests, 1)]),
    {
      head: 'Cost',
      text: (row) => costText(row as UsageFigures, decimals),
      total: usdText(totals.cost_usd, decimals),
    },
  ];
}

/** No dollars at all are not the same as none known. */
function costText({ cost_usd, unpriced_requests }: UsageFigures, decimals: number): string {
  return cost_usd === 0 && unpriced_requests > 0 ? 'unknown' : usdText(cost_usd, decimals);
}

function usageNotes(totals: UsageFigures): string[] {
  const { estimated_cost_usd, unpriced_requests, not_final_requests } = totals;
  const notes = [];
  if (estimated_cost_usd > 0) {
    const estimated = usdText(estimated_cost_usd, usdDecimals(estimated_cost_usd));
    notes.push(`Of which ${estimated} is estimated: those models' own prices are not known yet.`);
  }
  if (unpriced_requests > 0) {
    const [have, their] =
      unpriced_requests === 1 ? ['request has', 'its'] : ['requests have', 'their'];
    notes.push(
      `${countText(unpriced_requests)} ${have} no known price: ${their} tokens are counted, ${their} cost is not.`,
    );
  }
  if (not_final_requests > 0) {
    const [may, their] = not_final_requests === 1 ? ['request', 'its'] : ['requests', 'their'];
    notes.push(
      `${countText(not_final_requests)} ${may} may have used more output than is recorded: ${their} end was never written.`,
    );
  }
  return notes;
}

function toolColumns(totals: ToolFigures): Column<ReportRow>[] {
  const column = (
    head: string,
    of: (row: ToolFigures) => string,
    rank?: number,
  ): Column<ReportRow> => ({
    head,
    text: (row) => of(row as ToolFigures),
    total: of(totals),
    ...(rank === undefined ? {} : { rank }),
  });
  return [
    column('Calls', (row) => countText(row.calls)),
    column('Failed', (row) => countText(row.failures), 3),
    column('Denied', (row) => countText(row.denied), 2),
    column('Timed', (row) => countText(row.timed_calls), 1),
    column('Mean', (row) => durationText(row.duration_ms_mean), 4),
    column('Total time', (row) => durationText(row.duration_ms_total), 3),
  ];
}

function fileColumns(totals: FileFigures): Column<ReportRow>[] {
  const count = (
    head: string,
    of: (row: FileFigures) => number,
    rank: number,
  ): Column<ReportRow> => ({
    head,
    text: (row) => countText(of(row as FileFigures)),
    total: countText(of(totals)),
    rank,
  });
  return [
    count('Reads', (row) => row.reads, 4),
    count('Writes', (row) => row.writes, 5),
    count('Calls', (row) => row.calls, 6),
    count('Failed', (row) => row.failures, 1),
    count('+ lines', (row) => row.lines_added, 3),
    count('- lines', (row) => row.lines_removed, 2),
  ];
}
