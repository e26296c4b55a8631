/** Says where a price comes from: the same plan the pricer follows, told step by step. */
import { usdFromNano } from '../records/money.ts';
import { contextTokens } from '../records/usage.ts';
import { type Catalog, createCatalog, type PriceBasis } from './catalog.ts';
import { type Charge, planCharges } from './charges.ts';
import { explainLines, type PriceLine } from './explain-lines.ts';
import { explainRemarks } from './explain-remarks.ts';
import type { Multiplier } from './multipliers.ts';
import { priceCharges } from './price.ts';
import { totalOfCost } from './cost.ts';
import type { PricedPart, PartRole, PriceInput } from './priced.ts';
import type { PriceTable } from './table.ts';

/** How one part came to its cost. */
export interface PartExplanation {
  readonly role: PartRole;
  readonly model: string;
  readonly basis: PriceBasis;
  /** The row whose rates were used. */
  readonly pricesOf: string | null;
  /** The row's period, half-open, at midnight UTC; a null side is open. */
  readonly period: { readonly from: string | null; readonly to: string | null } | null;
  readonly promptTokens: number;
  /** Prompts above this take the long-prompt rates; null where there is no such tier. */
  readonly thresholdTokens: number | null;
  readonly tier: 'base' | 'long_prompt' | 'mixed' | null;
  readonly multipliers: readonly Multiplier[];
  readonly lines: readonly PriceLine[];
  readonly costUsd: number | null;
  /** What else a reader should know: a borrowed card, an ignored condition, a note of the row. */
  readonly remarks: readonly string[];
  readonly sources: readonly string[];
}

/** How a request came to its cost. */
export interface PriceExplanation {
  readonly model: string;
  readonly modelId: string | null;
  readonly basis: PriceBasis;
  readonly atMs: number;
  readonly costNanoUsd: number | null;
  readonly costUsd: number | null;
  readonly parts: readonly PartExplanation[];
}

/** Explains what `createPricer(table).price(request)` answers, with the same total. */
export function explainPrice(table: PriceTable, request: PriceInput): PriceExplanation {
  const catalog = createCatalog(table);
  const charges = planCharges(catalog, request);
  const priced = priceCharges(charges, catalog);
  return {
    model: request.model,
    modelId: priced.modelId,
    basis: priced.basis,
    atMs: request.atMs,
    costNanoUsd: priced.costNanoUsd,
    costUsd: priced.costNanoUsd === null ? null : usdFromNano(priced.costNanoUsd),
    parts: charges.flatMap((charge, index) => {
      const part = priced.parts[index];
      return part === undefined ? [] : [explainPart(charge, part, { catalog, request })];
    }),
  };
}

function explainPart(
  charge: Charge,
  part: PricedPart,
  context: { readonly catalog: Catalog; readonly request: PriceInput },
): PartExplanation {
  const { card } = charge;
  return {
    role: part.role,
    model: part.model,
    basis: part.basis,
    pricesOf: part.pricesOf,
    period: card === null ? null : { from: card.period.from, to: card.period.to },
    promptTokens: contextTokens(part.tokens),
    thresholdTokens: card?.period.longPrompt?.promptTokensOver ?? null,
    tier: tierOf(charge),
    multipliers: card?.multipliers ?? [],
    lines: card === null ? [] : explainLines(charge.slices, card, context.catalog.unitExponent),
    costUsd: part.cost === null ? null : usdFromNano(totalOfCost(part.cost)),
    remarks: explainRemarks(charge, context.request),
    sources: card?.prices.sources ?? [],
  };
}

function tierOf({ slices }: Charge): PartExplanation['tier'] {
  if (slices.length > 1) {
    return 'mixed';
  }
  return slices[0]?.rates.tier ?? null;
}
