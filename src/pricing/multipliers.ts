import type { RequestUsage } from '../records/usage.ts';
import type { ModelId } from './model-id.ts';
import { providerOfMessage } from './model-id.ts';
import type { ModelPrices, PriceTable, RegionalSwitches } from './table.ts';

/** Circumstances of a request that multiply its rates, as a set of bits: cheap to compare and to look up by. */
export type Conditions = number;

/** The client asked for and got fast mode. */
export const FAST: Conditions = 1;
/** Sent as a batch. */
export const BATCH: Conditions = 2;
/** Inference was pinned to the United States on the first-party API. */
export const US_GEO: Conditions = 4;
/** Served by a regional endpoint of a cloud; excludes `US_GEO`. */
export const REGIONAL: Conditions = 8;
/** Number of different sets of conditions. */
export const CONDITION_SETS = 16;

/** One factor on every token rate of a request, and why it applies. */
export interface Multiplier {
  readonly name: 'fast' | 'us_inference' | 'regional_endpoint' | 'batch';
  /** Exact decimal text. */
  readonly factor: string;
  readonly reason: string;
}

/** The conditions a request was served under; whether its model minds them is for `multipliersFor` to say. */
export function conditionsOf(
  usage: RequestUsage,
  model: ModelId,
  endpoint: { readonly messageId: string | null; readonly switches: RegionalSwitches },
): Conditions {
  const speed = usage.speed === 'fast' ? FAST : 0;
  const batch = usage.serviceTier === 'batch' ? BATCH : 0;
  const provider = providerOfMessage(endpoint.messageId) ?? model.provider;
  const place = provider === 'first_party' ? 0 : regionOf(provider, model, endpoint.switches);
  const geo = provider === 'first_party' && usage.inferenceGeo === 'us' ? US_GEO : 0;
  return speed | batch | geo | place;
}

/** The factors that apply to a model under some conditions, in the order they are stacked. */
export function multipliersFor(
  prices: ModelPrices,
  conditions: Conditions,
  table: PriceTable,
): readonly Multiplier[] {
  const multipliers: Multiplier[] = [];
  const add = (
    bit: Conditions,
    name: Multiplier['name'],
    factor: string | null,
    reason: string,
  ) => {
    if ((conditions & bit) !== 0 && factor !== null) {
      multipliers.push({ name, factor, reason });
    }
  };
  add(FAST, 'fast', prices.fastMultiplier, 'the response says speed "fast"');
  add(US_GEO, 'us_inference', prices.usGeoMultiplier, 'the response says inference_geo "us"');
  add(
    REGIONAL,
    'regional_endpoint',
    prices.regionalMultiplier,
    'served by a regional cloud endpoint',
  );
  add(BATCH, 'batch', table.batchMultiplier, 'the response says service_tier "batch"');
  return multipliers;
}

function regionOf(
  provider: 'bedrock' | 'vertex',
  model: ModelId,
  switches: RegionalSwitches,
): Conditions {
  if (model.profile !== null) {
    return model.profile === 'regional' ? REGIONAL : 0;
  }
  const isRegional = provider === 'bedrock' ? switches.bedrockBareIds : switches.vertex;
  return isRegional ? REGIONAL : 0;
}
