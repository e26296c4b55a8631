import type { TokenUsage } from '../records/usage.ts';
import { contextTokens } from '../records/usage.ts';
import type { RateCard, UnitRates } from './rate-card.ts';

/** Tokens that share one set of rates. */
export interface Slice {
  readonly tokens: TokenUsage;
  readonly rates: UnitRates;
}

/** The rates a prompt of this size takes; the threshold itself still belongs to the lower tier. */
export function ratesFor(card: RateCard, promptTokens: number): UnitRates {
  return promptTokens > card.thresholdTokens ? card.long : card.base;
}

/**
 * Splits a request's totals by the tier of each sampling.
 *
 * A loop over server tools is several samplings, and the API reports their sum. The size of each prompt decides the
 * tier of its own tokens, so that a loop of small prompts is not charged as one large prompt. The totals stay
 * authoritative: steps that tell of more than the totals are cut to them.
 */
export function slicesOf(
  totals: TokenUsage,
  samplings: readonly TokenUsage[],
  card: RateCard,
): readonly Slice[] {
  if (samplings.length < 2 || card.long === card.base) {
    return [{ tokens: totals, rates: ratesFor(card, contextTokens(totals)) }];
  }
  const large = samplings.filter(
    (sampling) => ratesFor(card, contextTokens(sampling)) === card.long,
  );
  if (large.length === 0 || large.length === samplings.length) {
    return [{ tokens: totals, rates: large.length === 0 ? card.base : card.long }];
  }
  const upper = withinTotals(sumTokens(large), totals);
  return [
    { tokens: subtract(totals, upper), rates: card.base },
    { tokens: upper, rates: card.long },
  ];
}

/** Steps often give cache writes without lifetimes, which read as five minutes: the surplus is the totals' one hour. */
function withinTotals(part: TokenUsage, totals: TokenUsage): TokenUsage {
  const cacheCreation5mInputTokens = Math.min(
    part.cacheCreation5mInputTokens,
    totals.cacheCreation5mInputTokens,
  );
  const surplus = part.cacheCreation5mInputTokens - cacheCreation5mInputTokens;
  return {
    inputTokens: Math.min(part.inputTokens, totals.inputTokens),
    outputTokens: Math.min(part.outputTokens, totals.outputTokens),
    cacheReadInputTokens: Math.min(part.cacheReadInputTokens, totals.cacheReadInputTokens),
    cacheCreation5mInputTokens,
    cacheCreation1hInputTokens: Math.min(
      part.cacheCreation1hInputTokens + surplus,
      totals.cacheCreation1hInputTokens,
    ),
    webSearchRequests: 0,
  };
}

function sumTokens(usages: readonly TokenUsage[]): TokenUsage {
  return usages.reduce((sum, usage) => combine(sum, usage, 1));
}

function subtract(from: TokenUsage, what: TokenUsage): TokenUsage {
  return combine(from, what, -1);
}

function combine(a: TokenUsage, b: TokenUsage, sign: 1 | -1): TokenUsage {
  return {
    inputTokens: a.inputTokens + sign * b.inputTokens,
    outputTokens: a.outputTokens + sign * b.outputTokens,
    cacheReadInputTokens: a.cacheReadInputTokens + sign * b.cacheReadInputTokens,
    cacheCreation5mInputTokens: a.cacheCreation5mInputTokens + sign * b.cacheCreation5mInputTokens,
    cacheCreation1hInputTokens: a.cacheCreation1hInputTokens + sign * b.cacheCreation1hInputTokens,
    webSearchRequests: a.webSearchRequests + sign * b.webSearchRequests,
  };
}
