/** Money inside the program is a whole number of these; a safe integer of them reaches 9 million USD. */
export const NANO_USD_PER_USD = 1_000_000_000;

/** The amount as a plain number of USD, for JSON and metrics: the double nearest to the exact value. */
export function usdFromNano(nanoUsd: number): number {
  return nanoUsd / NANO_USD_PER_USD;
}

/** A number of USD from outside, rounded to whole nano-USD. */
export function nanoFromUsd(usd: number): number {
  return Math.round(usd * NANO_USD_PER_USD);
}

/** The sum of the known amounts; an unknown one (null) adds nothing, so count those separately. */
export function sumNanoUsd(amounts: Iterable<number | null>): number {
  let total = 0;
  for (const amount of amounts) {
    total += amount ?? 0;
  }
  return total;
}

/**
 * The amount for people, such as `$1,234.57` or `$0.0042`.
 *
 * Cents by default; amounts below ten cents get as many places as their first two digits need, so that a small cost
 * never shows as zero. With `decimals` the number of places is fixed.
 */
export function formatNanoUsd(nanoUsd: number, decimals?: number): string {
  const usd = usdFromNano(Math.abs(nanoUsd));
  const places = decimals ?? decimalsFor(usd);
  const text = usd.toLocaleString('en-US', {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
  return nanoUsd < 0 ? `-$${text}` : `$${text}`;
}

function decimalsFor(usd: number): number {
  if (usd === 0 || usd >= 0.1) {
    return 2;
  }
  return Math.min(9, 1 - Math.floor(Math.log10(usd)));
}
