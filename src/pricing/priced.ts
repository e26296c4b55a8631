import type { RequestUsage, TokenUsage } from '../records/usage.ts';
import type { PriceBasis } from './catalog.ts';

/** What has to be known of a request to price it. */
export interface PriceInput {
  /** Model id exactly as the API gave it. */
  readonly model: string;
  readonly messageId: string | null;
  /** Unix milliseconds; decides which period's prices apply. */
  readonly atMs: number;
  readonly usage: RequestUsage;
  /** The model declined with nothing written: the request itself is free. */
  readonly refusedBeforeOutput: boolean;
}

/** Why a part is billed: the response itself, or something the API did on the way and bills apart from it. */
export type PartRole = 'main' | 'advisor' | 'compaction' | 'declined_hop';

/** A part's cost by bucket, whole nano-USD. */
export interface CostByBucket {
  readonly inputNanoUsd: number;
  readonly outputNanoUsd: number;
  readonly cacheReadNanoUsd: number;
  /** Cache writes of both lifetimes. */
  readonly cacheCreationNanoUsd: number;
  readonly webSearchNanoUsd: number;
}

/** One billed part of a request. */
export interface PricedPart {
  readonly role: PartRole;
  /** Model id of this part exactly as the API gave it. */
  readonly model: string;
  readonly tokens: TokenUsage;
  /** Null where the part's model has no price. */
  readonly cost: CostByBucket | null;
  readonly basis: PriceBasis;
  /** The row whose rates were used; differs from the model where the basis is `estimated`. */
  readonly pricesOf: string | null;
}

/**
 * What a request costs.
 *
 * `costNanoUsd` is null exactly when `basis` is `unpriced`: the model of the response itself has no price. Otherwise it
 * is the sum of all priced parts, and `basis` is `estimated` as soon as any part is estimated or has no price.
 */
export interface Priced {
  readonly basis: PriceBasis;
  /** The model under the id the table uses, also for an estimate; null for a model the table does not know. */
  readonly modelId: string | null;
  readonly costNanoUsd: number | null;
  /** The main part first. */
  readonly parts: readonly PricedPart[];
}
