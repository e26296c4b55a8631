import type { Database } from 'better-sqlite3';
import type { StatsFiles } from '../../records/stats-files.ts';
import { ANY_NAME, resolveFilter } from '../filter.ts';
import { ALL_TIME } from '../time-slots.ts';
import { toolTable, type ToolFigures } from '../tool-report.ts';
import { percentOf } from './rates.ts';

const TOOLS = 20;

/** How many of the calls of each tool succeeded; as in the metrics, one that failed or was denied did not. */
export function toolSuccessStats(db: Database): StatsFiles['tool-success-stats.json'] {
  const { rows, totals } = toolTable(db, { range: ALL_TIME, filter: resolveFilter(db, ANY_NAME) });
  return {
    overall_success_rate: rateOf(totals),
    by_tool: Object.fromEntries(
      rows.slice(0, TOOLS).map((row) => [row.tool, { rate: rateOf(row), total: row.calls }]),
    ),
  };
}

function rateOf({ calls, failures, denied }: ToolFigures): number {
  return percentOf(calls - failures - denied, calls);
}
