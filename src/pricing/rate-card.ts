import type { Decimal } from './decimal.ts';
import { multiplyDecimals, parseDecimal, scaleToInteger } from './decimal.ts';
import type { Conditions, Multiplier } from './multipliers.ts';
import { multipliersFor } from './multipliers.ts';
import { tokenRateExponent, usdExponent } from './scale.ts';
import type { ModelPrices, PricePeriod, PriceTable, RateSet } from './table.ts';

/** Whole units (fractions of a nano-USD, see scale.ts) for one token or one search, multipliers included. */
export interface UnitRates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly webSearch: number;
  readonly tier: 'base' | 'long_prompt';
}

/** What one model costs in one period under one set of conditions. */
export interface RateCard {
  readonly prices: ModelPrices;
  readonly period: PricePeriod;
  readonly multipliers: readonly Multiplier[];
  readonly base: UnitRates;
  /** The rates of prompts above `thresholdTokens`; the same as `base` where the model has no such tier. */
  readonly long: UnitRates;
  /** Infinity where the model has no long-prompt tier. */
  readonly thresholdTokens: number;
}

/** What a card is worked out from. */
export interface RateCardSource {
  readonly table: PriceTable;
  readonly unitExponent: number;
  readonly prices: ModelPrices;
  readonly period: PricePeriod;
}

/** Works out a card; exact, and slow enough to be worth keeping. */
export function createRateCard(source: RateCardSource, conditions: Conditions): RateCard {
  const { table, unitExponent, prices, period } = source;
  const multipliers = multipliersFor(prices, conditions, table);
  const factor = productOf(multipliers);
  const webSearch = Number(
    scaleToInteger(parseDecimal(table.webSearchUsd), usdExponent(unitExponent)),
  );
  const toUnits = (rates: RateSet, tier: UnitRates['tier']): UnitRates => {
    const unit = (rate: string) =>
      Number(
        scaleToInteger(
          multiplyDecimals(parseDecimal(rate), factor),
          tokenRateExponent(unitExponent),
        ),
      );
    return {
      input: unit(rates.input),
      output: unit(rates.output),
      cacheRead: unit(rates.cacheRead),
      cacheWrite5m: unit(rates.cacheWrite5m),
      cacheWrite1h: unit(rates.cacheWrite1h),
      webSearch,
      tier,
    };
  };
  const base = toUnits(period.rates, 'base');
  return {
    prices,
    period,
    multipliers,
    base,
    long: period.longPrompt === null ? base : toUnits(period.longPrompt.rates, 'long_prompt'),
    thresholdTokens: period.longPrompt?.promptTokensOver ?? Infinity,
  };
}

/** The exact product of the factors; 1 for none. */
export function productOf(multipliers: readonly Multiplier[]): Decimal {
  return multipliers.reduce<Decimal>(
    (product, { factor }) => multiplyDecimals(product, parseDecimal(factor)),
    {
      digits: 1n,
      decimals: 0,
    },
  );
}
