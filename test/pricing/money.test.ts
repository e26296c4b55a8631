import { describe, expect, it } from 'vitest';
import { nanoFromUsd, usdFromNano } from '../../src/records/money.ts';
import { contextTokens } from '../../src/records/usage.ts';
import { request } from './wire-usage.ts';

describe('money', () => {
  it('is whole nano-USD inside and plain USD outside', () => {
    expect(usdFromNano(168_003_456)).toBe(0.168003456);
    expect(nanoFromUsd(0.024749999999999998)).toBe(24_750_000);
  });
});

describe('the prompt', () => {
  it('is everything but the output', () => {
    const { usage } = request('claude-opus-5', {
      inputTokens: 1,
      outputTokens: 1000,
      cacheReadInputTokens: 10,
      cacheCreation5mInputTokens: 100,
      cacheCreation1hInputTokens: 10_000,
    });
    expect(contextTokens(usage)).toBe(10_111);
  });
});
