/**
 * The live stream: everything that is committed, as server-sent events, in order and exactly once for each client.
 *
 * One loop reads the log for all clients. A client that comes back is first told what it missed, as fast as it takes it,
 * and joins the others when it has caught up. What a client has not taken yet is counted in bytes; one that is too far
 * behind is cut off and can resume where it was.
 */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { Stored } from '../../src/store/store.ts';
import { peerOf } from '../../src/runtime/peer.ts';
import { problemResponse } from '../../src/runtime/problem.ts';
import { createSlidingWindow } from '../../src/runtime/sliding-window.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import { liveEvent } from './encode.ts';
import * as fields from './fields.ts';
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
  session: fields.named('Only entries of this session: its id or the beginning of it. Also `session_id`.'),
  project: fields.project,
  event_type: fields.named('Only entries of this type.'),
  last_event_id: z
    .string()
    .regex(/^\d{1,16}$/, 'it is no number')
    .optional()
    .describe('Seq after which to begin, as the header Last-Event-ID; without either only what is new is told.'),
});

type Filter = Omit<z.output<typeof query>, 'last_event_id'>;

interface Client {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly filter: Filter;
  /** Everything up to here was told, or did not fit the filter. */
  seq: number;
  isLive: boolean;
}

const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
const RECONNECT_MS = 2_000;
const WINDOW_MS = 60_000;
const PAGE = 200;

/** Makes the live stream. */
export function createLive(deps: RestDeps, config: RestConfig['sse']): Live {
  const clients = new Set<Client>();
  const window = createSlidingWindow({ limit: config.connectsPerMinute, windowMs: WINDOW_MS, now: deps.now });
  const hub = createHub(deps, clients, config.bufferBytes);
  const handle = (request: Request): Response => {
    const { last_event_id: asked, ...filter } = readQuery(query, new URL(request.url));
    if (request.method === 'HEAD') {
      return new Response(null, { headers: HEADERS });
    }
    const waitMs = window.take(peerOf(request));
    if (waitMs !== undefined) {
      return busy(429, `One address may open ${config.connectsPerMinute} streams a minute.`, waitMs);
    }
    if (clients.size >= config.maxClients) {
      return busy(503, `There are ${clients.size} streams open already.`, 5_000);
    }
    return new Response(hub.open(filter, startOf(asked ?? request.headers.get('last-event-id'))), { headers: HEADERS });
  };
  const route: RouteSpec = {
    method: 'GET',
    path: '/events/metrics',
    summary: 'Entries as they are committed, as server-sent events; Last-Event-ID resumes.',
    query,
    answerType: 'text/event-stream',
    handle: (request) => answering(() => handle(request)),
  };
  return { route, clients: () => clients.size, run: (signal) => hub.run(signal, config.heartbeatMs) };
}

function startOf(lastEventId: string | null): number | undefined {
  return lastEventId !== null && /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : undefined;
}

function busy(status: number, message: string, waitMs: number): Response {
  return problemResponse(status, { message }, { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) });
}

interface Hub {
  readonly open: (filter: Filter, startSeq: number | undefined) => ReadableStream<Uint8Array>;
  readonly run: (signal: AbortSignal, heartbeatMs: number) => Promise<void>;
}

function createHub({ reader, count }: RestDeps, clients: Set<Client>, maxBufferBytes: number): Hub {
  const encoder = new TextEncoder();
  const write = (client: Client, bytes: Uint8Array): void => {
    client.controller.enqueue(bytes);
    if ((client.controller.desiredSize ?? 0) < 0) {
      clients.delete(client);
      client.controller.error(new Error('The client does not read.'));
      count('sse_dropped', 'slow');
    }
  };
  /** Tells a returning client its next page of what it missed, or lets it join the others. */
  const replay = async (client: Client): Promise<void> => {
    while (clients.has(client) && !client.isLive) {
      const page = reader.after(client.seq, PAGE);
      client.isLive = page.length === 0;
      const told = page.filter(({ entry }) => fits(entry, client.filter));
      client.seq = page.at(-1)?.seq ?? client.seq;
      if (told.length > 0) {
        client.controller.enqueue(encoder.encode(told.map(({ seq, entry }) => liveEvent(seq, entry)).join('')));
        return;
      }
      await setImmediate();
    }
  };
  const open: Hub['open'] = (filter, startSeq) => {
    const lastSeq = reader.lastSeq();
    const isBehind = startSeq !== undefined && startSeq < lastSeq;
    let client: Client | undefined;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          client = { controller, filter, seq: isBehind ? startSeq : lastSeq, isLive: !isBehind };
          clients.add(client);
          controller.enqueue(encoder.encode(`retry: ${RECONNECT_MS}\n\n`));
        },
        pull: () => (client === undefined || client.isLive ? undefined : replay(client)),
        cancel: () => void (client !== undefined && clients.delete(client)),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: maxBufferBytes }),
    );
  };
  const tell = ({ seq, entry }: Stored): void => {
    let bytes: Uint8Array | undefined;
    for (const client of clients) {
      if (client.isLive && client.seq < seq) {
        client.seq = seq;
        if (fits(entry, client.filter)) {
          bytes ??= encoder.encode(liveEvent(seq, entry));
          write(client, bytes);
        }
      }
    }
  };
  const run: Hub['run'] = async (signal, heartbeatMs) => {
    const beat = encoder.encode(': still here\n\n');
    const heart = setInterval(() => clients.forEach((client) => write(client, beat)), heartbeatMs);
    let seq = reader.lastSeq();
    while (!signal.aborted) {
      await reader.changed(seq, signal);
      const isHeard = clients.size > 0;
      const page = signal.aborted || !isHeard ? [] : reader.after(seq, PAGE);
      page.forEach(tell);
      seq = isHeard ? (page.at(-1)?.seq ?? seq) : reader.lastSeq();
      if (page.length === PAGE) {
        await setImmediate();
      }
    }
    clearInterval(heart);
    for (const client of clients) {
      clients.delete(client);
      client.controller.close();
    }
  };
  return { open, run };
}

function fits(entry: MetricEntry, { session, project, event_type: type }: Filter): boolean {
  return (
    (type === undefined || entry.event_type === type) &&
    (session === undefined || entry.session_id.startsWith(session)) &&
    (project === undefined || entry.project_path === project || entry.project_path.split(/[\\/]/).at(-1) === project)
  );
}
