/** Whatever a backend does, nothing is lost, what is dropped is counted, and nothing is read without bounds. */
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { request, batch } from '../../pipeline/ingest-fixture.ts';
import {
  answer,
  type Behaviour,
  logsOf,
  type OtlpBackend,
  startBackend,
} from '../../support/otlp-backend.ts';
import { createOtlpRig, type OtlpRig } from '../../support/otlp-rig.ts';
import type { OtlpWishes } from '../../support/otlp-config.ts';
import { TLS_CERTIFICATE, TLS_KEY } from '../../support/tls-certificate.ts';

const LOGS_ONLY = { traces: 'none', metrics: 'none', history: true } as const;
const HOUR_MS = 3_600_000;

let rig: OtlpRig;
let backend: OtlpBackend;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  vi.setSystemTime(Date.UTC(2026, 10, 20, 9));
  rig = createOtlpRig(Date.now);
  backend = await startBackend();
});
afterEach(async () => {
  vi.useRealTimers();
  await rig[Symbol.asyncDispose]();
  await backend[Symbol.asyncDispose]();
});

const commit = (from: number, to: number): void =>
  rig.log.commit(
    batch(
      Array.from({ length: to - from + 1 }, (_, index) => request({ key: `msg_${from + index}` })),
    ),
  );
const start = (more: OtlpWishes = {}) =>
  rig.start({ endpoint: backend.url, ...LOGS_ONLY, ...more });
/** Lets sockets do their work while the clock stands still. */
const network = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
/** Moves the clock in steps until something holds. */
const until = async (holds: () => boolean, stepMs = 0): Promise<void> => {
  for (let step = 0; !holds(); step += 1) {
    if (step > 2_000) throw new Error('It never came to hold.');
    await vi.advanceTimersByTimeAsync(stepMs);
    await network();
  }
};
const idsOf = (requests: OtlpBackend['taken']): unknown[] =>
  logsOf(requests).map(({ attributes }) => attributes['gen_ai.response.id']);
const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `msg_${from + index}`);
const count = (name: string): number | undefined => rig.log.counts.get(name);

describe('an hour without a backend', () => {
  it('loses nothing and sends nothing twice: what was kept goes out in order', async () => {
    const begunMs = Date.now();
    backend.behave(answer(503));
    const { trouble } = start();
    commit(1, 1_500);
    await until(() => backend.received.length >= 1);
    for (let at = 1_501; Date.now() < begunMs + HOUR_MS; at += 100) {
      commit(at, at + 99);
      await until(() => true, 0);
      await vi.advanceTimersByTimeAsync(300_000);
      await network();
    }
    expect(trouble()).toContain('answered 503');
    expect(backend.taken).toEqual([]);
    // At the longest back-off: far from a request a second.
    expect(backend.received.length).toBeLessThan(80);
    backend.behave(answer(200));
    await until(() => logsOf(backend.taken).length >= 2_700, 1_000);
    const last = 1_500 + Math.ceil(HOUR_MS / 300_000) * 100;
    await until(() => count('exported otlp-logs') === last);
    expect(idsOf(backend.taken)).toEqual(ids(1, last));
    expect(trouble()).toBeUndefined();
    expect(count('export_dropped otlp-logs refused')).toBeUndefined();
  });

  it('holds up no other signal, which goes on to its own backend', async () => {
    await using other = await startBackend();
    backend.behave(() => undefined);
    rig.start({
      endpoint: other.url,
      metrics: 'none',
      history: true,
      traces: { endpoint: `${backend.url}/v1/traces` },
    });
    commit(1, 3);
    await until(() => idsOf(other.taken).length === 3);
    commit(4, 6);
    await until(() => idsOf(other.taken).length === 6);
    expect(backend.received.length).toBe(1);
    expect(rig.deps.cursors.load('otlp-logs')?.seq).toBe(6);
    expect(rig.deps.cursors.load('otlp-traces')?.seq).toBe(0);
  });
});

describe('a batch that is sent again', () => {
  it.each([
    ['429', answer(429)],
    ['502', answer(502)],
    ['503', answer(503)],
    ['504', answer(504)],
    ['408', answer(408)],
    ['a connection that is reset', (response) => void response.destroy()],
    [
      'an answer that is no HTTP',
      (response) => void response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n'),
    ],
    [
      'headers without an end',
      (response) =>
        void response.socket?.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(64 * 1024)}\r\n\r\n`),
    ],
  ] as [string, Behaviour][])('is one after %s: the same lines, once', async (_name, behaviour) => {
    backend.behave(behaviour);
    start();
    commit(1, 3);
    await until(() => backend.received.length === 1);
    await network();
    backend.behave(answer(200));
    await until(() => backend.received.length === 2, 1_000);
    expect(backend.received.map((one) => idsOf([one]))).toEqual([ids(1, 3), ids(1, 3)]);
    expect(count('export_retries otlp-logs')).toBe(1);
    await until(() => count('exported otlp-logs') === 3);
  });

  it.each([
    ['seconds', '90'],
    ['a date', 'Fri, 20 Nov 2026 09:01:30 GMT'],
  ])('waits as long as Retry-After asks in %s', async (_name, asked) => {
    backend.behave(answer(429, { 'retry-after': asked }));
    start();
    commit(1, 1);
    await until(() => count('export_retries otlp-logs') === 1);
    backend.behave(answer(200));
    await vi.advanceTimersByTimeAsync(85_000);
    await network();
    expect(backend.received.length).toBe(1);
    await vi.advanceTimersByTimeAsync(6_000);
    await until(() => backend.received.length === 2);
  });

  it.each([401, 403, 404, 301, 307])(
    'waits for a person after %i and says what to do',
    async (status) => {
      await using elsewhere = await startBackend();
      backend.behave(answer(status, { location: `${elsewhere.url}/v1/logs` }));
      const { trouble } = start({ headers: 'api-key=secret-key' });
      commit(1, 1);
      await until(() => trouble() !== undefined);
      expect(trouble()).toMatch(/OTEL_EXPORTER_OTLP_(HEADERS|ENDPOINT)/);
      expect(`${trouble()} ${rig.warnings.join()}`).not.toContain('secret-key');
      await until(() => backend.received.length >= 3, 10_000);
      // Credentials go to the address that was set and nowhere else.
      expect(elsewhere.received).toEqual([]);
      expect(backend.received[0]?.headers['api-key']).toBe('secret-key');
      expect(count('export_dropped otlp-logs refused')).toBeUndefined();
    },
  );
});

describe('a batch that is refused', () => {
  it.each([400, 413, 422, 500, 501])(
    'for good with %i is halved until one line is at fault',
    async (status) => {
      backend.behave((response, received) =>
        answer(idsOf([received]).includes('msg_3') ? status : 200)(response, received),
      );
      start();
      commit(1, 5);
      await until(() => count('exported otlp-logs') === 4);
      expect(rig.deps.cursors.load('otlp-logs')?.seq).toBe(5);
      expect(idsOf(backend.taken).map(String).toSorted()).toEqual([
        'msg_1',
        'msg_2',
        'msg_4',
        'msg_5',
      ]);
      expect(count('export_dropped otlp-logs refused')).toBe(1);
      const letter = rig.log.deps.reader.db
        .prepare<[], { body: string; reason: string }>(
          'SELECT body, reason FROM export_dead_letter',
        )
        .get();
      expect(letter?.reason).toContain(`answered ${status}`);
      expect(letter?.body).toContain('msg_3');
      expect(JSON.parse(letter?.body ?? '')).toHaveProperty('resourceLogs');
    },
  );

  it.each(['http/json', 'http/protobuf'] as const)(
    'in part over %s is counted and not sent again',
    async (protocol) => {
      const json = JSON.stringify({
        partialSuccess: { rejectedLogRecords: '2', errorMessage: 'too old' },
      });
      // partial_success { rejected_log_records: 2, error_message: "too old" }
      const bytes = Buffer.from('0a0b0802120774 6f6f206f6c64'.replaceAll(' ', ''), 'hex');
      backend.behave(
        (response) => void response.writeHead(200).end(protocol === 'http/json' ? json : bytes),
      );
      start({ protocol });
      commit(1, 5);
      await until(() => count('exported otlp-logs') === 3);
      expect(backend.received.length).toBe(1);
      expect(count('export_dropped otlp-logs rejected')).toBe(2);
      expect(rig.deps.cursors.load('otlp-logs')?.seq).toBe(5);
      expect(rig.warnings.join()).toContain('too old');
    },
  );

  it('in part, with a count that cannot be, is no more than the batch', async () => {
    backend.behave(answer(200, {}, '{"partialSuccess":{"rejectedLogRecords":"99999999999"}}'));
    start({ protocol: 'http/json' });
    commit(1, 2);
    await until(() => rig.deps.cursors.load('otlp-logs')?.seq === 2);
    expect(count('export_dropped otlp-logs rejected')).toBe(2);
  });
});

describe('an answer', () => {
  it.each([
    ['is no OTLP', answer(200, { 'content-type': 'text/html' }, 'OK')],
    ['is empty JSON', answer(200, {}, '{}')],
    [
      'has words of warning only',
      answer(200, {}, '{"partialSuccess":{"errorMessage":"deprecated"}}'),
    ],
    ['has nonsense in it', answer(200, {}, '{"partialSuccess":{"rejectedLogRecords":{}}}')],
    ['is compressed though nobody asked', answer(200, { 'content-encoding': 'gzip' }, 'x')],
    [
      'breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"part');
        setImmediate(() => response.destroy());
      },
    ],
  ] as [string, Behaviour][])('of 200 that %s took everything', async (_name, behaviour) => {
    backend.behave(behaviour);
    start({ protocol: 'http/json' });
    commit(1, 3);
    await until(() => count('exported otlp-logs') === 3);
    expect(backend.received.length).toBe(1);
    expect(rig.log.counts.get('export_dropped otlp-logs rejected')).toBeUndefined();
  });

  it('of 200 that is a page took nothing: it is waited for, and the address is doubted', async () => {
    backend.behave(answer(200, { 'content-type': 'text/html' }, '<html>welcome</html>'));
    const { trouble } = start();
    commit(1, 3);
    await until(() => trouble() !== undefined);
    expect(trouble()).toMatch(/with a page\. Check OTEL_EXPORTER_OTLP_ENDPOINT/);
    expect(rig.deps.cursors.load('otlp-logs')?.seq).toBe(0);
    backend.behave(answer(200));
    await until(() => count('exported otlp-logs') === 3, 1_000);
  });

  it('of 200 MB is not read further than 4 MiB', async () => {
    let written = 0;
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    const flood: Behaviour = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const write = (): void => {
        if (response.destroyed || written >= 200) return;
        written += 1;
        response.write(chunk, () => setImmediate(write));
      };
      write();
    };
    backend.behave(flood);
    start();
    commit(1, 3);
    await until(() => count('exported otlp-logs') === 3);
    expect(written).toBeLessThan(60);
    backend.behave(answer(200));
    commit(4, 4);
    await until(() => count('exported otlp-logs') === 4);
  });
});

describe('a connection', () => {
  it('that is refused is tried again until somebody is there', async () => {
    await backend.close();
    const { trouble } = start();
    commit(1, 2);
    await until(() => trouble() !== undefined);
    expect(trouble()).toContain('ECONNREFUSED');
    expect(count('export_retries otlp-logs')).toBe(1);
    backend = await startBackend();
    await rig.stop();
    start();
    await until(() => idsOf(backend.taken).length === 2);
  });

  it('to a black hole that takes and never answers ends after the time-out', async () => {
    const sockets: Socket[] = [];
    const hole: Server = createServer(
      (socket) => void sockets.push(socket.on('error', () => undefined)),
    );
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(hole.address() as AddressInfo).port}`;
    vi.useRealTimers();
    const { trouble } = start({ endpoint, timeoutMs: 50 });
    commit(1, 1);
    await vi.waitFor(() => expect(trouble()).toContain('no answer within 50 ms'));
    await rig.stop();
    for (const socket of sockets) socket.destroy();
    hole.close();
  });

  it('that stops in the middle of an answer ends after the time-out too', async () => {
    vi.useRealTimers();
    backend.behave((response) => void response.writeHead(503).write('please '));
    const { trouble } = start({ timeoutMs: 50 });
    commit(1, 1);
    await vi.waitFor(() => expect(trouble()).toContain('answered 503'));
  });

  it('over TLS is only made to who can be trusted', async () => {
    await using secure = await startBackend(answer(200), { key: TLS_KEY, cert: TLS_CERTIFICATE });
    const { trouble } = start({ endpoint: secure.url });
    commit(1, 2);
    await until(() => trouble() !== undefined);
    expect(trouble()).toMatch(/certificate/i);
    expect(secure.received).toEqual([]);
  });

  it('over TLS trusts a certificate that a file names, once the file is there', async () => {
    await using secure = await startBackend(answer(200), { key: TLS_KEY, cert: TLS_CERTIFICATE });
    const certificateFile = join(rig.deps.home, 'ca.pem');
    const { trouble } = start({ endpoint: secure.url, certificateFile });
    commit(1, 2);
    await until(() => trouble() !== undefined);
    expect(trouble()).toContain(`Cannot read ${certificateFile}`);
    writeFileSync(certificateFile, TLS_CERTIFICATE);
    await until(() => trouble() === undefined, 1_000);
    expect(idsOf(secure.taken)).toEqual(ids(1, 2));
  });

  it('stops at once when told to, in the middle of a request', async () => {
    backend.behave(() => undefined);
    start();
    commit(1, 1);
    await until(() => backend.received.length === 1);
    await rig.stop();
    expect(rig.deps.cursors.load('otlp-logs')?.seq).toBe(0);
  });
});

describe('what is sent', () => {
  it.each(['gzip', 'none'] as const)(
    'is compressed with %s and named as what it is',
    async (compression) => {
      start({ compression, headers: 'api-key=1' });
      commit(1, 2);
      await until(() => idsOf(backend.taken).length === 2);
      const { headers, path } = backend.received[0] ?? { headers: {}, path: '' };
      expect(path).toBe('/v1/logs');
      expect(headers).toMatchObject({
        'content-type': 'application/x-protobuf',
        'user-agent': 'hall-monitor/9.9.9',
        'api-key': '1',
      });
      expect(headers['content-encoding']).toBe(compression === 'gzip' ? 'gzip' : undefined);
      expect(headers['content-length']).toMatch(/^\d+$/);
      expect(headers['accept-encoding']).toBeUndefined();
    },
  );

  it('is nothing that happened long before OTLP was set up, unless history is asked for', async () => {
    start({ history: false });
    const oldMs = Date.now() - 2 * HOUR_MS;
    rig.log.fixture.db.exec(`INSERT INTO export_cursor VALUES ('otlp-logs', 0, ${Date.now()})`);
    rig.log.commit(
      batch([
        request({ key: 'msg_old', atMs: oldMs, endMs: oldMs }),
        request({ key: 'msg_new', atMs: Date.now() - HOUR_MS + 1, endMs: Date.now() }),
      ]),
    );
    await until(() => rig.deps.cursors.load('otlp-logs')?.seq === 2);
    expect(idsOf(backend.taken)).toEqual(['msg_new']);
  });
});
