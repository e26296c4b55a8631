import { once } from 'node:events';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Component } from '../../src/component.ts';
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { PlanEventType } from '../../src/records/plan.ts';
import { rememberPeer } from '../../src/runtime/peer.ts';
import type { RestDeps } from '../../exporters/rest/deps.ts';
import { rest } from '../../exporters/rest/index.ts';
import { createServer } from '../../src/server/server.ts';
import { servingDeps } from '../server/serving.ts';
import type { ServingStore } from '../server/serving-store.ts';
import { createServingStore, NINE_MS, SESSION_B } from '../server/serving-store.ts';
import { createPlanFixture } from '../support/plan-fixture.ts';

let store: ServingStore;
let abort: AbortController;
let running: Promise<void> | undefined;

beforeEach(() => {
  store = createServingStore();
  abort = new AbortController();
});

afterEach(async () => {
  abort.abort();
  await running;
  vi.useRealTimers();
  store[Symbol.dispose]();
});

interface Config {
  readonly maxClients?: number;
  readonly connectsPerMinute?: number;
  readonly bufferBytes?: number;
}

function start(config: Config = {}, more: Partial<RestDeps> = {}): Component {
  const component = rest.create(
    rest.config.parse({ sse: { connectsPerMinute: 1_000, ...config } }),
    servingDeps(store, more),
  );
  running = component.run?.(abort.signal);
  return component;
}

async function open(
  component: Component,
  query = '',
  headers: Record<string, string> = {},
  peer?: string,
): Promise<Response> {
  return await openStream(component, `/events/metrics${query}`, headers, peer);
}

async function openStream(
  component: Component,
  where: string,
  headers: Record<string, string> = {},
  peer?: string,
): Promise<Response> {
  const route = component.routes?.find(({ path }) => path === where.replace(/\?.*/, ''));
  const request = new Request(`http://127.0.0.1:9464${where}`, { headers });
  if (peer !== undefined) rememberPeer(request, peer);
  return (await route?.handle(request, {})) ?? new Response();
}

interface Event {
  readonly id: number;
  readonly event: string;
  readonly entry: MetricEntry;
}

/** Reads a stream event by event, as a browser would. */
class Listener {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';

  constructor(response: Response) {
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader();
  }

  async block(): Promise<string | undefined> {
    while (!this.#text.includes('\n\n')) {
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += new TextDecoder().decode(value);
    }
    const end = this.#text.indexOf('\n\n');
    const block = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 2);
    return block;
  }

  async next(): Promise<Event> {
    for (;;) {
      const block = await this.block();
      if (block === undefined) throw new Error('The stream has ended.');
      const fields = new Map(
        block
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      if (fields.has('data')) {
        return {
          id: Number(fields.get('id')),
          event: fields.get('event') ?? '',
          entry: JSON.parse(fields.get('data') ?? '') as MetricEntry,
        };
      }
    }
  }

  async ids(count: number): Promise<number[]> {
    const ids = [];
    while (ids.length < count) ids.push((await this.next()).id);
    return ids;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

function commit(count: number, type = 'user_prompt', session?: string): void {
  for (let i = 0; i < count; i += 1) {
    store.occurrence({ atMs: NINE_MS, type, ...(session !== undefined && { session }) });
  }
  store.commit();
}

describe('a live stream of plans', () => {
  const planEvents = (): { readonly tell: (type: PlanEventType, session?: string) => void } => {
    const plans = createPlanFixture(store.db);
    const plan = plans.plan();
    return {
      tell: (type, session) => {
        plans.event({ plan, type, atMs: NINE_MS, ...(session !== undefined && { session }) });
        store.commit();
      },
    };
  };

  it('tells plan events and no entries, and that of entries no plan events', async () => {
    const component = start();
    const { tell } = planEvents();
    const plans = new Listener(await openStream(component, '/events/plans'));
    const metrics = new Listener(await open(component));
    commit(1);
    tell('plan_created');
    tell('plan_optimized');
    commit(1);
    expect(await plans.next()).toMatchObject({
      id: 2,
      event: 'plan',
      entry: { event_type: 'plan_created', plan_name: 'metrics', session_id: 'unknown' },
    });
    expect(await plans.ids(1)).toEqual([3]);
    expect(await metrics.ids(2)).toEqual([1, 4]);
  });

  it('resumes where it was, over entries that it does not tell', async () => {
    const { tell } = planEvents();
    tell('plan_created');
    commit(450);
    tell('plan_optimized');
    const listener = new Listener(
      await openStream(start(), '/events/plans', { 'last-event-id': '1' }),
    );
    tell('orchestration_started');
    expect(await listener.ids(2)).toEqual([452, 453]);
  });

  it.each([
    ['event_type=plan_optimized', [2]],
    [`session=${SESSION_B.slice(0, 8)}`, [3]],
    ['session=unknown', [1, 2]],
    ['plan=metrics&project=shop', [1, 2, 3]],
    ['project=/home/dev/shop', [1, 2, 3]],
    ['plan=metrics', [1, 2, 3]],
  ])('tells only what fits %s, also of what was missed', async (query, expected) => {
    const { tell } = planEvents();
    const tellAll = (): void => {
      tell('plan_created');
      tell('plan_optimized');
      tell('plan_created', SESSION_B);
    };
    tellAll();
    const where = `/events/plans?${query}&last_event_id=0`;
    const listener = new Listener(await openStream(start(), where));
    expect(await listener.ids(expected.length)).toEqual(expected);
    tellAll();
    expect(await listener.ids(expected.length)).toEqual(expected.map((id) => id + 3));
  });

  it('takes the id of a plan as well as its name', async () => {
    const { tell } = planEvents();
    tell('plan_created');
    const first = new Listener(await openStream(start(), '/events/plans?last_event_id=0'));
    const { data } = (await first.next()).entry;
    tell('plan_optimized');
    const where = `/events/plans?plan=${String(data['plan_id'])}&last_event_id=1`;
    expect(await new Listener(await openStream(start(), where)).ids(1)).toEqual([2]);
  });
});

describe('a live stream', () => {
  it('is one, and says how to come back', async () => {
    const response = await open(start());
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await new Listener(response).block()).toBe('retry: 2000');
  });

  it('tells what is committed from now on, in order, with its place in the log', async () => {
    commit(2);
    const listener = new Listener(await open(start()));
    commit(1);
    commit(2);
    expect(await listener.next()).toMatchObject({
      id: 3,
      event: 'metric',
      entry: { event_type: 'user_prompt', timestamp: '2026-11-20T09:00:00.000Z' },
    });
    expect(await listener.ids(2)).toEqual([4, 5]);
  });

  it.each([
    ['the header', '', { 'last-event-id': '2' }],
    ['the parameter', '?last_event_id=2', {}],
    ['the parameter before the header', '?last_event_id=2', { 'last-event-id': '4' }],
  ])('resumes by %s, then goes on, each thing once', async (_, query, headers) => {
    commit(5);
    const listener = new Listener(await open(start(), query, headers));
    expect(await listener.ids(2)).toEqual([3, 4]);
    commit(3);
    expect(await listener.ids(4)).toEqual([5, 6, 7, 8]);
  });

  it('resumes over many pages while more is committed', async () => {
    commit(900);
    const listener = new Listener(await open(start(), '?last_event_id=0'));
    const seen = await listener.ids(100);
    commit(300);
    seen.push(...(await listener.ids(800)));
    commit(100);
    seen.push(...(await listener.ids(400)));
    expect(seen).toEqual(Array.from({ length: 1_300 }, (_, index) => index + 1));
  });

  it('begins now where the last event is of another store', async () => {
    commit(2);
    const listener = new Listener(await open(start(), '', { 'last-event-id': '900' }));
    commit(1);
    expect(await listener.ids(1)).toEqual([3]);
  });

  it('ignores a header that is no number', async () => {
    commit(2);
    const listener = new Listener(await open(start(), '', { 'last-event-id': '\u00e9"; DROP' }));
    commit(1);
    expect(await listener.ids(1)).toEqual([3]);
  });

  it.each([
    ['?event_type=compaction', [2]],
    [`?session=${SESSION_B}`, [3]],
    ['?session_id=bbbb', [3]],
    ['?project=/home/dev/shop&event_type=user_prompt', [1, 3]],
    ['?project=shop&event_type=compaction', [2]],
  ])('tells only what fits %s, also of what was missed', async (query, expected) => {
    commit(1);
    commit(1, 'compaction');
    commit(1, 'user_prompt', SESSION_B);
    const missed = new Listener(await open(start(), `${query}&last_event_id=0`));
    expect(await missed.ids(expected.length)).toEqual(expected);
    commit(1);
    commit(1, 'compaction');
    commit(1, 'user_prompt', SESSION_B);
    expect(await missed.ids(expected.length)).toEqual(expected.map((id) => id + 3));
  });

  it('cannot be broken by what is in an entry', async () => {
    const listener = new Listener(await open(start(), '', {}));
    await listener.block();
    const evil = 'a\r\nevent: x\n\ndata: {}\u0000\u2028id: 9\r\rdata: y';
    store.occurrence({ atMs: NINE_MS, type: 'user_prompt', data: { evil, [evil]: 1 } });
    store.request({ atMs: NINE_MS, model: evil, project: evil });
    store.commit();
    const block = (await listener.block()) ?? '';
    expect(block.split(/\r\n|\r|\n/)).toHaveLength(3);
    expect(block).not.toContain('\0');
    expect((await listener.next()).entry).toMatchObject({ model: evil, project_path: evil });
  });

  it('shows signs of life', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const listener = new Listener(await open(start()));
    await listener.block();
    vi.advanceTimersByTime(15_000);
    expect(await listener.block()).toBe(': still here');
  });

  it('ends for everybody when the exporter stops', async () => {
    const listener = new Listener(await open(start()));
    await listener.block();
    abort.abort();
    expect(await listener.block()).toBeUndefined();
  });

  it('passes over what only the archive is told, without looking at it again and again', async () => {
    const stream = new Listener(await open(start()));
    const changed = vi.spyOn(store.reader, 'changed');
    store.db.exec('INSERT INTO event (kind, ref, revision) VALUES (4, 1, 0), (6, 1, 0), (7, 1, 1)');
    store.reader.notify(store.reader.lastSeq());
    commit(1);
    expect(await stream.next()).toMatchObject({ id: store.reader.lastSeq() });
    expect(changed.mock.calls.length).toBeLessThan(5);
  });

  it('costs nothing once the client is gone', async () => {
    const gauges = servingDeps(store).gauges;
    const component = start({}, { gauges });
    const listener = new Listener(await open(component));
    expect(gauges.read('hall_monitor_sse_clients')).toEqual([{ labels: {}, value: 1 }]);
    await listener.cancel();
    expect(gauges.read('hall_monitor_sse_clients')).toEqual([{ labels: {}, value: 0 }]);
  });

  it('is not opened by HEAD', async () => {
    const component = start({ maxClients: 1 });
    const route = component.routes?.find(({ path }) => path === '/events/metrics');
    const head = await route?.handle(
      new Request('http://127.0.0.1/events/metrics', { method: 'HEAD' }),
      {},
    );
    expect([head?.status, head?.body]).toEqual([200, null]);
    expect((await open(component)).status).toBe(200);
  });
});

describe('too many streams', () => {
  it('are refused until one is closed', async () => {
    const component = start({ maxClients: 2 });
    const [first] = [await open(component), await open(component)];
    const third = await open(component);
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '5']);
    await first?.body?.cancel();
    expect((await open(component)).status).toBe(200);
  });

  it('in a minute from one address are refused until the first is a minute old', async () => {
    let nowMs = NINE_MS;
    const component = start({ connectsPerMinute: 5 }, { now: () => nowMs });
    for (let i = 0; i < 5; i += 1) {
      nowMs += 1_000;
      expect((await open(component, '', {}, '192.0.2.1')).status).toBe(200);
    }
    const sixth = await open(component, '', {}, '192.0.2.1');
    expect([sixth.status, sixth.headers.get('retry-after')]).toEqual([429, '56']);
    expect((await open(component, '', {}, '192.0.2.2')).status).toBe(200);
    nowMs += 56_000;
    expect((await open(component, '', {}, '192.0.2.1')).status).toBe(200);
  });

  it('are counted by socket, not by what a header claims', async () => {
    const component = start({ connectsPerMinute: 1 });
    await open(component, '', { 'x-forwarded-for': '192.0.2.1' }, '127.0.0.1');
    expect(
      (await open(component, '', { 'x-forwarded-for': '192.0.2.2' }, '127.0.0.1')).status,
    ).toBe(429);
  });
});

describe('over a socket', () => {
  const listen = async (component: Component) => {
    const { listen } = createServer({
      host: '127.0.0.1',
      port: 0,
      routes: component.routes ?? [],
      health: () => ({ ready: true, reasons: [] }),
      log: servingDeps(store).log,
    });
    return listen();
  };

  it('an event is there within milliseconds', async () => {
    const server = await listen(start());
    const request = get(`${server.url}/events/metrics`);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.headers['cache-control']).toBe('no-store');
    await once(response, 'data');
    const tookMs: number[] = [];
    for (let i = 0; i < 20; i += 1) {
      store.occurrence({ atMs: NINE_MS, type: 'user_prompt' });
      const startedAt = performance.now();
      const arrived = once(response, 'data');
      store.reader.notify(store.reader.lastSeq());
      await arrived;
      tookMs.push(performance.now() - startedAt);
    }
    request.destroy();
    abort.abort();
    await server.close(100);
    expect(tookMs.sort((a, b) => a - b)[10]).toBeLessThan(20);
  });

  it('a client that does not read is cut off, others go on, and it can resume', async () => {
    const dropped: string[] = [];
    const component = start(
      { bufferBytes: 65_536 },
      { count: (name, label) => void dropped.push(`${name} ${label}`) },
    );
    const server = await listen(component);
    const slow = connect(server.port, '127.0.0.1');
    slow.on('error', () => undefined);
    slow.pause();
    slow.write(`GET /events/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const request = get(`${server.url}/events/metrics`);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let heard = '';
    response.on('data', (data: Buffer) => (heard += data.toString()));
    await sleep(50);
    const padding = 'x'.repeat(20_000);
    for (let i = 0; i < 1_500 && dropped.length === 0; i += 1) {
      store.occurrence({ atMs: NINE_MS, type: 'user_prompt', data: { padding } });
      store.reader.notify(store.reader.lastSeq());
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(dropped).toEqual(['sse_dropped slow']);
    const last = store.reader.lastSeq();
    await vi.waitFor(() => expect(heard).toContain(`id: ${last}\n`), 5_000);
    const closed = once(slow, 'close');
    slow.resume();
    await closed;
    const back = new Listener(await open(component, `?last_event_id=${last - 3}`));
    expect(await back.ids(3)).toEqual([last - 2, last - 1, last]);
    request.destroy();
    abort.abort();
    await server.close(100);
  }, 30_000);
});
