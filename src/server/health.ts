/** Whether the collector can be relied on right now; `reasons` say why not, for people. */
export interface Health {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** What does not work as it should and costs the collector nothing, such as a far side that is away. */
  readonly warnings?: readonly string[];
}

/** Liveness: the process answers. Says nothing else to anybody. */
export function livenessResponse(): Response {
  return new Response('ok', { headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

/** Readiness: 503 while anything is wrong. The reasons are only for those who may read data. */
export function readinessResponse(health: Health, mayRead: boolean): Response {
  const { ready, reasons, warnings = [] } = health;
  const told = warnings.length === 0 ? { ready, reasons } : { ready, reasons, warnings };
  const body = mayRead ? told : { ready };
  return Response.json(
    body,
    ready ? { status: 200 } : { status: 503, headers: { 'retry-after': '5' } },
  );
}
