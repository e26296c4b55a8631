/**
 * Finds the prices that apply to a raw model id at a moment.
 *
 * Ids are matched whole after normalisation, never by prefix: `claude-opus-5` is a prefix of `claude-opus-5-5` and
 * costs more. A Claude family name without a row borrows its newest sibling's card and says so.
 */
import type { Family, ModelId } from './model-id.ts';
import { normaliseModelId, parseModelId, versionOf } from './model-id.ts';
import type { Conditions } from './multipliers.ts';
import { CONDITION_SETS } from './multipliers.ts';
import type { RateCard } from './rate-card.ts';
import { createRateCard } from './rate-card.ts';
import { unitExponentOf } from './scale.ts';
import type { ModelPrices, PriceTable } from './table.ts';

/** How sure a price is: a row of the table, a sibling's row, or none at all. */
export type PriceBasis = 'list' | 'estimated' | 'unpriced';

/** What the table knows of one raw model id. */
export interface CatalogEntry {
  readonly id: ModelId;
  /** The row's id; the normalised id where the card is borrowed or missing. */
  readonly canonicalId: string;
  /** The row matched or borrowed; null where there is none. An unverified row is named here but has no cards. */
  readonly prices: ModelPrices | null;
  readonly basis: PriceBasis;
  /** The card at a moment, or null where no period covers it. */
  readonly cardAt: (atMs: number, conditions: Conditions) => RateCard | null;
}

/** A price table made ready for many look-ups. */
export interface Catalog {
  readonly table: PriceTable;
  /** One unit, the grain amounts are counted in before rounding, is 10^-unitExponent nano-USD. */
  readonly unitExponent: number;
  readonly unitsPerNano: number;
  readonly find: (rawModel: string) => CatalogEntry;
}

/** Raw ids arrive over the network too; past this many different ones the memory of them starts afresh. */
const MAX_REMEMBERED_IDS = 4096;

/** Builds the look-up over a table; later rows win over earlier ones with the same id. */
export function createCatalog(table: PriceTable): Catalog {
  const unitExponent = unitExponentOf(table);
  const rows = new Map<string, ModelPrices>();
  for (const prices of table.models) {
    for (const id of [...prices.aliases, prices.id]) {
      rows.set(normaliseModelId(id), prices);
    }
  }
  const cards = new Map(
    [...new Set(rows.values())].map((prices) => [prices, cardsOf(table, unitExponent, prices)]),
  );
  const remembered = new Map<string, CatalogEntry>();
  return {
    table,
    unitExponent,
    unitsPerNano: 10 ** unitExponent,
    find: (rawModel) => {
      let entry = remembered.get(rawModel);
      if (entry === undefined) {
        entry = resolve(parseModelId(rawModel), rows, cards);
        if (remembered.size >= MAX_REMEMBERED_IDS) {
          remembered.clear();
        }
        remembered.set(rawModel, entry);
      }
      return entry;
    },
  };
}

function resolve(
  id: ModelId,
  rows: ReadonlyMap<string, ModelPrices>,
  cards: ReadonlyMap<ModelPrices, CatalogEntry['cardAt']>,
): CatalogEntry {
  const exact = rows.get(id.normalised) ?? null;
  const prices = exact ?? (id.family === null ? null : newestOf(id.family, rows.values()));
  const canonicalId = exact?.id ?? id.normalised;
  const cardAt = prices === null ? undefined : cards.get(prices);
  if (prices === null || !prices.isVerified || cardAt === undefined) {
    return { id, canonicalId, prices, basis: 'unpriced', cardAt: () => null };
  }
  return { id, canonicalId, prices, basis: exact === null ? 'estimated' : 'list', cardAt };
}

/** The verified member with the highest version; among equal versions the one released last. */
function newestOf(family: Family, rows: Iterable<ModelPrices>): ModelPrices | null {
  const siblings = [...rows].filter(
    (row) => row.isVerified && parseModelId(row.id).family === family,
  );
  const [newest] = siblings.toSorted((a, b) => byVersion(b, a) || byRelease(b, a));
  return newest ?? null;
}

function byVersion(a: ModelPrices, b: ModelPrices): number {
  const left = versionOf(a.id);
  const right = versionOf(b.id);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

function byRelease(a: ModelPrices, b: ModelPrices): number {
  return (a.releasedOn ?? '').localeCompare(b.releasedOn ?? '');
}

function cardsOf(
  table: PriceTable,
  unitExponent: number,
  prices: ModelPrices,
): CatalogEntry['cardAt'] {
  const perPeriod = prices.periods.map((period) => ({
    period,
    byConditions: Array.from<RateCard | undefined>({ length: CONDITION_SETS }),
  }));
  return (atMs, conditions) => {
    for (const { period, byConditions } of perPeriod) {
      if (atMs >= period.fromMs && atMs < period.toMs) {
        return (byConditions[conditions] ??= createRateCard(
          { table, unitExponent, prices, period },
          conditions,
        ));
      }
    }
    return null;
  };
}
