/**
 * Turns units (fractions of a nano-USD) into nano-USD, so that the total is rounded once and the buckets add up to it.
 *
 * Each bucket is rounded on its own; what that leaves or takes too much goes to the largest bucket.
 */
import type { CostDraft, Settlement } from './cost.ts';
import { addToLargestBucket, totalOfCost } from './cost.ts';
import { settleExactly } from './settle-exactly.ts';
import type { Slice } from './tier.ts';

/** Prices the slices of each part; a part without slices is free. */
export function settle(parts: readonly (readonly Slice[])[], unitsPerNano: number): Settlement {
  const drafts: CostDraft[] = [];
  let totalUnits = 0;
  for (const slices of parts) {
    const draft = unitsOf(slices);
    drafts.push(draft);
    totalUnits += totalOfCost(draft);
  }
  // Written so that NaN fails it too.
  if (!(totalUnits <= Number.MAX_SAFE_INTEGER)) {
    return settleExactly(parts, unitsPerNano);
  }
  return { totalNanoUsd: roundDrafts(drafts, totalUnits, unitsPerNano), costs: drafts };
}

/** The cost still counted in units. */
function unitsOf(slices: readonly Slice[]): CostDraft {
  const draft = {
    inputNanoUsd: 0,
    outputNanoUsd: 0,
    cacheReadNanoUsd: 0,
    cacheCreationNanoUsd: 0,
    webSearchNanoUsd: 0,
  };
  for (const { tokens, rates } of slices) {
    draft.inputNanoUsd += tokens.inputTokens * rates.input;
    draft.outputNanoUsd += tokens.outputTokens * rates.output;
    draft.cacheReadNanoUsd += tokens.cacheReadInputTokens * rates.cacheRead;
    draft.cacheCreationNanoUsd +=
      tokens.cacheCreation5mInputTokens * rates.cacheWrite5m +
      tokens.cacheCreation1hInputTokens * rates.cacheWrite1h;
    draft.webSearchNanoUsd += tokens.webSearchRequests * rates.webSearch;
  }
  return draft;
}

/** Rounds every bucket in place from units to nano-USD, and returns the rounded total they add up to. */
function roundDrafts(
  drafts: readonly CostDraft[],
  totalUnits: number,
  unitsPerNano: number,
): number {
  const totalNanoUsd = divideHalfUp(totalUnits, unitsPerNano);
  let rounded = 0;
  for (const draft of drafts) {
    draft.inputNanoUsd = divideHalfUp(draft.inputNanoUsd, unitsPerNano);
    draft.outputNanoUsd = divideHalfUp(draft.outputNanoUsd, unitsPerNano);
    draft.cacheReadNanoUsd = divideHalfUp(draft.cacheReadNanoUsd, unitsPerNano);
    draft.cacheCreationNanoUsd = divideHalfUp(draft.cacheCreationNanoUsd, unitsPerNano);
    draft.webSearchNanoUsd = divideHalfUp(draft.webSearchNanoUsd, unitsPerNano);
    rounded += totalOfCost(draft);
  }
  if (rounded !== totalNanoUsd) {
    addToLargestBucket(drafts, totalNanoUsd - rounded);
  }
  return totalNanoUsd;
}

/** By way of the remainder, because a quotient of large numbers is not exact. */
function divideHalfUp(units: number, divisor: number): number {
  const remainder = units % divisor;
  return (units - remainder) / divisor + (remainder * 2 >= divisor ? 1 : 0);
}
