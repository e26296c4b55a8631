import type { Database } from 'better-sqlite3';
import type { StatsFiles } from '../../records/stats-files.ts';
import { ANY_NAME, resolveFilter } from '../filter.ts';
import { ALL_TIME } from '../time-slots.ts';
import { toolTable } from '../tool-report.ts';
import { callsByFamily } from './calls-by-family.ts';
import { topCounts } from './rates.ts';

const TOOLS = 20;

/** How often tools were called, and by which models; the models add up to all calls. */
export function toolUsageStats(db: Database): StatsFiles['tool-usage-stats.json'] {
  const { rows, totals } = toolTable(db, { range: ALL_TIME, filter: resolveFilter(db, ANY_NAME) });
  const families = callsByFamily(db);
  const known = [...families.values()].reduce((sum, calls) => sum + calls, 0);
  return {
    total_calls: totals.calls,
    top_tools: topCounts(
      rows.map(({ tool, calls }) => [tool, calls]),
      TOOLS,
    ),
    by_model: {
      opus: 0,
      sonnet: 0,
      haiku: 0,
      ...Object.fromEntries(families),
      unknown: Math.max(0, totals.calls - known),
    },
  };
}
