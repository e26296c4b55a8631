import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestUsage, TokenUsage } from '../../src/records/usage.ts';
import type { PriceInput } from '../../src/pricing/priced.ts';

/** `usage` as the Messages API writes it, as far as the fixtures use it. */
export interface WireUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens?: number;
  readonly cache_creation?: {
    readonly ephemeral_5m_input_tokens: number;
    readonly ephemeral_1h_input_tokens: number;
  };
  readonly server_tool_use?: { readonly web_search_requests: number };
  readonly output_tokens_details?: { readonly thinking_tokens: number };
  readonly speed?: 'standard' | 'fast';
  readonly inference_geo?: string | null;
  readonly service_tier?: string | null;
  readonly iterations?: readonly (WireUsage & { readonly type: string; readonly model?: string })[];
}

/** One of the hand-computed cases of worked-cases.json. */
export interface WorkedCase {
  readonly name: string;
  readonly model: string;
  readonly timestamp: string;
  readonly usage: WireUsage | null;
  readonly transcript_lines?: readonly {
    readonly message_id: string;
    readonly model: string;
    readonly usage: WireUsage;
  }[];
  readonly refused_before_output?: boolean;
  readonly expected_usd: number | null;
}

/** What Claude Code 2.1.329 itself said one response cost. */
export interface ClientCost {
  readonly model: string;
  readonly case: string;
  readonly usage: WireUsage;
  readonly client_cost_usd: number;
  readonly same_as_list: boolean;
  readonly note?: string;
}

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../fixtures/pricing', name), 'utf8');

export const workedCases = JSON.parse(fixture('worked-cases.json')) as readonly WorkedCase[];

export const clientCosts: readonly ClientCost[] = fixture('client-costs.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as ClientCost);

const tokensOf = (wire: WireUsage): TokenUsage => {
  const stated5m = wire.cache_creation?.ephemeral_5m_input_tokens ?? 0;
  const stated1h = wire.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  const written = Math.max(wire.cache_creation_input_tokens ?? 0, stated5m + stated1h);
  return {
    inputTokens: wire.input_tokens,
    outputTokens: wire.output_tokens,
    cacheReadInputTokens: wire.cache_read_input_tokens,
    cacheCreation5mInputTokens: written - stated1h,
    cacheCreation1hInputTokens: stated1h,
    webSearchRequests: wire.server_tool_use?.web_search_requests ?? 0,
  };
};

/** The usage record of an API usage object. */
export const usageOf = (wire: WireUsage): RequestUsage => ({
  ...tokensOf(wire),
  thinkingTokens: wire.output_tokens_details?.thinking_tokens ?? 0,
  speed: wire.speed ?? 'standard',
  inferenceGeo: wire.inference_geo ?? null,
  serviceTier: wire.service_tier ?? null,
  iterations: (wire.iterations ?? []).map((step) => ({
    ...tokensOf(step),
    type: step.type,
    model: step.model ?? null,
  })),
});

/** 2026-11-20T12:00Z: everything in the built-in table has been released by then. */
export const noonMs = Date.UTC(2026, 10, 20, 12);

/** A request as the tests write it: a model, and whatever of its usage matters. */
export const request = (
  model: string,
  usage: Partial<RequestUsage> = {},
  rest: Partial<PriceInput> = {},
): PriceInput => ({
  model,
  messageId: null,
  atMs: noonMs,
  refusedBeforeOutput: false,
  ...rest,
  usage: {
    inputTokens: 0,
    outputTokens: 0,
    cacheReadInputTokens: 0,
    cacheCreation5mInputTokens: 0,
    cacheCreation1hInputTokens: 0,
    webSearchRequests: 0,
    thinkingTokens: 0,
    speed: 'standard',
    inferenceGeo: null,
    serviceTier: null,
    iterations: [],
    ...usage,
  },
});
