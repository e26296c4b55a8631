import { describe, expect, it } from 'vitest';
import { explainPrice } from '../../src/pricing/explain.ts';
import { listPrices } from '../../src/pricing/list-prices.ts';
import { createPricer } from '../../src/pricing/price.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import type { PriceInput } from '../../src/pricing/priced.ts';
import { request, usageOf, workedCases } from './wire-usage.ts';

const explain = (one: PriceInput) => explainPrice(builtInPriceTable, one);
const { price } = createPricer(builtInPriceTable);

describe('the explanation of a price', () => {
  it('shows each bucket, its rate, the multipliers and the total', () => {
    const one = request('us.anthropic.claude-opus-4-7', {
      inputTokens: 10,
      outputTokens: 1500,
      cacheReadInputTokens: 60_000,
      cacheCreation5mInputTokens: 8000,
      webSearchRequests: 2,
    });
    const explanation = explain(one);
    expect(explanation).toMatchObject({
      modelId: 'claude-opus-4-7',
      basis: 'list',
      costUsd: 0.149305,
      parts: [
        {
          role: 'main',
          pricesOf: 'claude-opus-4-7',
          period: { from: null, to: null },
          promptTokens: 68_010,
          thresholdTokens: null,
          tier: 'base',
          multipliers: [{ name: 'regional_endpoint', factor: '1.1' }],
          costUsd: 0.149305,
        },
      ],
    });
    expect(explanation.parts[0]?.lines.map((line) => line.text)).toEqual([
      'input 10 x $5/M x 1.1 = $0.000055',
      'cache_write_5m 8000 x $6.25/M x 1.1 = $0.055',
      'cache_read 60000 x $0.5/M x 1.1 = $0.033',
      'output 1500 x $25/M x 1.1 = $0.04125',
      'web_search 2 x $0.01 = $0.02',
    ]);
  });

  it.each([
    ['2026-03-12T12:00:00Z', { from: null, to: '2026-03-13' }, 200_000, 'long_prompt'],
    ['2026-03-13T12:00:00Z', { from: '2026-03-13', to: null }, null, 'base'],
  ])('shows the period and the tier of %s', (at, period, thresholdTokens, tier) => {
    const one = request('claude-opus-4-6', { inputTokens: 200_001 }, { atMs: Date.parse(at) });
    expect(explain(one).parts[0]).toMatchObject({ period, thresholdTokens, tier });
  });

  it('shows both tiers where samplings differ', () => {
    const empty = request('claude-haiku-5-5').usage;
    const iterations = [
      { ...empty, type: 'message', model: null, inputTokens: 90_000 },
      { ...empty, type: 'message', model: null, inputTokens: 110_000 },
    ];
    const [part] = explain(request('claude-haiku-5-5', { inputTokens: 200_000, iterations })).parts;
    expect(part?.tier).toBe('mixed');
    expect(part?.lines.map((line) => `${line.tier}: ${line.text}`)).toEqual([
      'base: input 90000 x $0.1/M = $0.009',
      'long_prompt: input 110000 x $0.5/M = $0.055',
    ]);
    expect(part?.remarks.join(' ')).toContain('its own tier');
  });

  it.each<[string, PriceInput]>([
    ['is not in the price table, so', request('gpt-4o')],
    ['claude-opus-5-5, the newest of its family', request('claude-opus-9')],
    ['not confirmed by any source', request('claude-mythos-preview')],
    ['not billed', request('claude-opus-5', {}, { refusedBeforeOutput: true })],
    ['has no fast price', request('claude-sonnet-5', { speed: 'fast' })],
    ['changes nothing here', request('claude-sonnet-4-5', { inferenceGeo: 'us' })],
    ['Note on claude-sonnet-5-5', request('claude-sonnet-5-5')],
  ])('remarks what the numbers do not say: %s', (remark, one) => {
    expect(explain(one).parts[0]?.remarks.join(' ')).toContain(remark);
  });

  it.each(workedCases.filter((one) => one.usage !== null))(
    'comes to the price and to the sum of its lines: $name',
    (one) => {
      const input = request(one.model, one.usage === null ? {} : usageOf(one.usage), {
        atMs: Date.parse(one.timestamp),
        refusedBeforeOutput: one.refused_before_output ?? false,
      });
      const { costNanoUsd, parts } = explain(input);
      const lines = parts.flatMap((part) => part.lines.map((line) => Number(line.costUsd)));
      expect(costNanoUsd).toBe(price(input).costNanoUsd);
      expect(lines.reduce((a, b) => a + b, 0)).toBeCloseTo((costNanoUsd ?? 0) / 1e9, 9);
      expect(parts.map((part) => part.role)).toEqual(price(input).parts.map((part) => part.role));
    },
  );

  it('gives a reason and a source for every extra part', () => {
    const advised = workedCases.find((one) => one.name.startsWith('advisor turn'));
    const { parts } = explain(
      request('claude-opus-4-8', advised?.usage ? usageOf(advised.usage) : {}),
    );
    expect(parts[1]?.remarks.join(' ')).toContain('standard speed');
    expect(parts[1]?.sources.join(' ')).toContain('https://');
  });
});

describe('the price list', () => {
  const rows = listPrices(builtInPriceTable);

  it('has one row for each model, period and tier', () => {
    expect(rows.filter((row) => row.model === 'claude-opus-4-6')).toMatchObject([
      { from: null, to: '2026-03-13', tier: 'base', promptTokensOver: null, input: '5' },
      { from: null, to: '2026-03-13', tier: 'long_prompt', promptTokensOver: 200_000, input: '10' },
      { from: '2026-03-13', to: null, tier: 'base', promptTokensOver: null, input: '5' },
    ]);
    expect(new Set(rows.map((row) => row.model)).size).toBe(28);
  });

  it('shows what is not used as such', () => {
    const unverified = rows.filter((row) => !row.isVerified).map((row) => row.model);
    expect(unverified).toEqual(['claude-mythos-preview']);
  });
});
