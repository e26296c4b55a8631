import { describe, expect, it } from 'vitest';
import { applyPriceOverride } from '../../src/pricing/override.ts';
import { createPricer } from '../../src/pricing/price.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import { usdFromNano } from '../../src/records/money.ts';
import { request } from './wire-usage.ts';

/** Input, output, cache read and five-minute cache write, in tokens. */
type Totals = readonly [number, number, number, number];

/** What many requests with these totals cost together; each is too small for any long-prompt tier. */
const usdOfMany = (
  price: ReturnType<typeof createPricer>['price'],
  model: string,
  totals: Totals,
) => {
  const requests = Math.ceil((totals[0] + totals[2] + totals[3]) / 90_000);
  let nanoUsd = 0;
  for (let index = 0; index < requests; index += 1) {
    const share = (total: number) =>
      Math.floor((total * (index + 1)) / requests) - Math.floor((total * index) / requests);
    nanoUsd +=
      price(
        request(
          model,
          {
            inputTokens: share(totals[0]),
            outputTokens: share(totals[1]),
            cacheReadInputTokens: share(totals[2]),
            cacheCreation5mInputTokens: share(totals[3]),
          },
          { atMs: Date.UTC(2026, 1, 20) },
        ),
      ).costNanoUsd ?? NaN;
  }
  return usdFromNano(nanoUsd);
};

describe('amounts other people were billed or worked out', () => {
  it.each<[string, Totals, number]>([
    ['claude-opus-4-6', [43_914, 108_894, 240_445_345, 7_174_274], 168],
    ['claude-haiku-4-5', [13_246, 6504, 19_596_237, 1_908_788], 4.39],
    ['claude-sonnet-4-6', [567, 12_267, 20_932_891, 683_093], 9.03],
    ['claude-sonnet-4-5-20250929', [2029, 296, 1_096_183, 135_425], 0.85],
  ])('come out to the cent at list prices: %s', (model, totals, usd) => {
    const { price } = createPricer(builtInPriceTable);
    expect(usdOfMany(price, model, totals)).toBeCloseTo(usd, 2);
  });

  it.each<[Totals, number]>([
    [[24, 229, 313_880, 89_857], 2.17],
    [[27_534, 84_662, 152_684_573, 5_610_370], 340.98],
  ])('come out to the cent at the rates of an override: %j', async (totals, usd) => {
    const rates = {
      input: 15,
      output: 75,
      cache_write_5m: 18.75,
      cache_write_1h: 30,
      cache_read: '1.50',
    };
    const override = { models: [{ id: 'claude-opus-4-6', periods: [{ rates }] }] };
    const table = await applyPriceOverride(builtInPriceTable, override, 'prices.json');
    expect(usdOfMany(createPricer(table).price, 'claude-opus-4-6', totals)).toBeCloseTo(usd, 2);
  });
});
