import type { Database } from 'better-sqlite3';
import type { StatsFiles } from '../../records/stats-files.ts';
import { describeApiError, describeFailure, type DescribedError } from './error-category.ts';
import { addCount, topCounts } from './rates.ts';

const RECENT = 10;
const CATEGORIES = 10;

/** Which errors there were, and the newest ones. A call that was denied did not fail. */
export function errorStats(db: Database): StatsFiles['error-stats.json'] {
  const counted = [...failures(db), ...apiErrors(db)];
  const byType = new Map<string, number>();
  for (const { error, count } of counted) {
    addCount(byType, error.type, count);
  }
  return {
    total_errors: counted.reduce((sum, { count }) => sum + count, 0),
    by_type: topCounts(byType, CATEGORIES),
    recent_errors: [...recentFailures(db), ...recentApiErrors(db)]
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, RECENT)
      .map(({ atMs, error }) => ({
        type: error.type,
        message: error.message,
        ts: Math.floor(atMs / 1000),
        severity: error.severity,
      })),
  };
}

interface Failure {
  readonly tool: string;
  readonly command: string;
  readonly errorClass: string;
}

interface Counted {
  readonly error: DescribedError;
  readonly count: number;
}

interface Dated {
  readonly error: DescribedError;
  readonly atMs: number;
}

function failures(db: Database): Counted[] {
  const rows = db
    .prepare<[], Failure & { count: number }>(
      `SELECT tool.name AS tool, command, error_class AS errorClass, calls AS count
       FROM total_call JOIN tool ON tool.id = tool WHERE error_class NOT IN ('', 'denied') AND calls > 0`,
    )
    .all();
  return rows.map(({ tool, command, errorClass, count }) => ({
    error: describeFailure(tool, command, errorClass),
    count,
  }));
}

function apiErrors(db: Database): Counted[] {
  const rows = db
    .prepare<[], { reason: string; count: number }>(
      `SELECT reason, sum(occurrences) AS count FROM rollup_occurrence WHERE type = 'api_error' GROUP BY reason`,
    )
    .all();
  return rows.map(({ reason, count }) => ({ error: describeApiError(reason), count }));
}

function recentFailures(db: Database): Dated[] {
  const rows = db
    .prepare<[], Failure & { atMs: number }>(
      `SELECT coalesce(tool.name, 'unknown') AS tool, coalesce(command, '') AS command,
         coalesce(error_class, 'other') AS errorClass, at_ms AS atMs
       FROM tool_call LEFT JOIN tool ON tool.id = tool
       WHERE success = 0 AND error_class IS NOT 'denied' ORDER BY at_ms DESC, key LIMIT ${RECENT}`,
    )
    .all();
  return rows.map(({ tool, command, errorClass, atMs }) => ({
    error: describeFailure(tool, command, errorClass),
    atMs,
  }));
}

function recentApiErrors(db: Database): Dated[] {
  const rows = db
    .prepare<[], { status: string; name: string; atMs: number }>(
      `SELECT coalesce(data ->> 'status', '') AS status, coalesce(data ->> 'error', '') AS name, at_ms AS atMs
       FROM occurrence WHERE type = 'api_error' ORDER BY at_ms DESC, key LIMIT ${RECENT}`,
    )
    .all();
  return rows.map(({ status, name, atMs }) => ({
    error: describeApiError(`${status} ${/^[a-z_]+$/.test(name) ? name : ''}`.trim()),
    atMs,
  }));
}
