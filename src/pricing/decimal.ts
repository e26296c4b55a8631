/** An exact decimal number: `digits` x 10^-`decimals`, without superfluous trailing zeros. Never negative. */
export interface Decimal {
  readonly digits: bigint;
  readonly decimals: number;
}

/** The exact value of digits with an optional fraction, no sign, no exponent; throws a RangeError for any other text. */
export function parseDecimal(text: string): Decimal {
  if (!/^\d+(\.\d+)?$/.test(text)) {
    throw new RangeError(`Not a plain decimal number: ${text}`);
  }
  const [whole = '', fraction = ''] = text.split('.');
  const kept = fraction.replace(/0+$/, '');
  return { digits: BigInt(whole + kept), decimals: kept.length };
}

/** The exact product. */
export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return trim(a.digits * b.digits, a.decimals + b.decimals);
}

/** The exact value of `value` x 10^`exponent`; throws a RangeError where that is not a whole number. */
export function scaleToInteger(value: Decimal, exponent: number): bigint {
  if (exponent < value.decimals) {
    throw new RangeError(`${formatDecimal(value)} x 10^${exponent} is not a whole number`);
  }
  return value.digits * 10n ** BigInt(exponent - value.decimals);
}

/** The decimal that is `digits` x 10^-`decimals`. */
export function toDecimal(digits: bigint, decimals: number): Decimal {
  return trim(digits, decimals);
}

/** Plain notation, as short as it is exact: `0.00006`, `12.5`, `3`. */
export function formatDecimal(value: Decimal): string {
  const text = value.digits.toString().padStart(value.decimals + 1, '0');
  if (value.decimals === 0) {
    return text;
  }
  return `${text.slice(0, -value.decimals)}.${text.slice(-value.decimals)}`;
}

function trim(digits: bigint, decimals: number): Decimal {
  let shorter = digits;
  let places = decimals;
  while (places > 0 && shorter % 10n === 0n) {
    shorter /= 10n;
    places -= 1;
  }
  return { digits: shorter, decimals: places };
}
