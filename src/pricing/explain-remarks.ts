import type { Charge } from './charges.ts';
import type { PartRole, PriceInput } from './priced.ts';

/** Sentences a reader needs beside the numbers: why there is no price, what was borrowed, ignored or left out. */
export function explainRemarks(charge: Charge, request: PriceInput): readonly string[] {
  return [
    ...priceRemarks(charge),
    ...roleRemarks(charge, request),
    ...ignoredConditions(charge, request),
  ];
}

function priceRemarks({ entry, card }: Charge): readonly string[] {
  const { prices, id } = entry;
  if (prices === null) {
    return [`${id.normalised} is not in the price table, so its tokens have no price.`];
  }
  if (!prices.isVerified) {
    return [`The prices of ${prices.id} are not confirmed by any source, so they are not used.`];
  }
  if (card === null) {
    return [`No period of ${prices.id} covers this moment, so its tokens have no price.`];
  }
  const borrowed =
    entry.basis === 'estimated'
      ? [
          `${id.normalised} is not in the price table; ${prices.id}, the newest of its family, stands in for it.`,
        ]
      : [];
  const overridden = prices.origin === 'override' ? ['The rates come from the override file.'] : [];
  const note = prices.note === null ? [] : [`Note on ${prices.id}: ${prices.note}.`];
  return [...borrowed, ...overridden, ...note];
}

function roleRemarks({ role, slices }: Charge, request: PriceInput): readonly string[] {
  if (role !== 'main') {
    return [EXTRA_REMARKS[role]];
  }
  const free = request.refusedBeforeOutput ? ['Refused before any output: not billed.'] : [];
  const mixed = slices.length > 1 ? ['Several samplings: each prompt chose its own tier.'] : [];
  return [...free, ...mixed];
}

const EXTRA_REMARKS: Readonly<Record<Exclude<PartRole, 'main'>, string>> = {
  advisor: 'Asked on the side: billed apart from the totals, at standard speed.',
  compaction: 'Compaction before the answer: billed apart from the totals.',
  declined_hop:
    'Wrote output before it declined: billed apart. A fallback credit may lower it, so this is an upper bound.',
};

function ignoredConditions({ role, card }: Charge, { usage }: PriceInput): readonly string[] {
  if (card === null) {
    return [];
  }
  const applied = new Set(card.multipliers.map(({ name }) => name));
  const speed =
    usage.speed === 'fast' && role !== 'advisor' && !applied.has('fast')
      ? [`Speed "fast" changes nothing: ${card.prices.id} has no fast price.`]
      : [];
  const geo =
    usage.inferenceGeo === 'us' && !applied.has('us_inference')
      ? [
          'inference_geo "us" changes nothing here: it is priced on the first-party API, for models from 4.6 on.',
        ]
      : [];
  return [...speed, ...geo];
}
