/** What is going on: tools, files, contexts and sources. */
import { z } from 'zod';
import { ALL_ENTRIES } from '../../src/records/entry-query.ts';
import { agreement } from '../../src/rollups/agreement.ts';
import { ACTIVE_MS, DAY_MS } from '../../src/rollups/session-state.ts';
import { contextStatus, contextTrend } from '../../src/rollups/context-status.ts';
import { resolveFilter } from '../../src/rollups/filter.ts';
import { recentTools } from '../../src/rollups/recent-tools.ts';
import { report } from '../../src/rollups/report.ts';
import { sourceStatus, tallies } from '../../src/rollups/source-status.ts';
import { contextPoint, fileFigures, listOf, metricEntry, toolFigures } from './answers.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import * as fields from './fields.ts';
import { blaming, ParameterError } from './parameters.ts';
import type { RouteSpec } from './route-spec.ts';
import { jsonRoute } from './route-spec.ts';

const scope = {
  from: fields.from,
  to: fields.to,
  session: fields.session,
  project: fields.project,
};

const recent = z.object({
  recent_calls: z.int(),
  recent_failures: z.int(),
  duration_ms_p50: z.number().nullable(),
  duration_ms_p95: z.number().nullable(),
  errors: z.record(z.string(), z.int()),
});

/** `GET /api/tools`: how each tool did, and the newest calls. */
export function toolsRoute(deps: RestDeps, config: RestConfig): RouteSpec {
  const { db } = deps.reader;
  return jsonRoute({
    path: '/api/tools',
    aliases: ['/api/claude-tool-usage'],
    summary:
      'Tools by how often they were called, with percentiles over their newest calls, and those calls.',
    query: z.strictObject({
      ...scope,
      limit: fields.limit(50).describe('Most recent calls to answer with.'),
    }),
    answer: listOf(toolFigures.extend({ tool: z.string(), recent: recent.nullable() })).extend({
      totals: toolFigures,
      recent_calls: z.array(metricEntry),
    }),
    respond: ({ from, to, session = null, project = null, limit }) => {
      const names = { session, project, model: null };
      const range = fields.rangeOf({ from, to }, config.timezone);
      const filter = blaming('session', () => resolveFilter(db, names));
      const { rows, totals } = report(db, {
        kind: 'tool',
        timezone: config.timezone,
        ...names,
        ...range,
      });
      const newest = recentTools(db, { range, filter });
      const { projects, sessions } = filter;
      const calls = {
        ...ALL_ENTRIES,
        fromMs: range.sinceMs,
        toMs: range.untilMs,
        projects,
        sessions,
        category: 'tool' as const,
        limit,
      };
      return {
        data: rows.map((row) => ({ ...row, recent: recentOf(newest.get(row.tool ?? '')) })),
        next: null,
        totals,
        recent_calls: deps.entries(calls).entries,
      };
    },
  });
}

function recentOf(tool: object | undefined): object | null {
  if (tool === undefined) {
    return null;
  }
  return Object.fromEntries(Object.entries(tool).filter(([name]) => name !== 'tool'));
}

/** `GET /api/files`: what tools did with each file. */
export function filesRoute(deps: RestDeps, config: RestConfig): RouteSpec {
  const { db } = deps.reader;
  return jsonRoute({
    path: '/api/files',
    aliases: ['/api/claude-file-access'],
    summary: 'Files by how often tools used them.',
    query: z.strictObject({ ...scope, limit: fields.limit(100), cursor: fields.cursor }),
    answer: listOf(fileFigures),
    respond: ({ from, to, session = null, project = null, limit, cursor = '0' }) => {
      if (!/^\d{1,9}$/.test(cursor)) {
        throw new ParameterError({
          message: 'The cursor is not one of ours.',
          parameter: 'cursor',
        });
      }
      const names = {
        session,
        project,
        model: null,
        ...fields.rangeOf({ from, to }, config.timezone),
      };
      const { rows, totals } = blaming('session', () =>
        report(db, { kind: 'file', timezone: config.timezone, ...names }),
      );
      const end = Number(cursor) + limit;
      return {
        data: rows.slice(Number(cursor), end),
        next: end < rows.length ? String(end) : null,
        totals,
      };
    },
  });
}

const contextQuery = z.strictObject({
  session: fields.session,
  project: fields.project,
  state: z
    .enum(['active', 'idle'])
    .optional()
    .describe(
      'active: in the last 5 minutes; idle: in the last 24 hours, but not active. Both when left out.',
    ),
  limit: fields.limit(100),
});

/** `GET /api/context`: how full the context of each recent session is; of one session also how that changed. */
export function contextRoute(deps: RestDeps): RouteSpec {
  const { db } = deps.reader;
  return jsonRoute({
    path: '/api/context',
    aliases: ['/api/claude-context-trends'],
    summary: 'Size of the context of recent sessions; of one session also how it changed.',
    query: contextQuery,
    answer: listOf(
      contextPoint.extend({
        session_id: z.string(),
        project: z.string(),
        last_activity: z.iso.datetime(),
        state: z.enum(['active', 'idle', 'ended']),
      }),
    ).extend({ trend: z.array(contextPoint).optional() }),
    respond: ({ session = null, project = null, state, limit }) => {
      const filter = blaming('session', () => resolveFilter(db, { session, project, model: null }));
      const nowMs = deps.now();
      const isOne = filter.sessions !== null;
      const activeSinceMs = isOne ? 0 : nowMs - (state === 'active' ? ACTIVE_MS : DAY_MS);
      const rows = contextStatus(db, { activeSinceMs, nowMs, filter, limit });
      const [row] = filter.sessions ?? [];
      return {
        data: state === undefined ? rows : rows.filter((each) => each.state === state),
        next: null,
        ...(row !== undefined && { trend: contextTrend(db, row, limit) }),
      };
    },
  });
}

/** Time over which sources are compared. */
const AGREEMENT_MS = 7 * DAY_MS;

const counts = z.record(z.string(), z.int());

/** `GET /api/sources`: what each source has brought, and what of it could not be used. */
export function sourcesRoute(deps: RestDeps, config: RestConfig): RouteSpec {
  const { db } = deps.reader;
  return jsonRoute({
    path: '/api/sources',
    summary:
      'Sources with what they brought, what of it was not usable, how far behind they are, and how far those of the last 7 days agree.',
    query: z.strictObject({}),
    answer: listOf(
      z.looseObject({
        source: z.string(),
        origins: z.int(),
        lines: z.int(),
        bytes: z.int(),
        last_entry: z.iso.datetime().nullable(),
        lag_seconds: z.number().nullable(),
        duplicates: z.int(),
        rejects: counts,
        requests: z.int(),
        cost_usd: z.number(),
      }),
    ).extend({
      entries: counts,
      rejects: counts,
      duplicates: counts,
      origin_resets: counts,
      agreement: z.looseObject({ share: z.number().nullable() }),
    }),
    respond: () => {
      const everything = {
        timezone: config.timezone,
        session: null,
        project: null,
        model: null,
        sinceMs: null,
        untilMs: null,
      };
      const used = report(db, { ...everything, kind: 'source' });
      const lags = deps.gauges.read('hall_monitor_ingest_lag_seconds');
      return {
        data: sourceStatus(db).map((status) => ({
          requests: 0,
          cost_usd: 0,
          ...used.rows.find(({ source }) => source === status.source),
          ...status,
          lag_seconds: lags.find(({ labels }) => labels['source'] === status.source)?.value ?? null,
        })),
        next: null,
        entries: tallies(db, 'entries'),
        rejects: tallies(db, 'rejects'),
        duplicates: tallies(db, 'duplicates'),
        origin_resets: tallies(db, 'origin_resets'),
        agreement: agreement(db, { sinceMs: deps.now() - AGREEMENT_MS, untilMs: deps.now() }),
      };
    },
  });
}
