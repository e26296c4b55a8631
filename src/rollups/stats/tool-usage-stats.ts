import type { Database } from 'better-sqlite3';
import type { StatsFiles } from '../../records/stats-files.ts';
import { ANY_NAME, resolveFilter } from '../filter.ts';
import { ALL_TIME } from '../time-slots.ts';
import { toolTable } from '../tool-report.ts';
import { addCount, topCounts } from './rates.ts';

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

/** Calls whose request is known, by the family of its model. */
function callsByFamily(db: Database): ReadonlyMap<string, number> {
  const rows = db
    .prepare<[], { model: string; calls: number }>(
      `SELECT model.name AS model, calls FROM (
         SELECT request.model AS id, count(*) AS calls
         FROM tool_call CROSS JOIN request ON request.key = tool_call.request_key GROUP BY request.model
       ) JOIN model USING (id)`,
    )
    .all();
  const families = new Map<string, number>();
  for (const { model, calls } of rows) {
    const family = familyOf(model);
    if (family !== null) {
      addCount(families, family, calls);
    }
  }
  return families;
}

/** The word of a Claude model's id that is neither `claude` nor a number: `opus` of `claude-opus-5-5`. */
function familyOf(model: string): string | null {
  const family = /\bclaude-(?:[\d.]+-)*([a-z]{3,20})\b/.exec(model)?.[1];
  return family === undefined || family === 'unknown' ? null : family;
}
