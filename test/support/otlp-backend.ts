import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decodeOtlp, type OtlpRequest } from './decode-otlp.ts';

/** One request as it came. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** As it was before it was compressed. */
  readonly body: Buffer;
}

/** One span or log record, its attributes by name. */
export type Told = Readonly<Record<string, unknown>> & {
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** How a backend answers; nothing is answered where it does nothing. */
export type Behaviour = (response: ServerResponse, received: Received) => void;

/** A backend of OTLP on loopback that does as it is told. */
export interface OtlpBackend extends AsyncDisposable {
  readonly url: string;
  /** Every request, whatever was answered. */
  readonly received: readonly Received[];
  /** What was taken: requests that were answered with 200. */
  readonly taken: readonly Received[];
  readonly behave: (behaviour: Behaviour) => void;
  readonly close: () => Promise<void>;
}

const OK: Behaviour = (response) => void response.writeHead(200).end();

/** Answers with a code, and headers and words where they are given. */
export const answer =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Behaviour =>
  (response) =>
    void response.writeHead(status, headers).end(body);

/** Starts one that takes everything; with a certificate it speaks TLS. */
export async function startBackend(
  behaviour: Behaviour = OK,
  tls?: { readonly key: string; readonly cert: string },
): Promise<OtlpBackend> {
  const received: Received[] = [];
  const taken: Received[] = [];
  let now = behaviour;
  const listener: RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => undefined);
    request.on('end', () => {
      const bytes = Buffer.concat(parts);
      const isGzip = request.headers['content-encoding'] === 'gzip';
      const one: Received = {
        path: request.url ?? '',
        headers: request.headers,
        body: isGzip ? gunzipSync(bytes) : bytes,
      };
      received.push(one);
      response.on('finish', () => {
        if (response.statusCode === 200) taken.push(one);
      });
      now(response, one);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    received,
    taken,
    behave: (next) => (now = next),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What a request holds, whichever form it came in. */
export const understood = ({ path, headers, body }: Received): OtlpRequest =>
  headers['content-type'] === 'application/json'
    ? (JSON.parse(body.toString()) as OtlpRequest)
    : decodeOtlp(path.replace(/.*\//, ''), body);

/** Every log record of some requests, in order. */
export const logsOf = (requests: readonly Received[]): readonly Told[] =>
  requests.flatMap((request) =>
    (understood(request).resourceLogs ?? []).flatMap(({ scopeLogs }) =>
      scopeLogs.flatMap(({ logRecords }) => logRecords.map(told)),
    ),
  );

/** Every span of some requests, in order. */
export const spansOf = (requests: readonly Received[]): readonly Told[] =>
  requests.flatMap((request) =>
    (understood(request).resourceSpans ?? []).flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map(told)),
    ),
  );

/** Attributes as one object. */
export const attributesOf = (
  attributes: readonly OtlpAttribute[] = [],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));

interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const told = (one: Readonly<Record<string, unknown>>): Told => ({
  ...one,
  attributes: attributesOf(one['attributes'] as readonly OtlpAttribute[]),
});

const valueOf = (value: OtlpAttribute['value']): unknown => {
  const [[kind, inner] = ['', undefined]] = Object.entries(value);
  if (kind === 'arrayValue') {
    const { values } = inner as { readonly values: readonly OtlpAttribute['value'][] };
    return values.map(valueOf);
  }
  return inner;
};
