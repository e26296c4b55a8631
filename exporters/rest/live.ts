import { z } from 'zod';
import { peerOf } from '../../src/runtime/peer.ts';
import { problemResponse } from '../../src/runtime/problem.ts';
import { createSlidingWindow } from '../../src/runtime/sliding-window.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import * as fields from './fields.ts';
import { createLiveHub } from './live-hub.ts';
import { readQuery } from './parameters.ts';
import type { RouteSpec } from './route-spec.ts';
import { answering } from './route-spec.ts';

/** The route of the stream and the loop that feeds it. */
export interface Live {
  readonly route: RouteSpec;
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly clients: () => number;
}

const query = z.strictObject({
  session: fields.named(
    'Only entries of this session: its id or the beginning of it. Also `session_id`.',
  ),
  project: fields.project,
  event_type: fields.named('Only entries of this type.'),
  last_event_id: z
    .string()
    .regex(/^\d{1,16}$/, 'it is no number')
    .optional()
    .describe(
      'Seq after which to begin, as the header Last-Event-ID; without either only what is new is told.',
    ),
});

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};
const WINDOW_MS = 60_000;

/** Makes the live stream: everything that is committed, as server-sent events. */
export function createLive(deps: RestDeps, config: RestConfig['sse']): Live {
  const hub = createLiveHub(deps, config);
  const window = createSlidingWindow({
    limit: config.connectsPerMinute,
    windowMs: WINDOW_MS,
    now: deps.now,
  });
  const handle = (request: Request): Response => {
    const { last_event_id: asked, ...filter } = readQuery(query, new URL(request.url));
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
    return new Response(hub.open(filter, startOf(asked ?? request.headers.get('last-event-id'))), {
      headers: HEADERS,
    });
  };
  const route: RouteSpec = {
    method: 'GET',
    path: '/events/metrics',
    summary: 'Entries as they are committed, as server-sent events; Last-Event-ID resumes.',
    query,
    answerType: 'text/event-stream',
    handle: (request) => answering(() => handle(request)),
  };
  return { route, clients: hub.size, run: hub.run };
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
