import type { Catalog, PriceBasis } from './catalog.ts';
import { createCatalog } from './catalog.ts';
import type { Charge } from './charges.ts';
import { planCharges } from './charges.ts';
import type { CostByBucket, Priced, PricedPart, PriceInput } from './priced.ts';
import { settle } from './settle.ts';
import type { PriceTable } from './table.ts';

/** Prices requests from one table; remembers what it has looked up, so keep it for as long as the table holds. */
export interface Pricer {
  readonly price: (request: PriceInput) => Priced;
}

/** Makes a pricer over a table. `price` is pure, throws nothing and takes well under a microsecond. */
export function createPricer(table: PriceTable): Pricer {
  const catalog = createCatalog(table);
  return { price: (request) => priceCharges(planCharges(catalog, request), catalog) };
}

/** The amounts of planned charges. */
export function priceCharges(charges: readonly [Charge, ...Charge[]], catalog: Catalog): Priced {
  const [main] = charges;
  const settlement = settle(
    charges.map((charge) => charge.slices),
    catalog.unitsPerNano,
  );
  const parts = charges.map((charge, index) => pricedPart(charge, settlement.costs[index]));
  const basis = overallBasis(parts);
  return {
    basis,
    modelId: main.entry.prices === null ? null : main.entry.canonicalId,
    costNanoUsd: basis === 'unpriced' ? null : settlement.totalNanoUsd,
    parts,
  };
}

function pricedPart(charge: Charge, cost: CostByBucket | undefined): PricedPart {
  const isPriced = charge.card !== null && cost !== undefined;
  return {
    role: charge.role,
    model: charge.model,
    tokens: charge.tokens,
    cost: isPriced ? cost : null,
    basis: isPriced ? charge.entry.basis : 'unpriced',
    pricesOf: charge.card?.prices.id ?? null,
  };
}

/** The main part's basis, or `estimated` where its price is listed but that of another part is not. */
function overallBasis(parts: readonly PricedPart[]): PriceBasis {
  const main = parts[0]?.basis ?? 'unpriced';
  return main === 'list' && parts.some((part) => part.basis !== 'list') ? 'estimated' : main;
}
