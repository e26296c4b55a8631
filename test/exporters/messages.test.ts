import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConversations } from '../../exporters/raw-traces/conversations.ts';
import type { ConversationMessage } from '../../src/records/conversation.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { type App, createApp } from '../../src/server/app.ts';
import { ask, servingDeps, servingRoutes } from '../server/serving.ts';
import { createServingStore, type ServingStore } from '../server/serving-store.ts';
import { RawTracesHome } from '../support/raw-traces-home.ts';
import { conversation, SESSION } from '../support/transcript-lines.ts';

const TOKEN = 'a-long-random-token';
const PATH = `/api/sessions/${SESSION}/messages`;
const allowed = { headers: { authorization: `Bearer ${TOKEN}` } };
let store: ServingStore;
let home: RawTracesHome;

beforeAll(async () => {
  store = createServingStore();
  home = new RawTracesHome();
  home.write(`${SESSION}.jsonl`, ...conversation(5));
  await home.keep(`${SESSION}.jsonl`);
});
afterAll(() => {
  home[Symbol.dispose]();
  store[Symbol.dispose]();
});

const appWith = (token: string | undefined, host = '127.0.0.1', folder = home.home): App =>
  createApp({
    host,
    port: () => 9464,
    token,
    routes: servingRoutes(servingDeps(store, { conversations: createConversations(folder) })),
    health: () => ({ ready: true, reasons: [] }),
    log: silentLog,
  });

interface Page {
  readonly session_id: string;
  readonly data: readonly ConversationMessage[];
  readonly next: string | null;
}
const page = async (path: string): Promise<Page> =>
  (await (await ask(appWith(TOKEN), path, allowed)).json()) as Page;

describe('who may read messages', () => {
  it.each([
    ['nobody where there is no token', undefined, '127.0.0.1', {}, 403],
    [
      'nobody where there is none, whatever they send',
      undefined,
      '127.0.0.1',
      { authorization: 'Bearer x' },
      403,
    ],
    ['nobody without it, on loopback neither', TOKEN, '127.0.0.1', {}, 401],
    [
      'nobody with another one',
      TOKEN,
      '127.0.0.1',
      { authorization: 'Bearer a-long-random-tokem' },
      401,
    ],
    ['nobody with it in the wrong way', TOKEN, '127.0.0.1', { authorization: TOKEN }, 401],
    ['nobody without it from elsewhere', TOKEN, '0.0.0.0', {}, 401],
    ['who has it', TOKEN, '127.0.0.1', { authorization: `Bearer ${TOKEN}` }, 200],
    ['who has it, from elsewhere too', TOKEN, '0.0.0.0', { authorization: `Bearer ${TOKEN}` }, 200],
  ] as const)('is %s', async (_name, token, host, headers, status) => {
    for (const method of ['GET', 'HEAD']) {
      const response = await ask(appWith(token, host), PATH, { method, headers });
      expect(response.status).toBe(status);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.text()).not.toContain(status === 200 ? TOKEN : 'role');
    }
  });

  it('is told how to let somebody', async () => {
    const response = await ask(appWith(undefined), PATH);
    expect(await response.json()).toMatchObject({
      error: { hint: expect.stringContaining('HALL_MONITOR_TOKEN') as string },
    });
  });

  it('does not change who may read anything else', async () => {
    expect((await ask(appWith(TOKEN), '/api/sessions')).status).toBe(200);
  });
});

describe('messages over HTTP', () => {
  it('are the conversation, page by page', async () => {
    const first = await page(`${PATH.replace(SESSION, SESSION.slice(0, 8))}?limit=4`);
    expect(first.session_id).toBe(SESSION);
    expect(first.data).toHaveLength(4);
    const second = await page(`${PATH}?limit=100&cursor=${first.next}`);
    expect(second.next).toBeNull();
    expect([...first.data, ...second.data]).toEqual((await page(PATH)).data);
    expect(first.data[0]).toMatchObject({
      role: 'user',
      thread: 'main',
      parts: [{ kind: 'text' }],
    });
  });

  it.each([
    ['/api/sessions/nobody/messages', 404],
    ['/api/sessions/..%2f..%2fetc/messages', 404],
    [`${PATH}?cursor=x`, 400],
    [`${PATH}?limit=0`, 400],
    [`${PATH}?other=1`, 400],
  ])('say what is wrong with %s', async (path, status) => {
    const response = await ask(appWith(TOKEN), path, allowed);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      error: { message: expect.any(String) as string },
    });
  });

  it('say how to switch raw traces on where they are off', async () => {
    const response = await ask(appWith(TOKEN, '127.0.0.1', home.claudeDir), PATH, allowed);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { hint: expect.stringContaining('rawTraces.enabled') as string },
    });
  });

  it('are described as what always needs the token', async () => {
    const description = (await (await ask(appWith(TOKEN), '/openapi.json')).json()) as {
      paths: Record<string, { get: { security?: unknown } }>;
    };
    expect(description.paths['/api/sessions/{id}/messages']!.get.security).toEqual([{ token: [] }]);
    expect(description.paths['/api/sessions/{id}']!.get.security).toBeUndefined();
  });
});
