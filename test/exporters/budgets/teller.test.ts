/** Each budget is told of once a level, whatever the far side, the disk and the process do. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { budgets } from '../../../exporters/budgets/index.ts';
import {
  type BudgetRig,
  createBudgetRig,
  day,
  messagesOf,
  NOW_MS,
  SECRET_PATH,
} from '../../support/budget-rig.ts';
import { startWebhook, status, type WebhookServer } from '../../support/webhook-server.ts';

const DAY_MS = 86_400_000;

let server: WebhookServer;
let rig: BudgetRig;
beforeEach(async () => {
  server = await startWebhook();
  rig = createBudgetRig(server);
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const ids = (): string[] => messagesOf(server).map(({ id }) => id);
const count = (name: string): number | undefined => rig.log.counts.get(name);
const passes = async (times: number): Promise<void> => {
  for (let time = 0; time < times; time += 1) await rig.pass();
};
const WARNING = 'day/2026-11-26/warning';
const EXCEEDED = 'day/2026-11-26/exceeded';

describe('the exporter of budgets', () => {
  it.each([
    [null, 10, null, {}, false],
    ['https://hooks.example', null, null, {}, false],
    ['https://hooks.example', 10, null, {}, true],
    ['https://hooks.example', null, 2, {}, true],
    ['https://hooks.example', null, null, { shop: { dayUsd: 5 } }, true],
  ])('with webhook %s and budgets %s, %s, %j is wanted: %s', (...given) => {
    const [url, dayUsd, sessionUsd, projects, wanted] = given;
    const webhook = { url, headers: null, timeoutMs: 1, allowHttp: false };
    expect(budgets.isWanted({ dayUsd, sessionUsd, projects, warnRatio: 0.8, webhook })).toBe(
      wanted,
    );
  });
});

describe('what is told', () => {
  it('is nothing while less than the ratio is used, looked at every 15 seconds', async () => {
    rig.spend(day(7.99));
    await rig.start();
    await passes(3);
    expect(rig.waits).toEqual([15_000, 15_000, 15_000, 15_000]);
    expect(server.posted).toEqual([]);
  });

  it('is each level of each budget once, the warning before the rest', async () => {
    rig.spend(day(8));
    await rig.start();
    expect(ids()).toEqual([WARNING]);
    rig.spend(day(9.99));
    await passes(3);
    expect(ids()).toEqual([WARNING]);
    rig.spend(day(10));
    await passes(3);
    rig.spend(day(15));
    await passes(3);
    expect(ids()).toEqual([WARNING, EXCEEDED]);
    expect(count('exported budgets')).toBe(2);
    expect(rig.trouble()).toBeUndefined();
  });

  it('is only that it is used up where both levels are passed at once, or a price falls later', async () => {
    rig.spend(day(12));
    await rig.start();
    rig.spend(day(9));
    await passes(2);
    expect(ids()).toEqual([EXCEEDED]);
  });

  it('begins anew with the next day, and tells projects and sessions apart', async () => {
    rig.spend(
      day(9),
      day(9, { budget: 'project', project: 'shop' }),
      day(9, { budget: 'project', project: 'a/b' }),
      day(11, { budget: 'session', sessionId: 's-1', period: 's-1' }),
    );
    await rig.start();
    rig.spend(day(9, { period: '2026-11-27' }));
    await rig.pass();
    expect(ids()).toEqual([
      WARNING,
      'project/shop/2026-11-26/warning',
      'project/a%2Fb/2026-11-26/warning',
      'session/s-1/exceeded',
      'day/2026-11-27/warning',
    ]);
  });

  it('is a POST of JSON with an idempotency key, the headers that were set and all figures', async () => {
    rig.spend(day(12.5, { budget: 'project', project: 'shop' }));
    await rig.start({ headers: 'authorization=Bearer%20abc,x-team=web' });
    const [{ method, path, headers, body } = { headers: {}, body: '' }] = server.posted;
    expect([method, path]).toEqual(['POST', `${SECRET_PATH}?wait=true`]);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'hall-monitor/9.9.9',
      'idempotency-key': 'project/shop/2026-11-26/exceeded',
      authorization: 'Bearer abc',
      'x-team': 'web',
    });
    const text = 'Budget of project shop for 2026-11-26 is used up: $12.50 of $10.00 (125 %).';
    expect(JSON.parse(body)).toEqual({
      version: 1,
      id: 'project/shop/2026-11-26/exceeded',
      level: 'exceeded',
      budget: 'project',
      project: 'shop',
      session_id: null,
      period: '2026-11-26',
      timezone: 'Europe/Berlin',
      limit_usd: 10,
      used_usd: 12.5,
      used_ratio: 1.25,
      at: new Date(NOW_MS).toISOString(),
      text,
      content: text,
    });
  });

  it('waits until a store that is filled for the first time has its indexes', async () => {
    rig.log.fixture.db.exec('DROP INDEX request_session');
    rig.spend(day(12));
    await rig.start();
    await rig.pass();
    expect(server.posted).toEqual([]);
    rig.log.fixture.db.exec('CREATE INDEX request_session ON request (session, at_ms)');
    await rig.pass();
    expect(ids()).toEqual([EXCEEDED]);
  });
});

describe('a message that does not get through', () => {
  it('is sent again, under the same key and with the same words, ever more rarely', async () => {
    server.react(status(503), status(500), status(204));
    rig.spend(day(9));
    await rig.start();
    expect(rig.trouble()).toBe(
      `A message about a budget could not be delivered: ${server.origin} answered 503.`,
    );
    rig.spend(day(9.5));
    await rig.pass();
    await rig.pass();
    expect(rig.waits).toEqual([1_000, 2_000, 15_000]);
    expect(server.posted.map(({ headers }) => headers['idempotency-key'])).toEqual([
      WARNING,
      WARNING,
      WARNING,
    ]);
    expect(new Set(server.posted.map(({ body }) => body)).size).toBe(1);
    expect(count('export_retries budgets')).toBe(2);
    expect(count('exported budgets')).toBe(1);
    expect(rig.trouble()).toBeUndefined();
    expect(rig.warnings).toHaveLength(1);
  });

  it.each([
    ['seconds', '40', [15_000, 15_000, 10_000]],
    ['a date', new Date(NOW_MS + 20_000).toUTCString(), [15_000, 5_000]],
    ['two hours, of which a quarter is granted', '7200', Array<number>(60).fill(15_000)],
  ])('waits as long as Retry-After says in %s, looking all the while', async (_, asked, waits) => {
    server.react(status(429, { 'retry-after': asked }), status(204));
    rig.spend(day(9));
    await rig.start();
    for (const _wait of waits.slice(1)) await rig.pass();
    expect(rig.waits).toEqual(waits);
    expect(server.posted).toHaveLength(1);
    rig.spend(day(11));
    await rig.pass();
    expect(ids()).toEqual([WARNING, WARNING, EXCEEDED]);
  });

  it.each([
    [400, 'Check budgets.webhook.url and budgets.webhook.headers.'],
    [404, 'Check budgets.webhook.url and budgets.webhook.headers.'],
    [302, 'Set budgets.webhook.url to where it leads: redirects are not followed.'],
  ])(
    'is not repeated where it is refused with %d, not after a restart either',
    async (code, hint) => {
      server.react(status(code, { location: `${server.origin}/elsewhere` }));
      rig.spend(day(9));
      await rig.start();
      await passes(3);
      const refusal = `A message about a budget was refused: ${server.origin} answered ${code}. ${hint}`;
      expect(rig.trouble()).toBe(refusal);
      await rig.stop();
      await rig.start();
      await rig.pass();
      expect(server.posted.map(({ path }) => path)).toEqual([`${SECRET_PATH}?wait=true`]);
      expect(count('export_dropped budgets refused')).toBe(1);
      expect(count('export_retries budgets')).toBeUndefined();
      expect(count('exported budgets')).toBeUndefined();
    },
  );

  it('no longer troubles anybody when the next one gets through', async () => {
    server.react(status(403), status(204));
    rig.spend(day(9));
    await rig.start();
    rig.spend(day(11));
    await rig.pass();
    expect(rig.trouble()).toBeUndefined();
    expect(ids()).toEqual([WARNING, EXCEEDED]);
  });

  it('is given up after a day and counted, while younger ones go on', async () => {
    server.react(status(503));
    rig.spend(day(9));
    await rig.start();
    rig.jump(DAY_MS + 1);
    rig.spend(day(9, { period: '2026-11-27' }));
    server.react(status(204));
    await rig.pass();
    expect(ids()).toEqual([WARNING, 'day/2026-11-27/warning']);
    expect(count('export_dropped budgets expired')).toBe(1);
    expect(rig.warnings.at(-1)).toContain('given up');
  });

  it('survives the end of its day and of the process', async () => {
    server.react(status(503));
    rig.spend(day(9));
    await rig.start();
    await rig.stop();
    rig.jump(DAY_MS / 2);
    rig.spend();
    server.react(status(204));
    await rig.start();
    expect(ids()).toEqual([WARNING, WARNING]);
    expect(new Set(server.posted.map(({ body }) => body)).size).toBe(1);
  });

  it('is tried again where there is no answer in time, and where the connection breaks', async () => {
    server.react(
      () => undefined,
      (response) => void response.destroy(),
      (response) => void response.writeHead(200, { 'x-long': 'x'.repeat(40_000) }).end(),
      status(204),
    );
    rig.spend(day(9));
    await rig.start({ timeoutMs: 100 });
    expect(rig.trouble()).toBe(
      `A message about a budget could not be delivered: No answer from ${server.origin}: there was no answer within 100 ms.`,
    );
    await passes(3);
    expect(ids()).toEqual([WARNING, WARNING, WARNING, WARNING]);
    expect(count('export_retries budgets')).toBe(3);
    expect(rig.trouble()).toBeUndefined();
  });

  it('is tried again where nobody listens', async () => {
    rig.spend(day(9));
    await rig.start({ url: 'http://127.0.0.1:9/secret-path' });
    expect(rig.trouble()).toMatch(
      /^A message .* No answer from http:\/\/127\.0\.0\.1:9: .*ECONNREFUSED/,
    );
    expect(`${rig.trouble()} ${rig.warnings.join(' ')}`).not.toContain('secret-path');
  });
});

describe('the far side', () => {
  it('is never named by more than its origin, since the rest lets anybody post', async () => {
    server.react(status(503), status(400));
    rig.spend(day(9));
    await rig.start({ headers: 'authorization=s3cret,host=s3cret' });
    const waiting = rig.trouble();
    await rig.pass();
    const said = [waiting, rig.trouble(), ...rig.warnings].join('\n');
    expect(said).toContain('Header 2 of the webhook of budgets is not used');
    expect(said).not.toMatch(/s3cret|not-to-be-seen|T000/);
    expect(readFileSync(rig.file, 'utf8')).not.toMatch(/s3cret|not-to-be-seen|T000/);
  });

  it('may answer without an end, and no connection stays open', async () => {
    server.react((response) => {
      const piece = Buffer.alloc(64 * 1024, 'a');
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      response.writeHead(200);
      more();
    });
    rig.spend(day(9));
    await rig.start();
    expect(count('exported budgets')).toBe(1);
    rig.spend(day(11));
    server.react(status(200));
    await rig.pass();
    expect(count('exported budgets')).toBe(2);
    await server.quiet();
  });

  it('may answer half a body and fall silent: its status has told', async () => {
    server.react((response) => void response.writeHead(200, { 'content-length': '9' }).write('o'));
    rig.spend(day(9));
    await rig.start({ timeoutMs: 100 });
    expect(count('exported budgets')).toBe(1);
    await server.quiet();
  });

  it('does not keep the process when it is told to stop', async () => {
    server.react(() => undefined);
    rig.spend(day(9));
    rig.begin({ timeoutMs: 600_000 });
    await server.arrived(1);
    await rig.stop();
    await server.quiet();
    expect(count('export_retries budgets')).toBeUndefined();
    expect(rig.warnings).toEqual([]);
  });

  it('is not asked at all where the address cannot be used, which is said', async () => {
    rig.spend(day(9));
    rig.begin({ url: 'http://hooks.example/secret-path' });
    expect(rig.trouble()).toBe(
      'Nobody is told of budgets by the webhook: messages would go unencrypted to hooks.example. Use https, or allow it with budgets.webhook.allowHttp.',
    );
    await rig.stop();
    expect(rig.warnings).toHaveLength(1);
  });
});

describe('what was told', () => {
  it('is known after a restart, in a file for its owner alone', async () => {
    rig.spend(day(9));
    await rig.start();
    await rig.stop();
    expect(statSync(rig.file).mode & 0o777).toBe(0o600);
    await rig.start();
    await rig.pass();
    expect(ids()).toEqual([WARNING]);
  });

  it('is told again under the same key where the process was killed before it was written down', async () => {
    let left = '';
    server.react((response) => {
      left = readFileSync(rig.file, 'utf8');
      response.writeHead(204).end();
    }, status(204));
    rig.spend(day(9));
    await rig.start();
    await rig.stop();
    writeFileSync(rig.file, left);
    rig.jump(60_000);
    rig.spend(day(9.7));
    await rig.start();
    const [first, second] = server.posted;
    expect(second?.headers['idempotency-key']).toBe(WARNING);
    expect(second?.body).toBe(first?.body);
    await rig.stop();
    await rig.start();
    expect(server.posted).toHaveLength(2);
  });

  it.each([
    ['cut off', '{"version":1,"told":{"day/2026-11'],
    ['of another version', '{"version":2,"told":{},"waiting":[]}'],
    ['no object', 'null'],
    ['wrong about times', '{"version":1,"told":{"day/2026-11-26/warning":"x"},"waiting":[]}'],
    ['wrong about messages', '{"version":1,"told":{},"waiting":[{"id":"a"}]}'],
  ])('begins anew where the file is %s, and says so', async (_, text) => {
    mkdirSync(dirname(rig.file));
    writeFileSync(rig.file, text);
    rig.spend(day(9));
    await rig.start();
    expect(ids()).toEqual([WARNING]);
    expect(rig.warnings).toHaveLength(1);
    expect(rig.warnings[0]).toContain('it begins anew, and may tell something twice.');
    await rig.stop();
    await rig.start();
    expect(ids()).toEqual([WARNING]);
  });

  it('leaves no drafts of a killed process beside it', async () => {
    mkdirSync(dirname(rig.file));
    writeFileSync(join(dirname(rig.file), '.told.json.0123456789ab.tmp'), '{');
    rig.spend(day(9));
    await rig.start();
    expect(readdirSync(dirname(rig.file))).toEqual(['told.json']);
  });

  it('is told once also while nothing can be written down, which is said until it can', async () => {
    writeFileSync(dirname(rig.file), 'a file where the folder should be');
    rig.spend(day(9));
    await rig.start();
    await passes(2);
    expect(rig.trouble()).toMatch(/^What was told of budgets cannot be written down: /);
    expect(ids()).toEqual([WARNING]);
    rmSync(dirname(rig.file));
    await rig.pass();
    expect(rig.trouble()).toBeUndefined();
    await rig.stop();
    await rig.start();
    expect(ids()).toEqual([WARNING]);
  });
});

it('sums that cannot be read are said, and looked at again', async () => {
  rig.failLooks(new Error('database disk image is malformed'));
  rig.spend(day(9));
  await rig.start();
  await rig.pass();
  expect(rig.trouble()).toBe('Budgets could not be worked out: database disk image is malformed');
  expect(rig.warnings).toHaveLength(1);
  rig.failLooks(null);
  await rig.pass();
  expect(rig.trouble()).toBeUndefined();
  expect(ids()).toEqual([WARNING]);
});
