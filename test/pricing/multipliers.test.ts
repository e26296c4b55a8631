import { describe, expect, it } from 'vitest';
import { createPricer } from '../../src/pricing/price.ts';
import type { PriceInput } from '../../src/pricing/priced.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import type { RequestUsage } from '../../src/records/usage.ts';
import { request } from './wire-usage.ts';

const { price } = createPricer(builtInPriceTable);

const tokens = {
  inputTokens: 1000,
  outputTokens: 1000,
  cacheReadInputTokens: 1000,
  cacheCreation5mInputTokens: 1000,
  cacheCreation1hInputTokens: 1000,
};

/** How many times the plain price a model costs under some conditions. */
const factorOf = (model: string, usage: Partial<RequestUsage>, rest: Partial<PriceInput> = {}) => {
  const plain = price(request('claude-opus-4-8', tokens)).costNanoUsd ?? NaN;
  return (price(request(model, { ...tokens, ...usage }, rest)).costNanoUsd ?? NaN) / plain;
};

describe('the multipliers of Opus 4.8', () => {
  it.each<[string, Partial<RequestUsage>, Partial<PriceInput>, number]>([
    ['claude-opus-4-8', { speed: 'fast' }, {}, 2],
    ['claude-opus-4-8', { inferenceGeo: 'us' }, {}, 1.1],
    ['claude-opus-4-8', { inferenceGeo: 'global' }, {}, 1],
    ['claude-opus-4-8', { inferenceGeo: 'not_available' }, {}, 1],
    ['claude-opus-4-8', { inferenceGeo: '' }, {}, 1],
    ['claude-opus-4-8', { serviceTier: 'batch' }, {}, 0.5],
    ['claude-opus-4-8', { serviceTier: 'priority' }, {}, 1],
    ['claude-opus-4-8', { speed: 'fast', inferenceGeo: 'us', serviceTier: 'batch' }, {}, 1.1],
    ['us.anthropic.claude-opus-4-8', {}, {}, 1.1],
    ['us.anthropic.claude-opus-4-8', { inferenceGeo: 'us' }, {}, 1.1],
    ['us.anthropic.claude-opus-4-8', { speed: 'fast', serviceTier: 'batch' }, {}, 1.1],
    ['global.anthropic.claude-opus-4-8', {}, {}, 1],
    ['global.anthropic.claude-opus-4-8', { inferenceGeo: 'us' }, {}, 1],
    ['anthropic.claude-opus-4-8', {}, {}, 1],
    ['claude-opus-4-8', { inferenceGeo: 'us' }, { messageId: 'msg_bdrk_01' }, 1],
    ['claude-opus-4-8', { inferenceGeo: 'us' }, { messageId: 'msg_vrtx_01' }, 1],
    ['claude-opus-4-8', { inferenceGeo: 'us' }, { messageId: 'msg_01' }, 1.1],
    ['claude-opus-4-8@default', { inferenceGeo: 'us' }, {}, 1],
  ])('for %s with %j and %j come to %d', (model, usage, rest, factor) => {
    expect(factorOf(model, usage, rest)).toBeCloseTo(factor, 12);
  });
});

describe('a model without a multiplier', () => {
  it.each<[string, Partial<RequestUsage>]>([
    ['claude-sonnet-4-6', { speed: 'fast' }],
    ['claude-sonnet-4-5', { inferenceGeo: 'us' }],
    ['us.anthropic.claude-opus-4-1-20250805-v1:0', {}],
  ])('ignores the condition: %s %j', (model, usage) => {
    const plain = model.replace(/^us\./, 'global.');
    expect(price(request(model, { ...tokens, ...usage })).costNanoUsd).toBe(
      price(request(plain, tokens)).costNanoUsd,
    );
  });
});

describe('what the user says of cloud endpoints', () => {
  const told = createPricer({
    ...builtInPriceTable,
    regional: { bedrockBareIds: true, vertex: true },
  });
  it.each<[string, string | null, number]>([
    ['anthropic.claude-opus-4-8', null, 1.1],
    ['claude-opus-4-8', 'msg_bdrk_01', 1.1],
    ['claude-opus-4-8', 'msg_vrtx_01', 1.1],
    ['claude-opus-4-8@default', null, 1.1],
    ['global.anthropic.claude-opus-4-8', null, 1],
    ['us.anthropic.claude-opus-4-8', null, 1.1],
    ['claude-opus-4-8', 'msg_01', 1],
    ['claude-opus-4-8', null, 1],
  ])('decides for %s with message id %s: x%d', (model, messageId, factor) => {
    const plain = price(request('claude-opus-4-8', tokens)).costNanoUsd ?? NaN;
    const cost = told.price(request(model, tokens, { messageId })).costNanoUsd ?? NaN;
    expect(cost / plain).toBeCloseTo(factor, 12);
  });
});

describe('web searches', () => {
  it('cost a cent each, whatever multiplies the tokens', () => {
    const usage = { webSearchRequests: 3, speed: 'fast', serviceTier: 'batch' } as const;
    expect(price(request('us.anthropic.claude-opus-4-8', usage)).costNanoUsd).toBe(30_000_000);
  });
});
