/**
 * All that happens to a request before and after its route: where it may come from, whether it is allowed, how large it
 * may be, and what every answer carries. Requests come in and answers go out as web standard objects, so no socket is
 * needed to test any of it. Routes never see a request that failed a check here.
 */
import type { MiddlewareHandler } from 'hono';
import { Hono } from 'hono';
import type { Route } from '../component.ts';
import { InputError, TransientError } from '../errors.ts';
import type { Log } from '../runtime/log.ts';
import { problemResponse } from '../runtime/problem.ts';
import { withSecurityHeaders } from './answers.ts';
import { withBoundedBody } from './body.ts';
import type { Health } from './health.ts';
import { livenessResponse, readinessResponse } from './health.ts';
import { isLoopback } from '../runtime/loopback.ts';
import { acceptedHosts, foreignReason } from './hosts.ts';
import type { TokenCheck } from './token.ts';
import { createTokenCheck } from './token.ts';

/** What the app needs to know. */
export interface AppOptions {
  readonly host: string;
  readonly port: () => number;
  readonly allowedHosts?: readonly string[];
  /** Needed by everything on an address that others can reach, and by every POST; not by reading on loopback. */
  readonly token?: string | undefined;
  readonly routes: readonly Route[];
  readonly health: () => Health;
  readonly log: Log;
  /** Largest body of a request, 1 MiB by default. */
  readonly maxBodyBytes?: number;
}

/** Answers requests. */
export type App = (request: Request) => Promise<Response>;

const MAX_BODY_BYTES = 1024 * 1024;
const OPEN_PATHS = new Set(['/healthz', '/readyz']);
const BODY_TYPES = ['application/json', 'application/x-protobuf'];

/** The whole HTTP interface behind one function. */
export function createApp(options: AppOptions): App {
  const { log } = options;
  const checkToken = options.token === undefined ? undefined : createTokenCheck(options.token);
  const mayRead = (request: Request): boolean =>
    isLoopback(options.host) || checkToken?.(request) === true;
  const routes: readonly Route[] = [
    { method: 'GET', path: '/healthz', handle: livenessResponse },
    {
      method: 'GET',
      path: '/readyz',
      handle: (request) => readinessResponse(options.health(), mayRead(request)),
    },
    ...options.routes,
  ];
  const guard = createGuard(options, checkToken, mayRead);
  const app = new Hono();
  app.use(async (c, next) => guard(c.req.raw) ?? next());
  const limit = limitBody(options.maxBodyBytes ?? MAX_BODY_BYTES);
  for (const route of routes) {
    if (route.isStreamed !== true) app.post(route.path, limit);
    app.on(
      route.method,
      [route.path],
      (c) =>
        (route.needsToken === true ? tokenProblem(c.req.raw, checkToken) : undefined) ??
        route.handle(c.req.raw, c.req.param()),
    );
  }
  for (const [path, methods] of methodsByPath(routes)) {
    app.all(path, (c) => methodProblem(c.req.raw, methods));
  }
  app.notFound((c) =>
    problemResponse(404, {
      message: `There is nothing at ${c.req.path}.`,
      hint: 'GET /openapi.json lists what there is.',
    }),
  );
  app.onError((error) => problemOf(error, log));
  return async (request) => {
    const startedMs = performance.now();
    const response = withSecurityHeaders(await app.fetch(request));
    const tookMs = Number((performance.now() - startedMs).toFixed(2));
    // Without the query, which may hold names of projects and files.
    log.debug(
      {
        method: request.method,
        path: new URL(request.url).pathname,
        status: response.status,
        tookMs,
      },
      'Answered.',
    );
    return response;
  };
}

function createGuard(
  { host, port, allowedHosts = [] }: AppOptions,
  checkToken: TokenCheck | undefined,
  mayRead: (request: Request) => boolean,
): (request: Request) => Response | undefined {
  const rules = { host, port, allowedHosts };
  let accepted: ReadonlySet<string> | undefined;
  return (request) => {
    accepted ??= acceptedHosts(rules);
    const foreign = foreignReason(request, accepted, rules);
    if (foreign !== undefined) {
      return problemResponse(403, { message: foreign });
    }
    const path = new URL(request.url).pathname;
    const isWrite = !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    const isAllowed = isWrite
      ? (checkToken?.(request) ?? true)
      : OPEN_PATHS.has(path) || mayRead(request);
    if (!isAllowed) {
      return withoutToken();
    }
    return request.method === 'POST' ? bodyTypeProblem(request) : undefined;
  };
}

const withoutToken = (): Response =>
  problemResponse(
    401,
    { message: 'A token is needed.', hint: 'Send it as Authorization: Bearer <token>.' },
    { 'www-authenticate': 'Bearer' },
  );

/** Why a route that always needs the token does not answer this request; undefined where it does. */
const tokenProblem = (
  request: Request,
  checkToken: TokenCheck | undefined,
): Response | undefined => {
  if (checkToken === undefined)
    return problemResponse(403, {
      message: 'This is answered only where a token is configured.',
      hint: 'Set HALL_MONITOR_TOKEN to a long random text, start the collector anew, and send it as Authorization: Bearer <token>.',
    });
  return checkToken(request) ? undefined : withoutToken();
};

/** Types that a page cannot send without asking first; with them no form can post to us. */
function bodyTypeProblem(request: Request): Response | undefined {
  const type =
    (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (BODY_TYPES.includes(type)) {
    return undefined;
  }
  return problemResponse(415, {
    message: 'A body of that type is not taken.',
    parameter: 'content-type',
    allowed: BODY_TYPES,
  });
}

function limitBody(maxBytes: number): MiddlewareHandler {
  return async (c, next) => {
    const request = await withBoundedBody(c.req.raw, maxBytes);
    if (request === undefined) {
      return problemResponse(413, { message: `The body is larger than ${maxBytes} bytes.` });
    }
    c.req.raw = request;
    return next();
  };
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const byPath = new Map<string, string[]>();
  for (const { path, method } of routes) {
    const methods = byPath.get(path) ?? [];
    byPath.set(path, [...methods, ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
  }
  return byPath;
}

/** A preflight asks on behalf of another origin: refused. Any other method that a route lacks is just wrong. */
function methodProblem(request: Request, methods: readonly string[]): Response {
  if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method')) {
    return problemResponse(403, { message: 'Pages of other origins may not ask this server.' });
  }
  return problemResponse(
    405,
    { message: 'That method is not for this path.', parameter: 'method', allowed: methods },
    { allow: methods.join(', ') },
  );
}

function problemOf(error: unknown, log: Log): Response {
  if (error instanceof InputError) {
    return problemResponse(400, {
      message: error.message,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
  if (error instanceof TransientError) {
    const seconds = Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000));
    return problemResponse(503, { message: error.message }, { 'retry-after': String(seconds) });
  }
  log.error({ err: error }, 'A route failed.');
  return problemResponse(500, { message: 'Something is wrong on our side; the log has more.' });
}
