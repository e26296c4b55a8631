/**
 * Tokens and server-tool calls that are billed, each bucket apart from the others.
 *
 * All are whole numbers. The prompt is `inputTokens` + `cacheReadInputTokens` + both cache-creation buckets; thinking
 * is already inside `outputTokens`. Cache writes whose lifetime nobody states are counted at five minutes.
 */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreation5mInputTokens: number;
  readonly cacheCreation1hInputTokens: number;
  readonly webSearchRequests: number;
}

/** One step inside a request: a sampling (`message`, `fallback_message`), a `compaction` or an `advisor_message`. */
export interface UsageIteration extends TokenUsage {
  readonly type: string;
  /** Model id exactly as the API gave it; null means the model of the request. */
  readonly model: string | null;
}

/** Everything in a response's `usage` that decides what it costs. */
export interface RequestUsage extends TokenUsage {
  /** The share of `outputTokens` spent on thinking; never added to it. */
  readonly thinkingTokens: number;
  readonly speed: 'standard' | 'fast';
  readonly inferenceGeo: string | null;
  readonly serviceTier: string | null;
  /** The steps the API itemised, in order; empty where it did not. */
  readonly iterations: readonly UsageIteration[];
}

/** Size of the prompt in tokens: fresh input, cache reads and cache writes of either lifetime. */
export function contextTokens(usage: TokenUsage): number {
  return (
    usage.inputTokens +
    usage.cacheReadInputTokens +
    usage.cacheCreation5mInputTokens +
    usage.cacheCreation1hInputTokens
  );
}
