import type { CostByBucket } from './priced.ts';

/** A cost while it is being worked out. */
export type CostDraft = { -readonly [B in keyof CostByBucket]: number };

/** The amounts of one request's parts, in the order given. */
export interface Settlement {
  readonly totalNanoUsd: number;
  readonly costs: readonly CostByBucket[];
}

const BUCKETS: readonly (keyof CostByBucket)[] = [
  'inputNanoUsd',
  'outputNanoUsd',
  'cacheReadNanoUsd',
  'cacheCreationNanoUsd',
  'webSearchNanoUsd',
];

/** All buckets together. */
export function totalOfCost(cost: CostByBucket): number {
  return (
    cost.inputNanoUsd +
    cost.outputNanoUsd +
    cost.cacheReadNanoUsd +
    cost.cacheCreationNanoUsd +
    cost.webSearchNanoUsd
  );
}

/** Adds an amount, such as what rounding left over, to the largest bucket of all the drafts. */
export function addToLargestBucket(drafts: readonly CostDraft[], amount: number): void {
  let owner = drafts[0];
  let largest = BUCKETS[0];
  for (const draft of drafts) {
    for (const bucket of BUCKETS) {
      if (owner !== undefined && largest !== undefined && draft[bucket] > owner[largest]) {
        owner = draft;
        largest = bucket;
      }
    }
  }
  if (owner !== undefined && largest !== undefined) {
    owner[largest] += amount;
  }
}
