import { z } from 'zod';
import type { TimeUnit } from '../../src/rollups/local-time.ts';
import { resolveFilter } from '../../src/rollups/filter.ts';
import { occurrenceCounts } from '../../src/rollups/occurrence-counts.ts';
import type { Occupant, Period } from '../../src/rollups/periods.ts';
import { occupiedPeriods, periodOf } from '../../src/rollups/periods.ts';
import type { ReportQuery, ReportRow } from '../../src/rollups/report.ts';
import { report } from '../../src/rollups/report.ts';
import { createTimeZone } from '../../src/rollups/time-zone.ts';
import { listOf } from './answers.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import * as fields from './fields.ts';
import { blaming, ParameterError } from './parameters.ts';
import type { RouteSpec } from './route-spec.ts';
import { jsonRoute } from './route-spec.ts';

const GROUPS = ['model', 'event_type', 'session', 'project', 'tool', 'source'] as const;

type Group = (typeof GROUPS)[number];

const REPORTS = { hour: 'hourly', day: 'daily', week: 'weekly', month: 'monthly' } as const;

const query = z.strictObject({
  period: z
    .enum(['hour', 'day', 'week', 'month'])
    .describe('Length of a period; weeks begin on Monday.'),
  group_by: z.enum(GROUPS).optional().describe('What to keep apart within a period.'),
  metric: z
    .enum(['count', 'cost', 'tokens'])
    .default('count')
    .describe('What `value` shows; the other figures are there as well.'),
  from: fields.from,
  to: fields.to,
  session: fields.session,
  project: fields.project,
  model: fields.model,
  timezone: fields.timezone,
  limit: fields.limit(1_000).describe('Most rows; a period is never cut in two.'),
  cursor: fields.cursor,
});

type Query = z.output<typeof query>;

const row = z.looseObject({
  period_start: z.iso.datetime(),
  period_end: z.iso.datetime(),
  group: z.string().optional(),
  value: z.number(),
});

interface Question extends ReportQuery {
  readonly unit: TimeUnit;
  readonly metric: Query['metric'];
  readonly limit: number;
}

type Row = Readonly<Record<string, unknown>>;

/** `GET /api/metrics/aggregations`: figures per period, and per group within it. */
export function aggregationsRoute(deps: RestDeps, config: RestConfig): RouteSpec {
  return jsonRoute({
    path: '/api/metrics/aggregations',
    aliases: ['/api/aggregations'],
    summary: 'Figures by hour, day, week or month, oldest first.',
    query,
    answer: listOf(row),
    respond: (asked) => {
      const {
        session = null,
        project = null,
        model = null,
        group_by: group,
        period: unit,
        metric,
      } = asked;
      const timezone = asked.timezone ?? config.timezone;
      refuseImpossible(group, asked);
      const question: Question = {
        kind: REPORTS[unit],
        unit,
        metric,
        limit: asked.limit,
        timezone,
        ...fields.rangeOf(asked, timezone),
        session,
        project,
        model,
      };
      blaming('session', () => resolveFilter(deps.reader.db, question));
      const resumeMs = asked.cursor === undefined ? null : readCursor(asked.cursor);
      const page =
        group === undefined
          ? plainRows(deps, question, resumeMs)
          : groupedRows(deps, { ...question, group }, resumeMs);
      return { ...page, period: unit, timezone };
    },
  });
}

function refuseImpossible(group: Group | undefined, { metric, model }: Query): void {
  if (group === 'tool' && metric !== 'count') {
    throw new ParameterError({
      message: 'Tools have no tokens or cost of their own.',
      parameter: 'metric',
      allowed: ['count'],
    });
  }
  if ((group === 'tool' || group === 'event_type') && model !== undefined) {
    throw new ParameterError({
      message: `Rows by ${group} cannot be narrowed to one model.`,
      parameter: 'model',
    });
  }
}

function readCursor(cursor: string): number {
  if (!/^\d{1,16}$/.test(cursor)) {
    throw new ParameterError({
      message: 'The cursor is not one of ours.',
      parameter: 'cursor',
      hint: 'Take `next` of the page before, unchanged.',
    });
  }
  return Number(cursor);
}

interface Page {
  readonly data: readonly Row[];
  readonly next: string | null;
  readonly totals?: object;
}

function plainRows(deps: RestDeps, question: Question, resumeMs: number | null): Page {
  const { rows, totals } = report(deps.reader.db, question);
  const zone = createTimeZone(question.timezone);
  const all = rows.map((each) => ({
    period: periodOf(zone, question.unit, each[question.unit] ?? ''),
    each,
  }));
  const rest = all.filter(({ period }) => resumeMs === null || period.startMs >= resumeMs);
  const page = rest.slice(0, question.limit);
  const next = rest[page.length];
  return {
    data: page.map(({ period, each }) => ({
      ...head(question.unit, period),
      value: valueOf(each, question.metric),
      ...each,
    })),
    next: next === undefined ? null : String(next.period.startMs),
    totals,
  };
}

const OCCUPANTS: Readonly<Record<Group, readonly Occupant[]>> = {
  model: ['requests'],
  session: ['requests'],
  project: ['requests'],
  source: ['requests'],
  tool: ['tools'],
  event_type: ['requests', 'tools', 'occurrences'],
};

function groupedRows(
  deps: RestDeps,
  question: Question & { readonly group: Group },
  resumeMs: number | null,
): Page {
  const { group, unit, sinceMs, untilMs } = question;
  const zone = createTimeZone(question.timezone);
  const range = {
    sinceMs: resumeMs === null ? sinceMs : Math.max(resumeMs, sinceMs ?? 0),
    untilMs,
  };
  const data: Row[] = [];
  for (const period of occupiedPeriods(deps.reader.db, {
    zone,
    unit,
    range,
    occupants: OCCUPANTS[group],
  })) {
    if (data.length > 0 && data.length >= question.limit) {
      return { data, next: String(period.startMs) };
    }
    const within = {
      ...question,
      sinceMs: Math.max(period.startMs, sinceMs ?? period.startMs),
      untilMs: Math.min(period.endMs, untilMs ?? period.endMs),
    };
    data.push(
      ...groupsWithin(deps, within).map(([name, each]) => ({
        ...head(unit, period),
        group: name,
        value: valueOf(each, question.metric),
        ...each,
      })),
    );
  }
  return { data, next: null };
}

function groupsWithin(
  deps: RestDeps,
  question: Question & { readonly group: Group },
): readonly (readonly [string, object])[] {
  const { group } = question;
  if (group === 'event_type') {
    return eventTypes(deps, question);
  }
  const key = group === 'session' ? 'session_id' : group;
  return report(deps.reader.db, { ...question, kind: group }).rows.map((each) => [
    each[key] ?? '',
    each,
  ]);
}

/** Requests and tool calls from their sums, everything else counted. */
function eventTypes(deps: RestDeps, question: Question): readonly (readonly [string, Row])[] {
  const { db } = deps.reader;
  const requests = report(db, { ...question, kind: 'model' }).totals as ReportRow & {
    readonly requests: number;
  };
  const tools = report(db, { ...question, kind: 'tool' }).totals as {
    readonly calls: number;
    readonly failures: number;
    readonly denied: number;
  };
  const others = occurrenceCounts(db, { range: question, filter: resolveFilter(db, question) });
  const counted: readonly (readonly [string, Row])[] = [
    ['api_response', requests.requests === 0 ? {} : { count: requests.requests, ...requests }],
    ['tool_completed', { count: tools.calls - tools.failures - tools.denied }],
    ['tool_failed', { count: tools.failures + tools.denied }],
    ...[...others].map(([type, count]): [string, Row] => [type, { count }]),
  ];
  return counted
    .filter(([, each]) => (each['count'] ?? 0) !== 0)
    .map(([type, each]) => [type, { event_type: type, ...each }]);
}

function head(unit: TimeUnit, { key, startMs, endMs }: Period): Row {
  return {
    period_start: new Date(startMs).toISOString(),
    period_end: new Date(endMs).toISOString(),
    [unit]: key,
  };
}

function valueOf(each: object, metric: Query['metric']): number {
  const figures = each as Readonly<Record<string, number | undefined>>;
  switch (metric) {
    case 'count':
      return figures['count'] ?? figures['requests'] ?? figures['calls'] ?? 0;
    case 'cost':
      return figures['cost_usd'] ?? 0;
    case 'tokens':
      return (
        (figures['input_tokens'] ?? 0) +
        (figures['output_tokens'] ?? 0) +
        (figures['cache_read_input_tokens'] ?? 0) +
        (figures['cache_creation_5m_input_tokens'] ?? 0) +
        (figures['cache_creation_1h_input_tokens'] ?? 0)
      );
  }
}
