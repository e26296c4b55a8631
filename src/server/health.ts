/** Whether the collector can be relied on right now; `reasons` say why not, for people. */
export interface Health {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** Liveness: the process answers. Says nothing else to anybody. */
export function livenessResponse(): Response {
  return new Response('ok', { headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

/** Readiness: 503 while anything is wrong. The reasons are only for those who may read data. */
export function readinessResponse(health: Health, mayRead: boolean): Response {
  const body = mayRead ? { ready: health.ready, reasons: health.reasons } : { ready: health.ready };
  return Response.json(
    body,
    health.ready ? { status: 200 } : { status: 503, headers: { 'retry-after': '5' } },
  );
}
