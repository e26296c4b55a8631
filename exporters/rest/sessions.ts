import { z } from 'zod';
import { ACTIVE_MS } from '../../src/rollups/session-state.ts';
import { contextTrend } from '../../src/rollups/context-status.ts';
import { resolveFilter } from '../../src/rollups/filter.ts';
import { report } from '../../src/rollups/report.ts';
import type { SessionPage, SessionQuery } from '../../src/rollups/sessions.ts';
import { sessionAgents } from '../../src/rollups/session-agents.ts';
import { listSessions, sessionDetail } from '../../src/rollups/sessions.ts';
import { problemResponse } from '../../src/runtime/problem.ts';
import { contextPoint, listOf, sessionSummary, toolFigures, usageFigures } from './answers.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import * as fields from './fields.ts';
import { blaming, readQuery } from './parameters.ts';
import type { RouteSpec } from './route-spec.ts';
import { answering, jsonRoute } from './route-spec.ts';

const DAY_MS = 86_400_000;
const SESSION_ID = /^[A-Za-z0-9_-]{1,64}$/;
const CONTEXT_POINTS = 200;

const listQuery = z.strictObject({
  project: fields.project,
  state: z
    .enum(['active', 'idle', 'ended'])
    .optional()
    .describe(
      'active: something happened in the last 5 minutes; idle: in the last 24 hours; ended: longer ago, or the client said so.',
    ),
  from: fields.from,
  to: fields.to,
  timezone: fields.timezone,
  limit: fields.limit(100),
  cursor: fields.cursor,
});

/** `GET /api/sessions`: sessions, the one with the latest activity first. */
export function sessionsRoute(deps: RestDeps, config: RestConfig): RouteSpec {
  return jsonRoute({
    path: '/api/sessions',
    aliases: ['/api/claude-sessions'],
    summary: 'Sessions with what they cost and did, the latest first.',
    query: listQuery,
    answer: listOf(sessionSummary),
    respond: ({
      project = null,
      state,
      from,
      to,
      timezone = config.timezone,
      limit,
      cursor = null,
    }) => {
      const nowMs = deps.now();
      const query: SessionQuery = {
        timezone,
        nowMs,
        limit,
        cursor,
        project,
        range: fields.rangeOf({ from, to }, timezone),
      };
      const page = blaming('cursor', () => pageInState(deps, query, state));
      return { data: page.sessions, next: page.next };
    },
  });
}

/** States are stretches of the list, which is in order of the latest activity: a page starts and ends within one. */
function pageInState(
  { reader }: RestDeps,
  query: SessionQuery,
  state: z.output<typeof listQuery>['state'],
): SessionPage {
  const { nowMs } = query;
  const before = (ms: number): string => `${ms}.${Number.MAX_SAFE_INTEGER}`;
  switch (state) {
    case undefined:
      return listSessions(reader.db, query);
    case 'active':
      return listSessions(reader.db, { ...query, activeSinceMs: nowMs - ACTIVE_MS + 1 });
    case 'idle':
      return listSessions(reader.db, {
        ...query,
        activeSinceMs: nowMs - DAY_MS + 1,
        cursor: query.cursor ?? before(nowMs - ACTIVE_MS),
      });
    case 'ended':
      return listSessions(reader.db, { ...query, cursor: query.cursor ?? before(nowMs - DAY_MS) });
  }
}

const detailQuery = z.strictObject({ timezone: fields.timezone });

const detail = sessionSummary.extend({
  usage_by_model: z.array(usageFigures.extend({ model: z.string() })),
  tools: z.array(toolFigures.extend({ tool: z.string() })),
  agents: z
    .array(
      z.object({
        agent_id: z.string(),
        agent_type: z.string().nullable(),
        tool_use_id: z.string().nullable().describe('The call that started it.'),
        parent_agent_id: z.string().nullable(),
        spawn_depth: z.number().nullable(),
        background: z.boolean().nullable(),
        requests: z.number(),
        tool_calls: z.number(),
        cost_usd: z.number(),
      }),
    )
    .describe('Subagents, dearest first.'),
  context: z
    .array(contextPoint)
    .describe('The newest requests of the main conversation, oldest first.'),
});

/** `GET /api/sessions/:id`: one session with its parts. */
export function sessionRoute(deps: RestDeps, config: RestConfig): RouteSpec {
  const { db } = deps.reader;
  return {
    method: 'GET',
    path: '/api/sessions/:id',
    summary: 'One session by its id or the beginning of it.',
    query: detailQuery,
    answer: detail,
    handle: (request, { id = '' }) =>
      answering(() => {
        const { timezone = config.timezone } = readQuery(detailQuery, new URL(request.url));
        const session = SESSION_ID.test(id)
          ? blaming('id', () => sessionDetail(db, id, { timezone, nowMs: deps.now() }))
          : undefined;
        if (session === undefined) {
          return problemResponse(404, {
            message: 'There is no such session.',
            parameter: 'id',
            hint: 'GET /api/sessions lists them.',
          });
        }
        const names = {
          session: session.session_id,
          project: null,
          model: null,
          sinceMs: null,
          untilMs: null,
          timezone,
        };
        const [row] = resolveFilter(db, names).sessions ?? [];
        return Response.json({
          ...session,
          usage_by_model: report(db, { ...names, kind: 'model' }).rows,
          tools: report(db, { ...names, kind: 'tool' }).rows,
          agents: row === undefined ? [] : sessionAgents(db, row),
          context: row === undefined ? [] : contextTrend(db, row, CONTEXT_POINTS),
        });
      }),
  };
}
