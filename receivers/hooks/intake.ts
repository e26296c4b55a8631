import path from 'node:path';
import type { Component } from '../../src/component.ts';
import { TransientError } from '../../src/errors.ts';
import type { HooksConfig } from './config.ts';
import { IntakeLog } from './intake-log.ts';
import { SCOPE_HEADER } from './registration.ts';
import { HOOK_SCOPES } from './shim.ts';
import { SEGMENTS } from './spool.ts';

/**
 * Takes hooks over HTTP. A payload is put into the spool and is on disk when the answer goes out, so that neither a busy
 * collector nor its end loses one; what it tells is understood where the spool is drained, so there is one decoder.
 *
 * The answer has no body: the client would take one for an order.
 */
export const createHookIntake = ({
  spool,
  maxPayloadBytes,
}: Pick<HooksConfig, 'spool' | 'maxPayloadBytes'>): Component => {
  const log = new IntakeLog(path.join(spool, SEGMENTS));
  let inFlightBytes = 0;
  const handle = async (request: Request): Promise<Response> => {
    const bytes = Math.min(declaredBytes(request), maxPayloadBytes);
    if (inFlightBytes + bytes > AT_ONCE * maxPayloadBytes)
      throw new TransientError('Too many large hooks come at once.');
    inFlightBytes += bytes;
    try {
      const payload = await readPayload(request, maxPayloadBytes);
      await log.append(payload, scopeOf(request), Date.now());
    } finally {
      inFlightBytes -= bytes;
    }
    return new Response(null, { status: 200 });
  };
  return {
    name: 'hook-intake',
    routes: [{ method: 'POST', path: '/hooks', isStreamed: true, handle }],
  };
};

/** Payloads of the greatest length that are held in memory together. */
const AT_ONCE = 4;

const scopeOf = (request: Request): string => {
  const scope = request.headers.get(SCOPE_HEADER) ?? '';
  return HOOK_SCOPES.some((known) => known === scope) ? scope : 'http';
};

/** Length of a body as it was declared; infinite where it was not. */
const declaredBytes = (request: Request): number =>
  Number(request.headers.get('content-length') ?? Infinity);

/** The whole body; of one that is longer than is read, one byte more than that, so that it is known to be. */
const readPayload = async (request: Request, maxBytes: number): Promise<Buffer> => {
  // A length that was declared is kept to by the server, and a body that is known to be short is read at once.
  if (declaredBytes(request) <= maxBytes) return Buffer.from(await request.arrayBuffer());
  const pieces: Uint8Array[] = [];
  let room = maxBytes + 1;
  for await (const piece of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    if (room > 0) pieces.push(piece.subarray(0, room));
    room -= piece.length;
  }
  return Buffer.concat(pieces);
};
