import type { Database } from 'better-sqlite3';
import { filterSql, type IdFilter } from './filter.ts';
import type { TimeRange } from './time-slots.ts';

/** How a tool did in its newest calls: how long they took, and why those that failed did. */
export interface RecentTool {
  readonly tool: string;
  readonly recent_calls: number;
  readonly recent_failures: number;
  readonly duration_ms_p50: number | null;
  readonly duration_ms_p95: number | null;
  /** Failures by class. */
  readonly errors: Readonly<Record<string, number>>;
}

interface CallRow {
  readonly tool: string;
  readonly success: number | null;
  readonly error_class: string | null;
  readonly duration_ms: number | null;
}

/** Calls that are looked at; enough for a 95th percentile of all but rare tools, and read in a millisecond. */
const RECENT_CALLS = 1_000;

/** The tools of the newest calls by name; only calls that are not yet pruned are known one by one. */
export function recentTools(
  db: Database,
  {
    range,
    filter,
  }: { readonly range: TimeRange; readonly filter: Pick<IdFilter, 'projects' | 'sessions'> },
): ReadonlyMap<string, RecentTool> {
  const calls = db
    .prepare<[number, number, number], CallRow>(
      `SELECT tool.name AS tool, success, error_class, duration_ms FROM (
         SELECT tool AS id, success, error_class, duration_ms FROM tool_call
         WHERE tool IS NOT NULL AND at_ms >= ? AND at_ms < ?${filterSql({ projects: filter.projects, sessions: filter.sessions })}
         ORDER BY at_ms DESC LIMIT ?
       ) JOIN tool USING (id)`,
    )
    .all(range.sinceMs ?? 0, range.untilMs ?? Number.MAX_SAFE_INTEGER, RECENT_CALLS);
  const byTool = new Map<string, CallRow[]>();
  for (const call of calls) {
    const known = byTool.get(call.tool);
    if (known === undefined) {
      byTool.set(call.tool, [call]);
    } else {
      known.push(call);
    }
  }
  return new Map([...byTool].map(([tool, of]) => [tool, recentTool(tool, of)]));
}

function recentTool(tool: string, calls: readonly CallRow[]): RecentTool {
  const durations = calls.flatMap(({ duration_ms }) => duration_ms ?? []).sort((a, b) => a - b);
  const failures = calls.filter(({ success }) => success === 0);
  const errors = new Map<string, number>();
  for (const { error_class } of failures) {
    const name = error_class ?? 'other';
    errors.set(name, (errors.get(name) ?? 0) + 1);
  }
  return {
    tool,
    recent_calls: calls.length,
    recent_failures: failures.length,
    duration_ms_p50: percentile(durations, 0.5),
    duration_ms_p95: percentile(durations, 0.95),
    errors: Object.fromEntries([...errors].sort((a, b) => b[1] - a[1])),
  };
}

/** The smallest value that at least this share of all values does not exceed. */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
