/**
 * One request to a backend, and what it answers. Nothing is repeated here and no redirect is followed, so that
 * credentials go to the address that was set and nowhere else; time, headers and body of an answer are bounded.
 */
import { readFile } from 'node:fs/promises';
import { Agent as PlainAgent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { TransientError } from '../../src/errors.ts';
import { answerWithin } from '../../src/runtime/answer-within.ts';
import type { Target } from './settings.ts';

/** What a backend answered. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Null where it was too long, did not come to its end, or is in a form that was not asked for. */
  readonly body: Buffer | null;
}

/** Sends bodies to one target over connections that are kept. */
export interface Poster {
  /** @throws TransientError where there was no answer, or none in time. */
  readonly post: (body: Uint8Array, signal: AbortSignal) => Promise<Answer>;
  readonly close: () => void;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
const CONTENT_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;
const compress = promisify(gzip);

/** Makes a poster; files of TLS are read when the first request needs them. */
export function createPoster(target: Target, version: string): Poster {
  let agent: Promise<PlainAgent> | undefined;
  const send = target.url.protocol === 'https:' ? tlsRequest : plainRequest;
  const headers = {
    ...target.headers,
    'content-type': CONTENT_TYPES[target.encoding],
    'user-agent': `hall-monitor/${version}`,
    ...(target.isCompressed && { 'content-encoding': 'gzip' }),
  };
  const post = async (body: Uint8Array, signal: AbortSignal): Promise<Answer> => {
    agent ??= createAgent(target);
    // What could not be read may be there the next time.
    agent.catch(() => (agent = undefined));
    const own = await agent;
    const bytes = target.isCompressed ? await compress(body) : body;
    return await exchange(
      (limit) =>
        send(target.url, {
          method: 'POST',
          agent: own,
          headers: { ...headers, 'content-length': bytes.byteLength },
          maxHeaderSize: MAX_HEADER_BYTES,
          signal: limit,
        }),
      bytes,
      { target, signal },
    );
  };
  const close = (): void =>
    void agent?.then(
      (own) => own.destroy(),
      () => undefined,
    );
  return { post, close };
}

async function createAgent({ url, tls }: Target): Promise<PlainAgent> {
  const options = { keepAlive: true, maxSockets: 1 };
  if (url.protocol === 'http:') return new PlainAgent(options);
  const files = await Promise.all(
    Object.entries(tls).map(async ([name, path]) =>
      path === null ? [] : [[name, await readPem(path)] as const],
    ),
  );
  return new TlsAgent({ ...options, ...Object.fromEntries(files.flat()) });
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TransientError(`Cannot read ${path}, which OTLP needs for TLS.`, {
      hint: 'Make it readable, or correct the setting that names it.',
      cause,
    });
  }
}

interface Exchange {
  readonly target: Target;
  readonly signal: AbortSignal;
}

async function exchange(
  start: (limit: AbortSignal) => ClientRequest,
  bytes: Uint8Array,
  { target: { url, timeoutMs }, signal }: Exchange,
): Promise<Answer> {
  return await answerWithin({ origin: url.origin, timeoutMs, signal }, async (limit) => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = start(limit);
      request.on('response', resolve);
      request.on('error', reject);
      request.end(bytes);
    });
    const { statusCode = 0, headers } = response;
    const body = await readBody(response);
    const isPlain = headers['content-encoding'] === undefined;
    return { status: statusCode, retryAfter: headers['retry-after'], body: isPlain ? body : null };
  });
}

/** The body of an answer, null where it is too long or breaks off: its status has told already what became of the request. */
async function readBody(response: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      length += part.length;
      // Leaving the loop destroys the response, and with it the connection.
      if (length > MAX_BODY_BYTES) return null;
      parts.push(part);
    }
  } catch {
    return null;
  }
  return Buffer.concat(parts);
}
