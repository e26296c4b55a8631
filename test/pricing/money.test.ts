import { describe, expect, it } from 'vitest';
import { formatNanoUsd, nanoFromUsd, sumNanoUsd, usdFromNano } from '../../src/records/money.ts';
import { contextTokens } from '../../src/records/usage.ts';
import { request } from './wire-usage.ts';

describe('money', () => {
  it('is whole nano-USD inside and plain USD outside', () => {
    expect(usdFromNano(168_003_456)).toBe(0.168003456);
    expect(nanoFromUsd(0.024749999999999998)).toBe(24_750_000);
  });

  it('adds up what is known', () => {
    expect(sumNanoUsd([1, null, 2])).toBe(3);
    expect(sumNanoUsd([])).toBe(0);
  });

  it.each([
    [0, '$0.00'],
    [1_234_567_890_000, '$1,234.57'],
    [100_000_000, '$0.10'],
    [42_000_000, '$0.042'],
    [1_234_567, '$0.0012'],
    [1, '$0.000000001'],
    [-2_500_000_000, '-$2.50'],
  ])('of %d nano-USD reads %s', (nanoUsd, text) => {
    expect(formatNanoUsd(nanoUsd)).toBe(text);
  });

  it('shows a fixed number of places on request', () => {
    expect(formatNanoUsd(1_234_567, 4)).toBe('$0.0012');
    expect(formatNanoUsd(0, 4)).toBe('$0.0000');
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
