import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { totalOfCost } from '../../src/pricing/cost.ts';
import { parseDecimal, scaleToInteger } from '../../src/pricing/decimal.ts';
import { explainPrice } from '../../src/pricing/explain.ts';
import { createPricer } from '../../src/pricing/price.ts';
import type { PriceInput } from '../../src/pricing/priced.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import type { TokenUsage } from '../../src/records/usage.ts';
import { request } from './wire-usage.ts';

const { price } = createPricer(builtInPriceTable);
const buckets = [
  'inputTokens',
  'outputTokens',
  'cacheReadInputTokens',
  'cacheCreation5mInputTokens',
  'cacheCreation1hInputTokens',
  'webSearchRequests',
] as const satisfies readonly (keyof TokenUsage)[];

const listed = builtInPriceTable.models.filter((row) => row.isVerified).map((row) => row.id);
const models = [
  ...listed,
  ...listed.map((id) => `us.anthropic.${id}-v1:0`),
  'claude-opus-9',
  'gpt-4o',
  'claude-haiku-5-5@20261007',
];

const count = fc.integer({ min: 0, max: 400_000 });
const tokens = fc.record(
  Object.fromEntries(buckets.map((bucket) => [bucket, count])),
) as fc.Arbitrary<TokenUsage>;
const model = fc.constantFrom(...models);
const atMs = fc
  .date({ min: new Date('2025-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
  .map(Number);
const step = fc
  .tuple(
    tokens,
    fc.constantFrom('message', 'fallback_message', 'compaction', 'advisor_message', 'new'),
    fc.option(model),
  )
  .map(([usage, type, of]) => ({ ...usage, type, model: of }));
const circumstances = fc.record({
  speed: fc.constantFrom('standard' as const, 'fast' as const),
  inferenceGeo: fc.constantFrom(null, 'us', 'global', ''),
  serviceTier: fc.constantFrom(null, 'standard', 'batch', 'priority'),
});
const input: fc.Arbitrary<PriceInput> = fc
  .record({
    model,
    tokens,
    circumstances,
    iterations: fc.array(step, { maxLength: 4 }),
    rest: fc.record({
      atMs,
      refusedBeforeOutput: fc.boolean(),
      messageId: fc.constantFrom(null, 'msg_01', 'msg_bdrk_01', 'msg_vrtx_01', 'chatcmpl-1'),
    }),
  })
  .map((given) =>
    request(
      given.model,
      { ...given.tokens, ...given.circumstances, iterations: given.iterations },
      given.rest,
    ),
  );

describe('any price', () => {
  it('is a whole amount that its parts and buckets add up to exactly', () => {
    fc.assert(
      fc.property(input, (one) => {
        const { basis, costNanoUsd, parts } = price(one);
        const costs = parts.map((part) => (part.cost === null ? 0 : totalOfCost(part.cost)));
        expect(costNanoUsd === null).toBe(basis === 'unpriced');
        expect(parts.map((part) => part.cost === null)).toEqual(
          parts.map((part) => part.basis === 'unpriced'),
        );
        expect(costs.every((cost) => Number.isSafeInteger(cost) && cost >= 0)).toBe(true);
        expect(costNanoUsd ?? costs.reduce((a, b) => a + b, 0)).toBe(
          costs.reduce((a, b) => a + b, 0),
        );
      }),
    );
  });

  it('is the same every time', () => {
    fc.assert(
      fc.property(input, (one) => {
        expect(price(one)).toEqual(createPricer(builtInPriceTable).price(one));
      }),
      { numRuns: 50 },
    );
  });

  it('is the exact sum of the explained lines, rounded once', () => {
    fc.assert(
      fc.property(input, (one) => {
        const { costNanoUsd, parts } = explainPrice(builtInPriceTable, one);
        const lines = parts.flatMap((part) => part.lines.map((line) => line.costUsd));
        // In 10^-15 USD: fine enough for every product of a rate and its multipliers.
        const exact = lines.reduce((sum, usd) => sum + scaleToInteger(parseDecimal(usd), 15), 0n);
        const rounded = Number((exact + 500_000n) / 1_000_000n);
        expect(costNanoUsd ?? rounded).toBe(rounded);
      }),
    );
  });

  it('never falls when a bucket grows', () => {
    fc.assert(
      fc.property(input, fc.constantFrom(...buckets), count, (one, bucket, more) => {
        const usage = { ...one.usage, iterations: [], [bucket]: one.usage[bucket] + more };
        const before = price({ ...one, usage: { ...one.usage, iterations: [] } }).costNanoUsd ?? 0;
        expect(price({ ...one, usage }).costNanoUsd ?? 0).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it('never depends on the order in which periods are told to follow', () => {
    fc.assert(
      fc.property(model, tokens, atMs, (id, usage, at) => {
        const covering = builtInPriceTable.models.map(
          (row) => row.periods.filter((period) => at >= period.fromMs && at < period.toMs).length,
        );
        expect(new Set(covering)).toEqual(new Set([1]));
        const reversed = createPricer({
          ...builtInPriceTable,
          models: builtInPriceTable.models.map((row) => ({
            ...row,
            periods: row.periods.toReversed(),
          })),
        });
        const one = request(id, usage, { atMs: at });
        expect(reversed.price(one)).toEqual(price(one));
      }),
      { numRuns: 50 },
    );
  });

  it('is linear in the tokens below every threshold', () => {
    const few = fc.record(
      Object.fromEntries(buckets.map((bucket) => [bucket, fc.integer({ min: 0, max: 2000 })])),
    ) as fc.Arbitrary<TokenUsage>;
    fc.assert(
      fc.property(model, few, fc.integer({ min: 1, max: 12 }), atMs, (id, usage, times, at) => {
        const many = Object.fromEntries(buckets.map((bucket) => [bucket, usage[bucket] * times]));
        const once = price(request(id, usage, { atMs: at })).costNanoUsd;
        const whole = price(request(id, many, { atMs: at })).costNanoUsd;
        // Half a nano-USD of rounding on either side.
        expect(Math.abs((whole ?? 0) - (once ?? 0) * times)).toBeLessThanOrEqual(times);
      }),
    );
  });
});
