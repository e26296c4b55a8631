import { parseDecimal } from './decimal.ts';
import type { ModelPrices, PriceTable, RateSet } from './table.ts';

/** A rate of 1 USD per million tokens is 10^3 nano-USD per token. */
const NANO_PER_TOKEN_EXPONENT = 3;
const NANO_PER_USD_EXPONENT = 9;

/**
 * The power of ten that splits a nano-USD finely enough for a table.
 *
 * In units of 10^-exponent nano-USD, every rate of the table times every combination of its multipliers is a whole
 * number, so that a cost is exact until it is rounded, once.
 */
export function unitExponentOf(table: PriceTable): number {
  const batch = decimalsOf(table.batchMultiplier);
  const perModel = table.models.map(
    (prices) => finestRate(prices) + batch + multiplierDecimals(prices),
  );
  const search = decimalsOf(table.webSearchUsd) - NANO_PER_USD_EXPONENT;
  return Math.max(0, search, ...perModel.map((decimals) => decimals - NANO_PER_TOKEN_EXPONENT));
}

/** Exponent to turn USD per million tokens into whole units per token. */
export function tokenRateExponent(unitExponent: number): number {
  return unitExponent + NANO_PER_TOKEN_EXPONENT;
}

/** Exponent to turn USD into whole units. */
export function usdExponent(unitExponent: number): number {
  return unitExponent + NANO_PER_USD_EXPONENT;
}

function finestRate(prices: ModelPrices): number {
  const sets = prices.periods.flatMap((period): RateSet[] =>
    period.longPrompt === null ? [period.rates] : [period.rates, period.longPrompt.rates],
  );
  return Math.max(0, ...sets.flatMap((set) => Object.values(set).map(decimalsOf)));
}

function multiplierDecimals(prices: ModelPrices): number {
  const place = Math.max(decimalsOf(prices.usGeoMultiplier), decimalsOf(prices.regionalMultiplier));
  return decimalsOf(prices.fastMultiplier) + place;
}

function decimalsOf(text: string | null): number {
  return text === null ? 0 : parseDecimal(text).decimals;
}
