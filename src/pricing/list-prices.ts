import type { ModelPrices, PriceTable, RateSet } from './table.ts';

/** One card of the table: a model, a period and a tier. Rates are USD per million tokens, as exact decimal text. */
export interface PriceListRow extends RateSet {
  readonly model: string;
  readonly aliases: readonly string[];
  readonly releasedOn: string | null;
  /** Midnight UTC; null is open. */
  readonly from: string | null;
  readonly to: string | null;
  readonly tier: 'base' | 'long_prompt';
  /** The tier starts above this many prompt tokens; null for the base tier. */
  readonly promptTokensOver: number | null;
  readonly fastMultiplier: string | null;
  readonly usGeoMultiplier: string | null;
  readonly regionalMultiplier: string | null;
  /** False for a card that is listed but never used. */
  readonly isVerified: boolean;
  readonly origin: ModelPrices['origin'];
  readonly note: string | null;
  readonly sources: readonly string[];
}

/** Every card of a table in the table's order, periods in order of time, the base tier first. */
export function listPrices(table: PriceTable): readonly PriceListRow[] {
  return table.models.flatMap((prices) =>
    prices.periods.flatMap((period): PriceListRow[] => {
      const common = {
        model: prices.id,
        aliases: prices.aliases,
        releasedOn: prices.releasedOn,
        from: period.from,
        to: period.to,
        fastMultiplier: prices.fastMultiplier,
        usGeoMultiplier: prices.usGeoMultiplier,
        regionalMultiplier: prices.regionalMultiplier,
        isVerified: prices.isVerified,
        origin: prices.origin,
        note: prices.note,
        sources: prices.sources,
      };
      const base: PriceListRow = {
        ...common,
        tier: 'base',
        promptTokensOver: null,
        ...period.rates,
      };
      if (period.longPrompt === null) {
        return [base];
      }
      const { promptTokensOver, rates } = period.longPrompt;
      return [base, { ...common, tier: 'long_prompt', promptTokensOver, ...rates }];
    }),
  );
}
