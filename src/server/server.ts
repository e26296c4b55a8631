import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { ConfigError } from '../errors.ts';
import { rememberPeer } from '../runtime/peer.ts';
import { problemResponse } from '../runtime/problem.ts';
import { SECURITY_HEADERS, withSecurityHeaders } from './answers.ts';
import type { App, AppOptions } from './app.ts';
import { createApp } from './app.ts';
import { isLoopback } from '../runtime/loopback.ts';
import { portTakenError } from './port-taken.ts';
import { isEventStream, pump } from './stream.ts';

/** How a server is made: an app's options with the port as a number; 0 lets the system choose. */
export interface ServerOptions extends Omit<AppOptions, 'port'> {
  readonly port: number;
}

/** A server that listens. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Stops taking connections, lets answers under way finish for `graceMs` (2 s by default), then cuts the rest. */
  readonly close: (graceMs?: number) => Promise<void>;
}

/** A server before it listens. */
export interface HallMonitorServer {
  /** Answers one request as if it had come in over a socket. */
  readonly fetch: App;
  /** @throws PortTakenError when somebody else has the port. */
  readonly listen: () => Promise<RunningServer>;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 5_000;
const CHECK_INTERVAL_MS = 2_000;
const MAX_CONNECTIONS = 2_000;
const CLOSE_GRACE_MS = 2_000;

/**
 * The HTTP server over a list of routes.
 *
 * @throws ConfigError when others could reach it and there is no token.
 */
export function createServer(options: ServerOptions): HallMonitorServer {
  if (!isLoopback(options.host) && (options.token ?? '') === '') {
    throw new ConfigError(
      `Listening on ${options.host} lets other machines in, and there is no token.`,
      {
        hint: 'Set HALL_MONITOR_TOKEN to a long random text, or listen on 127.0.0.1.',
      },
    );
  }
  let actualPort = options.port;
  const fetch = createApp({
    ...options,
    token: options.token === '' ? undefined : options.token,
    port: () => actualPort,
  });
  const listen = async (): Promise<RunningServer> => {
    const server = createNodeServer(fetch);
    actualPort = await listening(server, options);
    const close = (graceMs = CLOSE_GRACE_MS): Promise<void> => closeServer(server, graceMs);
    return {
      port: actualPort,
      url: urlOf(options.host, actualPort),
      close,
      [Symbol.asyncDispose]: () => close(),
    };
  };
  return { fetch, listen };
}

function createNodeServer(fetch: App): Server {
  const listener = getRequestListener(
    async (request, env) => {
      const { incoming, outgoing } = env as {
        readonly incoming: IncomingMessage;
        readonly outgoing: ServerResponse;
      };
      if (hasSeveralHosts(incoming)) {
        return refused();
      }
      rememberPeer(request, incoming.socket.remoteAddress ?? 'unknown');
      const response = await fetch(request);
      if (!isEventStream(response)) {
        return response;
      }
      void pump(response, outgoing);
      return RESPONSE_ALREADY_SENT;
    },
    // What cannot even be read as a request: a broken or absent host, a path that is no path.
    { overrideGlobalObjects: false, errorHandler: refused },
  );
  const server = createHttpServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', answerBrokenRequest);
  return server;
}

function refused(): Response {
  return withSecurityHeaders(
    problemResponse(403, { message: 'This server does not answer to that host name.' }),
  );
}

function hasSeveralHosts(incoming: IncomingMessage): boolean {
  return (
    incoming.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
      .length > 1
  );
}

const PARSER_STATUS: Readonly<Record<string, string>> = {
  HPE_INVALID_METHOD: '405 Method Not Allowed',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what the parser refused, where there is still somebody to answer. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = PARSER_STATUS[error.code ?? ''] ?? '400 Bad Request';
  const headers = Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(
    `HTTP/1.1 ${status}\r\n${headers.join('')}connection: close\r\ncontent-length: 0\r\n\r\n`,
  );
  // Not `end`: whoever is slow on purpose would keep the other half open.
  socket.destroySoon();
}

function listening(server: Server, { host, port }: ServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        portTakenError(host, port, error).then(reject, reject);
        return;
      }
      reject(
        new ConfigError(`Cannot listen on ${host}, port ${port}: ${error.code ?? error.message}.`, {
          hint: 'Give an address of this machine with --host or HALL_MONITOR_HOST, and a port you may use.',
          cause: error,
        }),
      );
    });
    server.listen({ host: host.replace(/^\[(.*)\]$/, '$1'), port }, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function urlOf(host: string, port: number): string {
  const name = ['0.0.0.0', '::', ''].includes(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}`;
}
