// `needs` makes tests that the linter does not know for such.
import { execFileSync } from 'node:child_process';
import type { Socket } from 'node:net';
import { connect, createServer as createNetServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { listeningInodes, PortTakenError, portHolder } from '../../src/server/port-taken.ts';
import type { RunningServer, ServerOptions } from '../../src/server/server.ts';
import { createServer } from '../../src/server/server.ts';
import { needs } from '../support/offers.ts';

const options: ServerOptions = {
  host: '127.0.0.1',
  port: 0,
  routes: [
    { method: 'GET', path: '/here', handle: () => new Response('here') },
    {
      method: 'POST',
      path: '/echo',
      handle: async (request) => new Response(await request.text()),
    },
  ],
  maxBodyBytes: 1_000,
  health: () => ({ ready: true, reasons: [] }),
  log: silentLog,
};

/** What the server says to these bytes, until it closes or has nothing more to say. */
function rawAnswer(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

describe('a server that listens', () => {
  let server: RunningServer;

  beforeEach(async () => {
    server = await createServer(options).listen();
  });

  afterEach(() => server.close());

  const get = (lines: string): Promise<string> =>
    rawAnswer(server.port, `${lines}\r\nConnection: close\r\n\r\n`);

  it('answers on the port it was given', async () => {
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect(await get(`GET /here HTTP/1.1\r\nHost: 127.0.0.1:${server.port}`)).toMatch(
      /^HTTP\/1.1 200 OK[^]*here$/,
    );
  });

  it.each([
    ['two hosts', 'GET /here HTTP/1.1\r\nHost: localhost\r\nHost: evil.test'],
    ['two hosts, ours last', 'GET /here HTTP/1.1\r\nHost: evil.test\r\nHost: localhost'],
    ['an empty host', 'GET /here HTTP/1.1\r\nHost: '],
    ['a foreign host', 'GET /here HTTP/1.1\r\nHost: evil.test'],
    ['a foreign host in the request line', 'GET http://evil.test/here HTTP/1.1\r\nHost: localhost'],
    ['a host with a path', 'GET /here HTTP/1.1\r\nHost: localhost/x'],
  ])('refuses %s', async (_, lines) => {
    const answer = await get(lines);
    expect(answer).toMatch(/^HTTP\/1.1 (403|400)/);
    expect(answer).not.toContain('here\r\n');
    expect(answer).toContain('nosniff');
  });

  it('refuses a request without a host', async () => {
    expect(await get('GET /here HTTP/1.1')).toMatch(/^HTTP\/1.1 400/);
  });

  it('refuses an upgrade of another origin', async () => {
    const upgrade = `GET /here HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nOrigin: http://evil.test\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\nConnection: Upgrade`;
    expect(await rawAnswer(server.port, `${upgrade}\r\n\r\n`)).toMatch(/^HTTP\/1.1 403/);
  });

  it.each(['DELETE', 'PUT', 'PATCH'])(
    'answers 405 to %s, with and without a body',
    async (method) => {
      const head = `${method} /here HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length`;
      expect(await rawAnswer(server.port, `${head}: 0\r\n\r\n`)).toMatch(/^HTTP\/1.1 405/);
      expect(await rawAnswer(server.port, `${head}: 1\r\n\r\nx`)).toMatch(/^HTTP\/1.1 405/);
    },
  );

  it('hands on bodies, declared or chunked', async () => {
    const head = 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json';
    expect(await get(`${head}\r\nContent-Length: 0`)).toMatch(/^HTTP\/1.1 200/);
    const declared = await rawAnswer(
      server.port,
      `${head}\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{"a":1}`,
    );
    expect(declared).toMatch(/\{"a":1\}$/);
    const chunked = await rawAnswer(
      server.port,
      `${head}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n`,
    );
    expect(chunked).toMatch(/\{"a":1\}$/);
  });

  it('refuses a body that is too large as soon as that is known', async () => {
    const head = 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json';
    expect(await rawAnswer(server.port, `${head}\r\nContent-Length: 1000000000\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 413/,
    );
    const piece = `400\r\n${'x'.repeat(0x400)}\r\n`;
    expect(
      await rawAnswer(server.port, `${head}\r\nTransfer-Encoding: chunked\r\n\r\n${piece}`),
    ).toMatch(/^HTTP\/1.1 413/);
  });

  it('answers 405 to a method that is none', async () => {
    expect(await get(`FOO /here HTTP/1.1\r\nHost: localhost`)).toMatch(/^HTTP\/1.1 405[^]*nosniff/);
  });

  it('answers 431 to headers without an end', async () => {
    expect(await get(`GET /here HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}`)).toMatch(
      /^HTTP\/1.1 431/,
    );
  });

  it('says who has the port when a second one comes', async () => {
    const second = createServer({ ...options, port: server.port }).listen();
    await expect(second).rejects.toThrow(PortTakenError);
    await expect(second).rejects.toMatchObject({
      exitCode: 69,
      message: expect.stringContaining('already taken by another Hall Monitor') as string,
    });
  });

  it('stops when told, open connections or not', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    await server.close(50);
    await expect(fetch(`${server.url}/here`)).rejects.toThrow('fetch failed');
    socket.destroy();
  });
});

describe('a port that another program has', () => {
  needs('linux')('is said to be taken by that program', async () => {
    const other = createNetServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    try {
      expect(portHolder(port)).toMatch(new RegExp(`^process ${process.pid}, \\S+`));
      await expect(createServer({ ...options, port }).listen()).rejects.toMatchObject({
        exitCode: 69,
        message: expect.stringContaining(`by process ${process.pid}`) as string,
        hint: expect.stringContaining('HALL_MONITOR_PORT') as string,
      });
    } finally {
      other.close();
    }
  });

  it('is found in the table of sockets only where somebody listens', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:24F8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1
   1: 0100007F:24F8 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 222 1
   2: 0100007F:24F9 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1`;
    expect(listeningInodes(table, 9464)).toEqual(['111']);
  });
});

describe('an address that others can reach', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.test'])('%s needs a token', (host) => {
    expect(() => createServer({ ...options, host })).toThrow(ConfigError);
    expect(() => createServer({ ...options, host, token: '' })).toThrow('there is no token');
    expect(() => createServer({ ...options, host, token: 'x' })).not.toThrow();
  });

  it.each(['127.0.0.1', '127.9.9.9', 'localhost', '::1', '[::1]'])('is not %s', (host) => {
    expect(() => createServer({ ...options, host })).not.toThrow();
  });

  it('cannot be one that this machine does not have', async () => {
    await expect(
      createServer({ ...options, host: '192.0.2.1', token: 'x' }).listen(),
    ).rejects.toThrow('Cannot listen on 192.0.2.1');
  });

  needs('linux')('is not listened on unless asked for', async () => {
    const server = await createServer(options).listen();
    const listeners = execFileSync('cat', ['/proc/net/tcp'], { encoding: 'utf8' });
    const port = server.port.toString(16).toUpperCase().padStart(4, '0');
    expect(listeners).toContain(`0100007F:${port}`);
    expect(listeners).not.toContain(`00000000:${port}`);
    await server.close();
  });
});
