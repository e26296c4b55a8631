/** What the metrics show of tool calls; read from the sums over all time. */
import type { Database } from 'better-sqlite3';
import { plainName } from '../records/plain-name.ts';
import { type TOOL_COUNTS, TOOL_DURATION_COLUMNS, TOOL_SUMS } from '../store/tool-sums.ts';
import { OTHER } from './metric-series.ts';
import type { Add } from './metric-table.ts';
import { MAX_ROWS } from './named-projects.ts';
import { remainder } from './sum-remainder.ts';

/** Sums over tool calls, by their columns. */
export type ToolSums = Readonly<Record<(typeof TOOL_COUNTS)[number], number>> &
  Readonly<Record<string, unknown>>;
type ToolTotals = ToolSums & { readonly project: number; readonly tool: string };

/** Adds the series of tools. */
export function addTools(db: Database, projects: ReadonlyMap<number, string>, add: Add): void {
  const sums = TOOL_SUMS.map((name) => `sum(${name}) AS ${name}`).join(', ');
  const rows = db
    .prepare<[], ToolTotals>(
      `SELECT project, tool.name AS tool, ${sums} FROM total_tool JOIN tool ON tool.id = tool
       GROUP BY project, tool.id ORDER BY project, tool.id LIMIT ${MAX_ROWS}`,
    )
    .all();
  for (const row of rows) {
    addToolRow(row, row.tool, projects.get(row.project) ?? OTHER, add);
  }
  if (rows.length === MAX_ROWS) {
    const all = db.prepare<[], Record<string, number>>(`SELECT ${sums} FROM total_tool`).get();
    const told = rows as readonly unknown[] as readonly Record<string, number>[];
    addToolRow(remainder(all, told, TOOL_SUMS) as ToolSums, OTHER, OTHER, add);
  }
}

/** Adds sums over tool calls to all metrics that tell of them. */
export function addToolRow(row: ToolSums, given: string, project: string, add: Add): void {
  // The model names the tools that it asks for, and may ask for any.
  const tool = plainName(given);
  const { calls, successes, failures, denied } = row;
  add('toolCalls', { tool, outcome: 'success', project }, successes);
  add('toolCalls', { tool, outcome: 'failure', project }, failures);
  add('toolCalls', { tool, outcome: 'denied', project }, denied);
  add('openToolCalls', { project }, calls - successes - failures - denied);
  const counts = TOOL_DURATION_COLUMNS.map((column) => Number(row[column] ?? 0));
  if (counts.some((count) => count !== 0)) add('toolDuration', { tool }, row.bucketed_ms, counts);
  add('linesChanged', { type: 'added', project }, row.lines_added);
  add('linesChanged', { type: 'removed', project }, row.lines_removed);
}
