import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatDecimal,
  multiplyDecimals,
  parseDecimal,
  scaleToInteger,
  toDecimal,
} from '../../src/pricing/decimal.ts';

describe('a decimal', () => {
  it.each([
    ['3', '3'],
    ['0.20', '0.2'],
    ['1.00', '1'],
    ['37.50', '37.5'],
    ['0.00006', '0.00006'],
    ['0', '0'],
    ['100', '100'],
  ])('%s is as short as it is exact: %s', (text, short) => {
    expect(formatDecimal(parseDecimal(text))).toBe(short);
  });

  it.each(['', '-1', '1e3', '.5', '5.', 'x', '1,5', ' 1'])('is never %j', (text) => {
    expect(() => parseDecimal(text)).toThrow(RangeError);
  });

  it('multiplies exactly', () => {
    expect(formatDecimal(multiplyDecimals(parseDecimal('0.1'), parseDecimal('1.1')))).toBe('0.11');
    expect(formatDecimal(multiplyDecimals(parseDecimal('2.5'), parseDecimal('0.4')))).toBe('1');
  });

  it('becomes a whole number at a scale fine enough, and only there', () => {
    expect(scaleToInteger(parseDecimal('0.125'), 3)).toBe(125n);
    expect(() => scaleToInteger(parseDecimal('0.125'), 2)).toThrow(RangeError);
  });

  it('survives being written and read', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(12), (digits, decimals) => {
        const value = toDecimal(digits, decimals);
        expect(parseDecimal(formatDecimal(value))).toEqual(value);
      }),
    );
  });
});
