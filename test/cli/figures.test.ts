import { describe, expect, it } from 'vitest';
import { countText, durationText, usdText } from '../../src/cli/figures.ts';

describe('figures', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1_234_567, '1,234,567'],
    [-12_345, '-12,345'],
  ])('%d is written %s', (count, text) => {
    expect(countText(count)).toBe(text);
  });

  it.each([
    [0, 2, '$0.00'],
    [1234.5, 2, '$1,234.50'],
    [0.0042, 4, '$0.0042'],
    [0.0042, 2, '<$0.01'],
    [0.005, 2, '$0.01'],
    [-1234.5, 2, '-$1,234.50'],
    [-0.001, 2, '$0.00'],
    [1234, 0, '$1,234'],
  ])('%d USD to %d decimals is written %s', (usd, decimals, text) => {
    expect(usdText(usd, decimals)).toBe(text);
  });

  it.each([
    [null, '-'],
    [12.4, '12 ms'],
    [1500, '1.5 s'],
    [90_000, '1.5 min'],
    [5_400_000, '1.5 h'],
  ])('%s ms last %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
