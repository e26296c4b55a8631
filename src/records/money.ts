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
