import type { CostByBucket, Priced } from '../pricing/priced.ts';
import { COST_BASES } from '../store/rows.ts';

/** A request's cost over all its parts, as it is kept. */
export interface Cost extends CostByBucket {
  readonly costBasis: number;
}

/** Of a request that is not priced yet. */
export const NO_COST: Cost = {
  costBasis: 0,
  inputNanoUsd: 0,
  outputNanoUsd: 0,
  cacheReadNanoUsd: 0,
  cacheCreationNanoUsd: 0,
  webSearchNanoUsd: 0,
};

/** Sums a priced request's parts by bucket. */
export const costOf = ({ basis, parts }: Priced): Cost => {
  const sum = { ...NO_COST, costBasis: COST_BASES.indexOf(basis) };
  for (const { cost } of parts) {
    if (cost === null) continue;
    sum.inputNanoUsd += cost.inputNanoUsd;
    sum.outputNanoUsd += cost.outputNanoUsd;
    sum.cacheReadNanoUsd += cost.cacheReadNanoUsd;
    sum.cacheCreationNanoUsd += cost.cacheCreationNanoUsd;
    sum.webSearchNanoUsd += cost.webSearchNanoUsd;
  }
  return sum;
};
