import { describe, expect, it } from 'vitest';
import { totalOfCost } from '../../src/pricing/cost.ts';
import { createPricer } from '../../src/pricing/price.ts';
import { settle } from '../../src/pricing/settle.ts';
import { settleExactly } from '../../src/pricing/settle-exactly.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import type { Slice } from '../../src/pricing/tier.ts';
import type { TokenUsage } from '../../src/records/usage.ts';
import { request } from './wire-usage.ts';

const none: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadInputTokens: 0,
  cacheCreation5mInputTokens: 0,
  cacheCreation1hInputTokens: 0,
  webSearchRequests: 0,
};

const slice = (tokens: Partial<TokenUsage>): Slice => ({
  tokens: { ...none, ...tokens },
  rates: {
    input: 3,
    output: 4,
    cacheRead: 15,
    cacheWrite5m: 6,
    cacheWrite1h: 7,
    webSearch: 100,
    tier: 'base',
  },
});

describe('rounding to nano-USD', () => {
  it('happens once for the total, and the largest bucket takes the difference', () => {
    const part = slice({ inputTokens: 1, outputTokens: 1, cacheReadInputTokens: 1 });
    expect(settle([[part], [part]], 10)).toEqual({
      totalNanoUsd: 4,
      costs: [
        { ...costOfNothing, cacheReadNanoUsd: 2 },
        { ...costOfNothing, cacheReadNanoUsd: 2 },
      ],
    });
    expect(settle([[part], [part], [part]], 10)).toMatchObject({
      totalNanoUsd: 7,
      costs: [{ cacheReadNanoUsd: 3 }, { cacheReadNanoUsd: 2 }, { cacheReadNanoUsd: 2 }],
    });
  });

  it('goes up from one half', () => {
    expect(settle([[slice({ cacheReadInputTokens: 1 })]], 30).totalNanoUsd).toBe(1);
    expect(settle([[slice({ outputTokens: 1 })]], 10).totalNanoUsd).toBe(0);
  });

  it('makes a part without slices free', () => {
    expect(settle([[]], 10)).toEqual({ totalNanoUsd: 0, costs: [costOfNothing] });
  });

  it('comes to the same with numbers of any size', () => {
    const parts = [[slice({ inputTokens: 7, outputTokens: 3, webSearchRequests: 2 })], []];
    expect(settleExactly(parts, 100)).toEqual(settle(parts, 100));
  });
});

const costOfNothing = {
  inputNanoUsd: 0,
  outputNanoUsd: 0,
  cacheReadNanoUsd: 0,
  cacheCreationNanoUsd: 0,
  webSearchNanoUsd: 0,
};

describe('absurd counts', () => {
  const { price } = createPricer(builtInPriceTable);

  it('above what a double counts in units are exact to the nano-USD', () => {
    const tokens = 100_000_000_001;
    const { costNanoUsd, parts } = price(
      request('claude-opus-4-8', { inputTokens: tokens, outputTokens: 1, serviceTier: 'batch' }),
    );
    expect(costNanoUsd).toBe(tokens * 2500 + 12_500);
    expect(totalOfCost(parts[0]?.cost ?? costOfNothing)).toBe(costNanoUsd);
  });

  it('do not throw', () => {
    for (const outputTokens of [Number.MAX_SAFE_INTEGER, NaN, Infinity]) {
      const { costNanoUsd } = price(
        request('claude-opus-4-8', { inputTokens: Number.MAX_VALUE, outputTokens }),
      );
      expect(Number.isFinite(costNanoUsd)).toBe(true);
    }
    expect(
      price(request('claude-opus-4-8', { inputTokens: 2, outputTokens: NaN })).costNanoUsd,
    ).toBe(10_000);
  });
});
