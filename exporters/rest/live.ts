import { z } from 'zod';
import { PLAN_EVENT_TYPES } from '../../src/records/plan.ts';
import { peerOf } from '../../src/runtime/peer.ts';
import { problemResponse } from '../../src/runtime/problem.ts';
import { createSlidingWindow } from '../../src/runtime/sliding-window.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import * as fields from './fields.ts';
import type { Wants } from './live-client.ts';
import { wantsMetrics, wantsPlans } from './live-client.ts';
import { createLiveHub } from './live-hub.ts';
import { readQuery } from './parameters.ts';
import type { RouteSpec } from './route-spec.ts';
import { answering } from './route-spec.ts';

/** The routes of the streams and the loop that feeds them. */
export interface Live {
  readonly routes: readonly RouteSpec[];
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly clients: () => number;
}

const session = fields.named(
  'Only what was done by this session: its id or the beginning of it. Also `session_id`.',
);
const lastEventId = z
  .string()
  .regex(/^\d{1,16}$/, 'it is no number')
  .optional()
  .describe(
    'Seq after which to begin, as the header Last-Event-ID; without either only what is new is told.',
  );

const metricQuery = z.strictObject({
  session,
  project: fields.project,
  event_type: fields.named('Only entries of this type.'),
  last_event_id: lastEventId,
});

const planQuery = z.strictObject({
  plan: fields.plan,
  project: fields.project,
  event_type: z.enum(PLAN_EVENT_TYPES).optional().describe('Only events of this type.'),
  session,
  last_event_id: lastEventId,
});

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};
const WINDOW_MS = 60_000;

/** Makes the live streams: everything that is committed, as server-sent events. */
export function createLive(deps: RestDeps, config: RestConfig['sse']): Live {
  const hub = createLiveHub(deps, config);
  const window = createSlidingWindow({
    limit: config.connectsPerMinute,
    windowMs: WINDOW_MS,
    now: deps.now,
  });
  const open = (request: Request, wants: Wants, asked: string | undefined): Response => {
    if (request.method === 'HEAD') {
      return new Response(null, { headers: HEADERS });
    }
    const waitMs = window.take(peerOf(request));
    if (waitMs !== undefined) {
      return busy(
        429,
        `One address may open ${config.connectsPerMinute} streams a minute.`,
        waitMs,
      );
    }
    if (hub.size() >= config.maxClients) {
      return busy(503, `There are ${hub.size()} streams open already.`, 5_000);
    }
    const start = startOf(asked ?? request.headers.get('last-event-id'));
    return new Response(hub.open(wants, start), { headers: HEADERS });
  };
  const metrics = streamRoute({
    path: '/events/metrics',
    summary: 'Entries as they are committed, as server-sent events; Last-Event-ID resumes.',
    query: metricQuery,
    respond: (request, { last_event_id: asked, ...filter }) =>
      open(request, wantsMetrics(filter), asked),
  });
  const plans = streamRoute({
    path: '/events/plans',
    summary: 'Plan events as they are committed, as server-sent events; Last-Event-ID resumes.',
    query: planQuery,
    respond: (request, { last_event_id: asked, ...filter }) =>
      open(request, wantsPlans(filter), asked),
  });
  return { routes: [metrics, plans], clients: hub.size, run: hub.run };
}

function streamRoute<Q extends z.ZodObject>({
  respond,
  ...spec
}: Pick<RouteSpec, 'path' | 'summary'> & {
  readonly query: Q;
  readonly respond: (request: Request, query: z.output<Q>) => Response;
}): RouteSpec {
  return {
    ...spec,
    method: 'GET',
    answerType: 'text/event-stream',
    handle: (request) =>
      answering(() => respond(request, readQuery(spec.query, new URL(request.url)))),
  };
}

function startOf(lastEventId: string | null): number | undefined {
  return lastEventId !== null && /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : undefined;
}

function busy(status: number, message: string, waitMs: number): Response {
  return problemResponse(
    status,
    { message },
    { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) },
  );
}
