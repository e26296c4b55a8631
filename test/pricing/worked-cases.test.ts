import { describe, expect, it } from 'vitest';
import { createPricer } from '../../src/pricing/price.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import { usdFromNano } from '../../src/records/money.ts';
import { linesArePipelineWork } from './pipeline-cases.ts';
import type { WireUsage, WorkedCase } from './wire-usage.ts';
import { usageOf, workedCases } from './wire-usage.ts';

const { price } = createPricer(builtInPriceTable);

const costOf = (
  one: WorkedCase,
  line: { model: string; usage: WireUsage; message_id?: string },
): number | null =>
  price({
    model: line.model,
    messageId: line.message_id ?? null,
    atMs: Date.parse(one.timestamp),
    usage: usageOf(line.usage),
    refusedBeforeOutput: one.refused_before_output ?? false,
  }).costNanoUsd;

const usdOf = (costNanoUsd: number | null): number =>
  costNanoUsd === null ? NaN : usdFromNano(costNanoUsd);

const withUsage = workedCases.flatMap((one) =>
  one.usage === null ? [] : [{ ...one, usage: one.usage }],
);
const priced = withUsage.flatMap((one) =>
  one.expected_usd === null ? [] : [{ ...one, expectedUsd: one.expected_usd }],
);
const unpriced = withUsage.filter((one) => one.expected_usd === null);
const linesOnly = workedCases.filter((one) => one.usage === null);

describe('the worked cases', () => {
  it('are all here', () => {
    expect([priced.length, unpriced.length, linesOnly.length]).toEqual([33, 1, 1]);
  });

  it.each(priced)('come out as worked by hand: $name', (one) => {
    expect(usdOf(costOf(one, one))).toBeCloseTo(one.expectedUsd, 9);
  });

  it.each(unpriced)('have no price: $name', (one) => {
    expect(costOf(one, one)).toBeNull();
  });

  it.each(linesOnly)('come out line by line: $name', (one) => {
    const costs = (one.transcript_lines ?? []).map((line) => usdOf(costOf(one, line)));
    expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeCloseTo(one.expected_usd ?? NaN, 9);
  });

  it('with lines to group are listed for the test of the pipeline', () => {
    const withLines = workedCases.filter((one) => one.transcript_lines !== undefined);
    expect(withLines.map((one) => one.name).toSorted()).toEqual(linesArePipelineWork.toSorted());
  });
});
