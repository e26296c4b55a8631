/** The only form in which anything that went wrong is told over HTTP. */
export interface Problem {
  readonly message: string;
  /** The parameter that is at fault, where one is. */
  readonly parameter?: string;
  /** What would have been accepted instead. */
  readonly allowed?: readonly string[];
  readonly hint?: string;
}

/** An answer that says what went wrong. */
export function problemResponse(
  status: number,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ error: problem }, { status, headers: { ...headers } });
}
