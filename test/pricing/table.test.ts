import { describe, expect, it } from 'vitest';
import { createPricer } from '../../src/pricing/price.ts';
import { normaliseModelId } from '../../src/pricing/model-id.ts';
import { checkOverride } from '../../src/pricing/override-schema.ts';
import rawTable from '../../src/pricing/price-table.json' with { type: 'json' };
import { builtInPriceTable } from '../../src/pricing/table.ts';
import { request } from './wire-usage.ts';

const { price } = createPricer(builtInPriceTable);

const inputUsdPerMillion = (model: string, at: string, inputTokens: number): number =>
  (price(request(model, { inputTokens }, { atMs: Date.parse(at) })).costNanoUsd ?? NaN) /
  inputTokens /
  1000;

describe('the built-in price table', () => {
  it('has the shape an override file must have', () => {
    expect(checkOverride(rawTable)).not.toHaveProperty('fault');
  });

  it('holds 28 models under the ids they are looked up by, each name once', () => {
    const names = builtInPriceTable.models.flatMap((row) => {
      expect(normaliseModelId(row.id)).toBe(row.id);
      return [...new Set([row.id, ...row.aliases].map(normaliseModelId))];
    });
    expect(builtInPriceTable.models).toHaveLength(28);
    expect(new Set(names).size).toBe(names.length);
  });

  it('says of every verified row where it comes from', () => {
    const silent = builtInPriceTable.models.filter((row) => row.sources.length === 0);
    expect(silent.map((row) => row.id)).toEqual(['claude-mythos-preview']);
    const keys = new Set(Object.keys(rawTable.sources));
    expect(rawTable.models.flatMap((row) => row.sources).filter((key) => !keys.has(key))).toEqual(
      [],
    );
  });

  it('covers all time with periods that follow one another', () => {
    for (const { periods } of builtInPriceTable.models) {
      expect(periods[0]?.fromMs).toBe(-Infinity);
      expect(periods.at(-1)?.toMs).toBe(Infinity);
      expect(periods.slice(1).map((period) => period.fromMs)).toEqual(
        periods.slice(0, -1).map((period) => period.toMs),
      );
    }
  });

  it.each([
    ['claude-opus-4-6', '2026-03-12T23:59:59.999Z', 250_000, 10],
    ['claude-opus-4-6', '2026-03-13T00:00:00.000Z', 250_000, 5],
    ['claude-sonnet-4-6', '2026-03-12T23:59:59.999Z', 200_001, 6],
    ['claude-sonnet-4-6', '2026-03-12T23:59:59.999Z', 200_000, 3],
    ['claude-sonnet-4-6', '2026-03-13T00:00:00.000Z', 200_001, 3],
    ['claude-haiku-5-5', '2026-11-20T00:00:00.000Z', 100_000, 0.1],
    ['claude-haiku-5-5', '2026-11-20T00:00:00.000Z', 100_001, 0.5],
  ])('switches %s at %s with %i tokens to $%d', (model, at, tokens, usdPerMillion) => {
    expect(inputUsdPerMillion(model, at, tokens)).toBeCloseTo(usdPerMillion, 9);
  });

  it.each([
    ['2026-10-06T23:59:59.999Z', 200],
    ['2026-10-07T00:00:00.000Z', 100],
    ['2026-10-07T01:59:59.999+02:00', 200],
  ])('reads the cache of Sonnet 5.5 at the price of %s', (at, nanoUsdPerToken) => {
    const cost = price(
      request('claude-sonnet-5-5', { cacheReadInputTokens: 1000 }, { atMs: Date.parse(at) }),
    );
    expect(cost.costNanoUsd).toBe(nanoUsdPerToken * 1000);
  });
});
