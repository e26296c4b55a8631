import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../../src/component.ts';
import { InputError, TransientError } from '../../src/errors.ts';
import { silentLog } from '../../src/runtime/log.ts';
import type { AppOptions } from '../../src/server/app.ts';
import { createApp } from '../../src/server/app.ts';
import { SECURITY_HEADERS } from '../../src/server/answers.ts';
import { ask, servingDeps, servingRoutes } from './serving.ts';
import type { ServingStore } from './serving-store.ts';
import { createServingStore, fillSample } from './serving-store.ts';

const TOKEN = 'a-long-random-token';
const allowed = { authorization: `Bearer ${TOKEN}` };
let store: ServingStore;
let routes: readonly Route[];

beforeAll(() => {
  store = createServingStore();
  fillSample(store);
  routes = [
    ...servingRoutes(servingDeps(store)),
    { method: 'GET', path: '/healthz', handle: () => new Response() },
  ];
});

afterAll(() => store[Symbol.dispose]());

const appOver = (more: Partial<AppOptions> = {}) =>
  createApp({
    host: '127.0.0.1',
    port: () => 9464,
    routes: [],
    health: () => ({ ready: true, reasons: [] }),
    log: silentLog,
    ...more,
  });

const requestFor = (
  { method, path }: Pick<Route, 'method' | 'path'>,
  headers: Record<string, string> = {},
): Request =>
  new Request(`http://127.0.0.1:9464${path.replace(':id', 'aaaaaaaa')}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'POST' && { body: '{}' }),
  });

/** Answers of all routes to a request with these headers; streams are let go again. */
async function statuses(
  headers: Record<string, string>,
  more: Partial<AppOptions> = {},
): Promise<number[]> {
  const app = appOver({ routes: routes.filter(({ path }) => path !== '/healthz'), ...more });
  const found = [];
  for (const route of [
    ...routes,
    { method: 'GET' as const, path: '/readyz' },
    { method: 'GET' as const, path: '/nothing' },
  ]) {
    const response = await app(requestFor(route, headers));
    await response.body?.cancel();
    found.push(response.status);
  }
  return [...new Set(found)].sort((a, b) => a - b);
}

describe('every route', () => {
  it.each([
    'evil.test',
    '127.0.0.1.evil.test',
    'localhost.evil.test',
    'localhost:1',
    '0.0.0.0:9464',
    '2130706433:9464',
    '127.1:9464',
    'user@localhost:9464',
    '[::]:9464',
    'localhost:9464:9464',
  ])('refuses the host %s', async (host) => {
    expect(await statuses({ host })).toEqual([403]);
  });

  it.each(['127.0.0.1', '127.0.0.1:9464', 'localhost', 'LOCALHOST:9464', '[::1]', '[::1]:9464'])(
    'answers to the host %s',
    async (host) => {
      expect(await statuses({ host, ...allowed }, { token: TOKEN })).not.toContain(403);
    },
  );

  it.each([
    { origin: 'http://evil.test' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
    { origin: 'http://localhost' },
    { origin: 'http://localhost:9464.evil.test' },
    { origin: 'http://localhost:9464@evil.test' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'anything' },
    { origin: 'http://evil.test', 'sec-fetch-site': 'same-origin' },
  ])('refuses pages of others: %o', async (headers) => {
    expect(await statuses(headers as unknown as Record<string, string>)).toEqual([403]);
  });

  it('answers to pages of its own', async () => {
    expect(
      await statuses(
        { origin: 'http://localhost:9464', 'sec-fetch-site': 'same-origin', ...allowed },
        { token: TOKEN },
      ),
    ).not.toContain(403);
  });

  it('refuses a URL of another host in the request line', async () => {
    const app = appOver();
    const response = await app(
      new Request('http://evil.test/healthz', { headers: { host: '127.0.0.1:9464' } }),
    );
    expect(response.status).toBe(403);
  });

  it('refuses a preflight, and never sends a CORS header', async () => {
    const app = appOver({ routes });
    for (const { path } of routes) {
      const preflight = await app(
        new Request(`http://127.0.0.1:9464${path}`, {
          method: 'OPTIONS',
          headers: { 'access-control-request-method': 'GET' },
        }),
      );
      expect([path, preflight.status]).toEqual([path, 403]);
      expect(
        [...preflight.headers.keys()].filter((name) => name.startsWith('access-control')),
      ).toEqual([]);
    }
  });

  it('knows which methods it has', async () => {
    const app = appOver({ routes: routes.filter(({ path }) => path !== '/healthz') });
    for (const { path, method } of routes) {
      const response = await app(new Request(`http://127.0.0.1:9464${path}`, { method: 'DELETE' }));
      expect([path, response.status]).toEqual([path, 405]);
      expect(response.headers.get('allow')).toContain(method);
    }
  });

  it('answers with headers that let nobody embed, sniff, share or keep it', async () => {
    const app = appOver({ routes });
    for (const route of routes) {
      const response = await app(requestFor(route));
      await response.body?.cancel();
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
        expect([route.path, name, response.headers.get(name)]).toEqual([route.path, name, value]);
      }
    }
  });

  it.each([
    '/api/../../etc/passwd',
    '/%2e%2e%2fetc',
    '/api/sessions/..%2f..%2fetc%2fpasswd',
    '/api/sessions/%252e',
    '/api/sessions/a%00b',
    '//etc/passwd',
    '/api/metrics/..;/',
    '/static/x',
  ])('is not found at %s', async (path) => {
    const response = await ask(appOver({ routes }), path);
    expect(response.status).toBe(404);
  });
});

describe('what others can reach', () => {
  const open = { host: '192.0.2.7', token: TOKEN };
  const headers = { host: '192.0.2.7:9464' };

  it('needs the token for everything but health', async () => {
    const app = appOver({ routes, ...open });
    for (const route of [...routes, { method: 'GET' as const, path: '/readyz' }]) {
      const request = new Request(`http://192.0.2.7:9464${route.path}`, {
        method: route.method,
        headers: { 'content-type': 'application/json' },
      });
      const isHealth = ['/healthz', '/readyz'].includes(route.path);
      expect([route.path, (await app(request)).status]).toEqual([route.path, isHealth ? 200 : 401]);
    }
  });

  it('is served with the token', async () => {
    const app = appOver({ routes, ...open });
    const request = new Request('http://192.0.2.7:9464/api/metrics', {
      headers: { ...headers, authorization: `Bearer ${TOKEN}` },
    });
    expect((await app(request)).status).toBe(200);
  });

  it('keeps the reasons of not being ready from those without the token', async () => {
    const app = appOver({
      ...open,
      health: () => ({ ready: false, reasons: ['backfill: 3 of 9 files'] }),
    });
    const response = await app(new Request('http://192.0.2.7:9464/readyz'));
    expect([response.status, await response.json()]).toEqual([503, { ready: false }]);
  });

  it('refuses wrong tokens of every length, and never fails over one', async () => {
    const app = appOver({ routes, ...open });
    for (const length of [0, 1, TOKEN.length - 1, TOKEN.length, TOKEN.length + 1, 1_000]) {
      const request = new Request('http://192.0.2.7:9464/api/metrics', {
        headers: { authorization: `Bearer ${'x'.repeat(length)}` },
      });
      expect((await app(request)).status).toBe(401);
    }
  });
});

describe('a token on loopback', () => {
  it('is needed to write, not to read', async () => {
    const app = appOver({ routes, token: TOKEN });
    const post = (authorization: string): Promise<Response> =>
      ask(app, '/api/metrics/export', {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json', authorization },
      });
    expect((await ask(app, '/api/metrics')).status).toBe(200);
    expect((await post('')).status).toBe(401);
    expect((await post(`Bearer ${TOKEN}`)).status).toBe(200);
  });
});

describe('a body', () => {
  const echo: Route = {
    method: 'POST',
    path: '/echo',
    handle: async (request) => new Response(await request.text()),
  };
  const post = (
    body: string | Uint8Array | ReadableStream,
    type: string | null,
    more: Partial<AppOptions> = {},
  ): Promise<Response> =>
    appOver({ routes: [echo], ...more })(
      new Request('http://127.0.0.1:9464/echo', {
        method: 'POST',
        body,
        duplex: 'half',
        ...(type !== null && { headers: { 'content-type': type } }),
      }),
    );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json-patch',
    '',
  ])('of type %s is refused', async (type) => {
    expect((await post(new TextEncoder().encode('{}'), type === '' ? null : type)).status).toBe(
      415,
    );
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'application/x-protobuf'])(
    'of type %s is taken',
    async (type) => {
      expect((await post('{}', type)).status).toBe(200);
    },
  );

  it('that is too large is refused, whether it says so or not', async () => {
    const large = 'x'.repeat(2_000);
    expect((await post(large, 'application/json', { maxBodyBytes: 1_000 })).status).toBe(413);
    const silent = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(300)),
    });
    expect((await post(silent, 'application/json', { maxBodyBytes: 1_000 })).status).toBe(413);
  });
});

describe('health', () => {
  it('is ok as long as the process answers, and says nothing else', async () => {
    expect(await (await ask(appOver(), '/healthz')).text()).toBe('ok');
  });

  it('is ready, or says why not', async () => {
    expect(await (await ask(appOver(), '/readyz')).json()).toEqual({ ready: true, reasons: [] });
    const busy = appOver({ health: () => ({ ready: false, reasons: ['backfill: 3 of 9 files'] }) });
    const response = await ask(busy, '/readyz');
    expect([response.status, await response.json()]).toEqual([
      503,
      { ready: false, reasons: ['backfill: 3 of 9 files'] },
    ]);
  });

  it('stays ready while an exporter does not get on, and warns of it', async () => {
    const warnings = ['The exporter otlp-logs waits: Nobody answers.'];
    const app = appOver({ health: () => ({ ready: true, reasons: [], warnings }) });
    const response = await ask(app, '/readyz');
    expect([response.status, await response.json()]).toEqual([
      200,
      { ready: true, reasons: [], warnings },
    ]);
  });
});

describe('a route that fails', () => {
  const failing = (error: Error): Route => ({
    method: 'GET',
    path: '/fail',
    handle: () => {
      throw error;
    },
  });
  const answer = (error: Error): Promise<Response> =>
    ask(appOver({ routes: [failing(error)] }), '/fail');

  it('because of the request is a 400 with the hint', async () => {
    const response = await answer(new InputError('No.', { hint: 'Say yes.' }));
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: { message: 'No.', hint: 'Say yes.' } },
    ]);
  });

  it('for a while is a 503 with the time to wait', async () => {
    const response = await answer(new TransientError('Busy.', { retryAfterMs: 2_500 }));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3']);
  });

  it('because of us is a 500 that tells nothing, and is logged', async () => {
    const logged: unknown[] = [];
    const log = { ...silentLog, error: (...all: unknown[]) => void logged.push(all) };
    const response = await ask(
      appOver({ routes: [failing(new Error('secret path /x'))], log }),
      '/fail',
    );
    expect([response.status, JSON.stringify(await response.json())]).toEqual([
      500,
      expect.not.stringContaining('secret'),
    ]);
    expect(logged).toHaveLength(1);
  });
});
