/** The same as settle.ts for amounts a double cannot count: whole numbers of any size, many times slower. */
import type { CostDraft, Settlement } from './cost.ts';
import { addToLargestBucket, totalOfCost } from './cost.ts';
import type { Slice } from './tier.ts';

type UnitsByBucket = readonly [
  input: bigint,
  output: bigint,
  read: bigint,
  creation: bigint,
  search: bigint,
];

/**
 * Prices the slices of each part.
 *
 * A count that is none (NaN, negative) counts as nothing and an infinite one as the largest safe integer, so that one odd
 * line cannot stop the rest. Above 9 million USD an amount is the nearest double, as a number cannot say more.
 */
export function settleExactly(
  parts: readonly (readonly Slice[])[],
  unitsPerNano: number,
): Settlement {
  const unitsByPart = parts.map((slices) =>
    slices.map(unitsOf).reduce(addUnits, [0n, 0n, 0n, 0n, 0n]),
  );
  const totalUnits = unitsByPart.flat().reduce((sum, units) => sum + units, 0n);
  const toNano = (units: bigint) => Number(divideHalfUp(units, BigInt(unitsPerNano)));
  const drafts = unitsByPart.map(([input, output, read, creation, search]): CostDraft => ({
    inputNanoUsd: toNano(input),
    outputNanoUsd: toNano(output),
    cacheReadNanoUsd: toNano(read),
    cacheCreationNanoUsd: toNano(creation),
    webSearchNanoUsd: toNano(search),
  }));
  const totalNanoUsd = toNano(totalUnits);
  const rounded = drafts.reduce((sum, draft) => sum + totalOfCost(draft), 0);
  addToLargestBucket(drafts, totalNanoUsd - rounded);
  return { totalNanoUsd, costs: drafts };
}

function unitsOf({ tokens, rates }: Slice): UnitsByBucket {
  return [
    product(tokens.inputTokens, rates.input),
    product(tokens.outputTokens, rates.output),
    product(tokens.cacheReadInputTokens, rates.cacheRead),
    product(tokens.cacheCreation5mInputTokens, rates.cacheWrite5m) +
      product(tokens.cacheCreation1hInputTokens, rates.cacheWrite1h),
    product(tokens.webSearchRequests, rates.webSearch),
  ];
}

function addUnits(a: UnitsByBucket, b: UnitsByBucket): UnitsByBucket {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4]];
}

function product(count: number, rate: number): bigint {
  const counted = Math.min(Math.trunc(count), Number.MAX_SAFE_INTEGER);
  return counted > 0 ? BigInt(counted) * BigInt(rate) : 0n;
}

function divideHalfUp(units: bigint, divisor: bigint): bigint {
  return (units * 2n + divisor) / (divisor * 2n);
}
