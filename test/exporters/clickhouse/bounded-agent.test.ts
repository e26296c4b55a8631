import { createServer, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createBoundedAgent } from '../../../exporters/clickhouse/bounded-agent.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** What comes of asking a far side that answers so. */
const ask = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const agent = createBoundedAgent(url, { maxSockets: 1, maxBytes: 1_000, maxMs: 300 });
  try {
    return await new Promise<string>((resolve, reject) => {
      request(url, { agent }, (response) => void text(response).then(resolve, reject))
        .on('error', reject)
        .end();
    });
  } finally {
    agent.destroy();
  }
};

describe('an answer', () => {
  it('that is short is read', async () => {
    expect(await ask((_, response) => response.end('x'.repeat(1_000)))).toHaveLength(1_000);
  });

  it('that is too long is cut off', async () => {
    const endless: RequestListener = (_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(600)), 1);
      response.on('close', () => clearInterval(timer));
    };
    await expect(ask(endless)).rejects.toThrow('too long');
  });

  it('that drips is not waited for', async () => {
    const dripping: RequestListener = (_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    };
    await expect(ask(dripping)).rejects.toThrow('Timeout');
  });

  it('that is compressed is none, for it could be of any length', async () => {
    const packed: RequestListener = (_, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('small'));
    await expect(ask(packed)).rejects.toThrow('not asked for');
  });
});
