/**
 * Decides what a request is billed for: which parts, at which card, at which tier. No amounts yet.
 *
 * A response's totals cover the model that answered. Beside them the API bills what its `iterations` itemise as
 * `advisor_message` (another model, asked on the side), `compaction` (the same model, summarising first) and a hop to
 * another model that wrote something before it declined.
 */
import type { TokenUsage, UsageIteration } from '../records/usage.ts';
import { contextTokens } from '../records/usage.ts';
import type { Catalog, CatalogEntry } from './catalog.ts';
import type { Conditions } from './multipliers.ts';
import { conditionsOf, FAST } from './multipliers.ts';
import type { PartRole, PriceInput } from './priced.ts';
import type { RateCard } from './rate-card.ts';
import type { Slice } from './tier.ts';
import { ratesFor, slicesOf } from './tier.ts';

/** One part that is billed, before its amount. */
export interface Charge {
  readonly role: PartRole;
  readonly model: string;
  readonly entry: CatalogEntry;
  readonly tokens: TokenUsage;
  /** Null where the model has no price at that moment. */
  readonly card: RateCard | null;
  /** The tokens by tier; empty for a part that is free or has no price. */
  readonly slices: readonly Slice[];
}

/** A declined hop reports one output token even when it wrote nothing. */
const OUTPUT_OF_EMPTY_HOP = 1;

/** The parts a request is billed for, its own totals first. */
export function planCharges(catalog: Catalog, request: PriceInput): readonly [Charge, ...Charge[]] {
  const { model, messageId, usage } = request;
  const entry = catalog.find(model);
  const conditions = conditionsOf(usage, entry.id, { messageId, switches: catalog.table.regional });
  if (usage.iterations.length === 0) {
    return [mainCharge(request, { entry, conditions, samplings: usage.iterations })];
  }
  const samplings: UsageIteration[] = [];
  const extras: Charge[] = [];
  const lastAttempt = usage.iterations.findLast(isAttempt);
  for (const step of usage.iterations) {
    if (isAttempt(step) && isSameModel(catalog, step.model, entry)) {
      samplings.push(step);
      continue;
    }
    const role = extraRole(step, lastAttempt);
    if (role !== null) {
      extras.push(extraCharge(catalog, request, { step, role, conditions }));
    }
  }
  return [mainCharge(request, { entry, conditions, samplings }), ...extras];
}

function mainCharge(
  request: PriceInput,
  found: { entry: CatalogEntry; conditions: Conditions; samplings: readonly UsageIteration[] },
): Charge {
  const card = found.entry.cardAt(request.atMs, found.conditions);
  const tokens = tokensOf(request.usage);
  const isFree = card === null || request.refusedBeforeOutput;
  return {
    role: 'main',
    model: request.model,
    entry: found.entry,
    tokens,
    card,
    slices: isFree ? [] : slicesOf(tokens, found.samplings, card),
  };
}

function extraCharge(
  catalog: Catalog,
  request: PriceInput,
  extra: { step: UsageIteration; role: PartRole; conditions: Conditions },
): Charge {
  const { step, role } = extra;
  const model = role === 'compaction' ? request.model : (step.model ?? request.model);
  const entry = catalog.find(model);
  // Fast mode is the main model's: an advisor answers at standard speed.
  const conditions = role === 'advisor' ? extra.conditions & ~FAST : extra.conditions;
  const card = entry.cardAt(request.atMs, conditions);
  const tokens = tokensOf(step);
  const slices = card === null ? [] : [{ tokens, rates: ratesFor(card, contextTokens(tokens)) }];
  return { role, model, entry, tokens, card, slices };
}

/** What a step beside the totals is billed as; null where it is not billed. */
function extraRole(step: UsageIteration, lastAttempt: UsageIteration | undefined): PartRole | null {
  switch (step.type) {
    case 'advisor_message':
      return 'advisor';
    case 'compaction':
      return 'compaction';
    case 'fallback_message':
      // The last attempt is the one that answered, whatever name it goes by: its tokens are the totals.
      return step !== lastAttempt && step.outputTokens > OUTPUT_OF_EMPTY_HOP
        ? 'declined_hop'
        : null;
    case 'message':
      return step.outputTokens > OUTPUT_OF_EMPTY_HOP ? 'declined_hop' : null;
    default:
      return null;
  }
}

function isAttempt(step: UsageIteration): boolean {
  return step.type === 'message' || step.type === 'fallback_message';
}

function isSameModel(catalog: Catalog, model: string | null, entry: CatalogEntry): boolean {
  return model === null || catalog.find(model).canonicalId === entry.canonicalId;
}

function tokensOf(usage: TokenUsage): TokenUsage {
  return {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cacheReadInputTokens: usage.cacheReadInputTokens,
    cacheCreation5mInputTokens: usage.cacheCreation5mInputTokens,
    cacheCreation1hInputTokens: usage.cacheCreation1hInputTokens,
    webSearchRequests: usage.webSearchRequests,
  };
}
