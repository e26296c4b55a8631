import { describe, expect, it } from 'vitest';
import { createCatalog } from '../../src/pricing/catalog.ts';
import type { RateCard } from '../../src/pricing/rate-card.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import { slicesOf } from '../../src/pricing/tier.ts';
import type { TokenUsage } from '../../src/records/usage.ts';
import { noonMs } from './wire-usage.ts';

const catalog = createCatalog(builtInPriceTable);
const cardOf = (model: string): RateCard => {
  const card = catalog.find(model).cardAt(noonMs, 0);
  if (card === null) {
    throw new Error(`no card for ${model}`);
  }
  return card;
};
const haiku = cardOf('claude-haiku-5-5');

const tokens = (given: Partial<TokenUsage>): TokenUsage => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadInputTokens: 0,
  cacheCreation5mInputTokens: 0,
  cacheCreation1hInputTokens: 0,
  webSearchRequests: 0,
  ...given,
});

const tiers = (totals: TokenUsage, samplings: readonly TokenUsage[], card = haiku) =>
  slicesOf(totals, samplings, card).map((slice) => [slice.rates.tier, slice.tokens]);

describe('the tier', () => {
  it.each([
    'inputTokens',
    'cacheReadInputTokens',
    'cacheCreation5mInputTokens',
    'cacheCreation1hInputTokens',
  ])('counts %s as prompt, and only more than the threshold is long', (bucket) => {
    const at = tokens({ [bucket]: 100_000, outputTokens: 900_000 });
    const above = tokens({ [bucket]: 100_001 });
    expect(tiers(at, [])).toEqual([['base', at]]);
    expect(tiers(above, [])).toEqual([['long_prompt', above]]);
  });

  it('of a single sampling follows the totals', () => {
    const totals = tokens({ inputTokens: 150_000 });
    expect(tiers(totals, [tokens({ inputTokens: 10 })])).toEqual([['long_prompt', totals]]);
  });

  it('of several samplings follows the size of each', () => {
    const small = tokens({ inputTokens: 90_000, outputTokens: 1 });
    const large = tokens({ inputTokens: 110_000, outputTokens: 2 });
    const totals = tokens({ inputTokens: 200_000, outputTokens: 3, webSearchRequests: 4 });
    expect(tiers(totals, [small, large])).toEqual([
      ['base', { ...small, webSearchRequests: 4 }],
      ['long_prompt', large],
    ]);
    expect(tiers(totals, [small, small])).toEqual([['base', totals]]);
    expect(tiers(totals, [large, large])).toEqual([['long_prompt', totals]]);
  });

  it('never charges more than the totals when the samplings tell of more', () => {
    const small = tokens({ inputTokens: 1 });
    const large = tokens({ inputTokens: 110_000, outputTokens: 50 });
    const totals = tokens({ inputTokens: 100, outputTokens: 5 });
    expect(tiers(totals, [small, large])).toEqual([
      ['base', tokens({})],
      ['long_prompt', totals],
    ]);
  });

  it('gives writes of unstated lifetime the lifetime the totals state', () => {
    const small = tokens({ inputTokens: 1 });
    const large = tokens({ cacheCreation5mInputTokens: 110_000 });
    const totals = tokens({
      inputTokens: 1,
      cacheCreation5mInputTokens: 10_000,
      cacheCreation1hInputTokens: 100_000,
    });
    expect(tiers(totals, [small, large])).toEqual([
      ['base', small],
      ['long_prompt', { ...totals, inputTokens: 0 }],
    ]);
  });

  it('does not exist for most models', () => {
    const totals = tokens({ inputTokens: 900_000 });
    const parts = [tokens({ inputTokens: 1 }), tokens({ inputTokens: 899_999 })];
    expect(tiers(totals, parts, cardOf('claude-opus-4-8'))).toEqual([['base', totals]]);
  });
});
