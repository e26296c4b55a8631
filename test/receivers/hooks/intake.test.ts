import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHookIntake } from '../../../receivers/hooks/intake.ts';
import { IntakeLog } from '../../../receivers/hooks/intake-log.ts';
import { SCOPE_HEADER } from '../../../receivers/hooks/registration.ts';
import { frameOf } from '../../../receivers/hooks/segment.ts';
import { HookStore } from '../../support/hook-store.ts';
import { told } from '../../support/spool-home.ts';

const LIMIT = 1024 * 1024;

let store: HookStore;
let folder: string;
beforeEach(async () => {
  store = await HookStore.open();
  folder = path.join(store.spool.spool, 'http');
});
afterEach(() => store[Symbol.asyncDispose]());

type Intake = ReturnType<typeof createHookIntake>;

const intake = (): Intake => createHookIntake({ spool: store.spool.spool, maxPayloadBytes: LIMIT });

const post = async (
  to: Intake,
  body: string,
  headers: Record<string, string> = {},
): Promise<Response> => {
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const request = new Request('http://127.0.0.1/hooks', {
    method: 'POST',
    body,
    headers: { ...length, ...headers },
  });
  return await to.routes![0]!.handle(request, {});
};

describe('a hook over HTTP', () => {
  it('is on disk when it is answered, with an empty body', async () => {
    const answer = await post(intake(), JSON.stringify(told('Stop')));
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    const [name, ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(readFileSync(path.join(folder, name!), 'utf8')).toContain('"hook_event_name":"Stop"');
    expect(statSync(path.join(folder, name!)).mode & 0o777).toBe(0o600);
  });

  it('is taken in as a spooled one is, and tells where it was registered', async () => {
    const http = intake();
    await post(http, JSON.stringify(told('Stop')), { [SCOPE_HEADER]: 'project' });
    await post(http, JSON.stringify(told('SessionEnd')), { [SCOPE_HEADER]: '../x' });
    expect(await store.drain()).toBe(2);
    expect(store.entries().map(({ event_type }) => event_type)).toEqual([
      'user_stop',
      'session_ended',
    ]);
    expect(store.rows('SELECT event, scope FROM hook_event ORDER BY event')).toEqual([
      { event: 'SessionEnd', scope: 'http' },
      { event: 'Stop', scope: 'project' },
    ]);
  });

  it('is one with a spooled one of another installation', async () => {
    await post(intake(), JSON.stringify(told('Stop')), { [SCOPE_HEADER]: 'user' });
    store.spool.put(told('Stop'), { scope: 'plugin' });
    expect(await store.drain()).toBe(2);
    expect(store.entries()).toHaveLength(1);
  });

  it('counts once however often the spool is looked at, also after a restart', async () => {
    const http = intake();
    for (let index = 0; index < 5; index++) {
      await post(http, JSON.stringify(told('Stop', { prompt_id: `p${index}` })));
      await store.drain();
      await store.restart();
    }
    await store.drain();
    expect(store.entries()).toHaveLength(5);
  });

  it('comes with thousands of others, all answered', async () => {
    const http = intake();
    const bodies = Array.from({ length: 3_000 }, (_, index) =>
      JSON.stringify(told('Stop', { prompt_id: `p${index}` })),
    );
    const answers = await Promise.all(bodies.map((body) => post(http, body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await store.drain()).toBe(3_000);
    expect(store.rows('SELECT count(*) AS n FROM occurrence')).toEqual([{ n: 3_000 }]);
  });

  it.each([
    ['no JSON', 'not json', 'invalid_json'],
    ['nothing', '', 'invalid_json'],
    ['newlines and frames', '\n1 http 5\n{}\n', 'invalid_json'],
    ['more than is read', 'x'.repeat(LIMIT + 100), 'too_long'],
  ])('that is %s is answered, and a dead letter', async (_, body, reason) => {
    const http = intake();
    expect((await post(http, body)).status).toBe(200);
    expect((await post(http, JSON.stringify(told('Stop')))).status).toBe(200);
    expect(await store.drain()).toBe(2);
    expect(store.reasons()).toEqual([reason]);
    expect(store.entries()).toMatchObject([{ event_type: 'user_stop' }]);
  });

  it('waits for no more large ones than memory is meant for', async () => {
    const http = intake();
    const large = 'x'.repeat(LIMIT - 10);
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => post(http, large)));
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(6);
    expect((await post(http, large)).status).toBe(200);
  });

  it('is refused where it cannot be kept, and may be sent again', async () => {
    const http = intake();
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(folder, 'a file where the folder should be');
    await expect(post(http, '{}')).rejects.toMatchObject({ name: 'TransientError' });
    rmSync(folder);
    expect((await post(http, JSON.stringify(told('Stop')))).status).toBe(200);
  });
});

describe('a segment', () => {
  const payload = (id: string): Buffer =>
    Buffer.from(JSON.stringify(told('Stop', { prompt_id: id })));
  const files = (): readonly string[] => readdirSync(folder);

  it('is taken away when it gets no more and everything of it is in the store', async () => {
    const log = new IntakeLog(folder);
    await log.append(payload('p1'), 'user', 1_000);
    await store.drain();
    expect(files()).toMatchObject([expect.stringMatching(/\.open$/)]);
    // What the next process finds open was left by one that is gone.
    const next = new IntakeLog(folder);
    expect(files()).toMatchObject([expect.stringMatching(/\.log$/)]);
    await next.append(payload('p2'), 'user', 2_000);
    await store.drain();
    expect(files()).toHaveLength(1);
    expect(store.entries()).toHaveLength(2);
  });

  it('that ends in the middle of a payload waits while it is open, and is cut when it is not', async () => {
    const log = new IntakeLog(folder);
    await log.append(payload('p1'), 'user', 1_000);
    const open = path.join(folder, files()[0]!);
    appendFileSync(open, frameOf(payload('p2'), 'user', 2_000).subarray(0, 60));
    expect(await store.drain()).toBe(1);
    expect(store.reasons()).toEqual([]);
    renameSync(open, open.replace(/open$/, 'log'));
    await store.drain();
    expect(store.reasons()).toEqual(['incomplete']);
    expect(files()).toEqual([]);
    expect(store.entries()).toHaveLength(1);
  });

  it('of another writer does no harm', async () => {
    await store.drain();
    await post(intake(), '{}');
    writeFileSync(path.join(folder, '000-garbage.log'), 'nothing that we wrote'.repeat(10));
    writeFileSync(path.join(folder, 'README'), 'hello');
    await store.drain();
    expect(store.reasons()).toEqual(['incomplete', 'missing_type']);
    expect(files()).toContain('README');
  });

  it('holds more than is read at once', async () => {
    const log = new IntakeLog(folder);
    const large = JSON.stringify(
      told('UserPromptSubmit', { prompt: 'x'.repeat(900_000), prompt_id: 'p' }),
    );
    await Promise.all(
      Array.from({ length: 24 }, () => log.append(Buffer.from(large), 'user', 1_000)),
    );
    await log.append(payload('last'), 'user', 2_000);
    expect(await store.drain()).toBe(25);
    expect(store.reasons()).toEqual([]);
  });
});
