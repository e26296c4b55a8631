import type { Database } from 'better-sqlite3';
import { InputError } from '../errors.ts';
import { coveredRange } from './covered-range.ts';
import { fileTable, type FileFigures } from './file-report.ts';
import { resolveFilter, type NameFilter } from './filter.ts';
import type { TimeUnit } from './local-time.ts';
import { planTable } from './plan-report.ts';
import type { ReportKind } from './report-kinds.ts';
import type { TimeRange } from './time-slots.ts';
import { createTimeZone } from './time-zone.ts';
import { toolTable, type ToolFigures } from './tool-report.ts';
import type { UsageFigures } from './usage-figures.ts';
import { usageByName } from './usage-by-name.ts';
import { usageByTime } from './usage-by-time.ts';

export { REPORT_KINDS } from './report-kinds.ts';
export type { ReportKind } from './report-kinds.ts';

/** Which report, of what; the range is half-open and the zone any IANA name. */
export interface ReportQuery extends TimeRange, NameFilter {
  readonly kind: ReportKind;
  readonly timezone: string;
}

/** The column that tells a report's rows apart. */
export type ReportKey =
  | TimeUnit
  | 'session_id'
  | 'project'
  | 'model'
  | 'tool'
  | 'file'
  | 'plan'
  | 'source';

/** One row: its key, and what was used, called or done. */
export type ReportRow = { readonly [key in ReportKey]?: string } & (
  | UsageFigures
  | ToolFigures
  | FileFigures
);

/** A report as it is printed and served; `since` and `until` are ISO 8601 in UTC. */
export interface Report {
  readonly report: ReportKind;
  readonly timezone: string;
  readonly since: string | null;
  readonly until: string | null;
  readonly rows: readonly ReportRow[];
  readonly totals: UsageFigures | ToolFigures | FileFigures;
}

/**
 * Answers a report from what is committed.
 *
 * `since` and `until` of the answer say what it covers: where single requests have left the store, a span begins and ends
 * with a quarter of an hour, and files are known from where single calls are.
 *
 * Rows by time come oldest first, all others the dearest or most used first. A name that is not known gives no rows.
 *
 * @throws InputError for an unknown zone, an ambiguous session, or a restriction that the report cannot honour.
 */
export function report(db: Database, query: ReportQuery): Report {
  const zone = createTimeZone(query.timezone);
  const range = coveredRange(db, query, query.kind === 'file' ? 'rows' : 'sums');
  const head = {
    report: query.kind,
    timezone: zone.name,
    since: range.sinceMs === null ? null : new Date(range.sinceMs).toISOString(),
    until: range.untilMs === null ? null : new Date(range.untilMs).toISOString(),
  };
  const filter = resolveFilter(db, query);
  const scope = { range, filter };
  switch (query.kind) {
    case 'hourly':
      return { ...head, ...usageByTime(db, 'hour', zone, scope) };
    case 'daily':
      return { ...head, ...usageByTime(db, 'day', zone, scope) };
    case 'weekly':
      return { ...head, ...usageByTime(db, 'week', zone, scope) };
    case 'monthly':
      return { ...head, ...usageByTime(db, 'month', zone, scope) };
    case 'session':
    case 'project':
    case 'model':
    case 'source':
      return { ...head, ...usageByName(db, query.kind, scope) };
    case 'tool':
      refuseModel(query);
      return { ...head, ...toolTable(db, scope) };
    case 'file':
      refuseModel(query);
      return { ...head, ...fileTable(db, scope) };
    case 'plan':
      return { ...head, ...planTable(db, scope) };
  }
}

function refuseModel({ kind, model }: ReportQuery): void {
  if (model !== null) {
    throw new InputError(`The ${kind} report cannot be narrowed to one model.`, {
      hint: 'Leave the model out, or ask for the `model` report.',
    });
  }
}
