/** What requests used, by the names reports have for it. */
export interface CorpusUsage {
  requests: number;
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_creation_5m_input_tokens: number;
  cache_creation_1h_input_tokens: number;
  web_search_requests: number;
  /** At the list price of the time, in 10⁻⁹ USD; absent in answers that know no prices. */
  cost_nano_usd?: number;
}

/** How often a tool was called and how that went. */
export interface CorpusTool {
  calls: number;
  failures: number;
  denied?: number;
}

/** What is true of a corpus. Lines are those that end and say something; blank and broken ones are told apart. */
export interface CorpusAnswer {
  seed: number;
  files: number;
  bytes: number;
  lines: number;
  malformed_lines: number;
  blank_lines?: number;
  /** Files whose last line has no end yet. */
  unfinished_lines: number;
  sessions: number;
  subagents: number;
  prompts: number;
  synthetic_responses: number;
  totals: CorpusUsage;
  by_model: Record<string, CorpusUsage>;
  by_day_utc: Record<string, CorpusUsage>;
  by_hour_utc: Record<string, CorpusUsage>;
  by_project: Record<string, CorpusUsage>;
  by_session: Record<string, CorpusUsage>;
  tools: Record<string, CorpusTool>;
}

/** One request as it was invented. */
export interface InventedRequest {
  readonly model: string;
  readonly project: string;
  readonly session: string;
  readonly atMs: number;
  readonly usage: Omit<CorpusUsage, 'requests'>;
}

/** Nothing used. */
export const noUsage = (): CorpusUsage => ({
  requests: 0,
  input_tokens: 0,
  output_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_5m_input_tokens: 0,
  cache_creation_1h_input_tokens: 0,
  web_search_requests: 0,
  cost_nano_usd: 0,
});

/** An answer before anything was invented. */
export function emptyAnswer(seed: number): CorpusAnswer {
  return {
    seed,
    files: 0,
    bytes: 0,
    lines: 0,
    malformed_lines: 0,
    blank_lines: 0,
    unfinished_lines: 0,
    sessions: 0,
    subagents: 0,
    prompts: 0,
    synthetic_responses: 0,
    totals: noUsage(),
    by_model: {},
    by_day_utc: {},
    by_hour_utc: {},
    by_project: {},
    by_session: {},
    tools: {},
  };
}

/** Counts a request everywhere it belongs. */
export function countRequest(answer: CorpusAnswer, request: InventedRequest): void {
  const time = new Date(request.atMs).toISOString();
  const groups = [
    answer.totals,
    (answer.by_model[request.model] ??= noUsage()),
    (answer.by_day_utc[time.slice(0, 10)] ??= noUsage()),
    (answer.by_hour_utc[time.slice(0, 13)] ??= noUsage()),
    (answer.by_project[request.project] ??= noUsage()),
    (answer.by_session[request.session] ??= noUsage()),
  ];
  for (const group of groups) addUsage(group, { requests: 1, ...request.usage });
}

/** Counts a tool call. */
export function countToolCall(
  answer: CorpusAnswer,
  tool: string,
  outcome: 'ok' | 'failed' | 'denied',
): void {
  const counts = (answer.tools[tool] ??= { calls: 0, failures: 0, denied: 0 });
  counts.calls += 1;
  if (outcome === 'failed') counts.failures += 1;
  if (outcome === 'denied') counts.denied = (counts.denied ?? 0) + 1;
}

/** Adds one usage to another. */
export function addUsage(into: CorpusUsage, more: CorpusUsage): void {
  for (const name of Object.keys(more) as (keyof CorpusUsage)[]) {
    into[name] = (into[name] ?? 0) + (more[name] ?? 0);
  }
}
