import type { ApiRequestRecord } from '../records/api-request.ts';
import type { CostByBucket, Priced } from '../pricing/priced.ts';
import type { RequestUsage, TokenUsage, UsageIteration } from '../records/usage.ts';
import type { RequestRow } from '../store/rows.ts';

/** One priced part of a request that has more than one. */
export interface DetailPart {
  readonly role: string;
  readonly model: string;
  readonly tokens: TokenUsage;
  readonly cost: CostByBucket | null;
  readonly estimated: boolean;
  /** The first part without a price: the request counts as unpriced once, under this part's model. */
  readonly unpriced: boolean;
}

/** What few requests have, kept as JSON in `request.detail`; a plain request has none of it. */
export interface RequestDetail {
  readonly speed?: 'fast';
  readonly inference_geo?: string;
  readonly service_tier?: string;
  readonly iterations?: readonly UsageIteration[];
  readonly stop_reason?: string;
  readonly effort?: string;
  readonly reported_cost_usd?: number;
  readonly refused?: true;
  /** All parts, the main one first, where there are others beside it. */
  readonly parts?: readonly DetailPart[];
}

const PLAIN_TIERS: ReadonlySet<string> = new Set(['', 'standard']);
const PLAIN_GEOS: ReadonlySet<string> = new Set(['', 'not_available', 'global']);
const PLAIN_STOPS: ReadonlySet<string> = new Set(['tool_use', 'end_turn']);

/** What is special about a request; null for a plain one. */
export const detailOf = (record: ApiRequestRecord): RequestDetail | null => {
  const { inferenceGeo, serviceTier, iterations, stopReason, effort, reportedCostUsd } = record;
  const isPlain =
    record.speed === 'standard' &&
    (inferenceGeo === null || PLAIN_GEOS.has(inferenceGeo)) &&
    (serviceTier === null || PLAIN_TIERS.has(serviceTier)) &&
    !itemises(record) &&
    (stopReason === null || PLAIN_STOPS.has(stopReason)) &&
    effort === null &&
    reportedCostUsd === null &&
    !record.refusedBeforeOutput;
  if (isPlain) return null;
  return {
    ...(record.speed === 'fast' && { speed: 'fast' }),
    ...(inferenceGeo !== null && !PLAIN_GEOS.has(inferenceGeo) && { inference_geo: inferenceGeo }),
    ...(serviceTier !== null && !PLAIN_TIERS.has(serviceTier) && { service_tier: serviceTier }),
    ...(itemises(record) && { iterations }),
    ...(stopReason !== null && !PLAIN_STOPS.has(stopReason) && { stop_reason: stopReason }),
    ...(effort !== null && { effort }),
    ...(reportedCostUsd !== null && { reported_cost_usd: reportedCostUsd }),
    ...(record.refusedBeforeOutput && { refused: true }),
  };
};

/** Whether the steps say more than the totals do: one `message` step only repeats them. */
const itemises = ({ iterations, model }: ApiRequestRecord): boolean => {
  const [only] = iterations;
  if (only === undefined) return false;
  return (
    iterations.length > 1 ||
    only.type !== 'message' ||
    (only.model !== null && only.model !== model)
  );
};

/** Detail as it is kept: with the priced parts where there are several, and null where there is nothing to keep. */
export const detailText = (detail: RequestDetail | null, priced: Priced | null): string | null => {
  if (priced === null || priced.parts.length < 2) {
    return detail === null || Object.keys(detail).length === 0 ? null : JSON.stringify(detail);
  }
  const unpriced = priced.parts.findIndex(({ cost }) => cost === null);
  const parts = priced.parts.map(({ role, model, tokens, cost, basis }, index): DetailPart => {
    const estimated = basis === 'estimated';
    return { role, model, tokens, cost, estimated, unpriced: index === unpriced };
  });
  return JSON.stringify({ ...detail, parts });
};

/** A kept request's detail; an empty one for a plain request. */
export const parseDetail = (row: RequestRow): RequestDetail =>
  row.detail === null ? {} : (JSON.parse(row.detail) as RequestDetail);

/** A kept request's usage, as pricing wants it. */
export const usageOfRow = (row: RequestRow, detail: RequestDetail): RequestUsage => ({
  inputTokens: row.inputTokens,
  outputTokens: row.outputTokens,
  cacheReadInputTokens: row.cacheReadInputTokens,
  cacheCreation5mInputTokens: row.cacheCreation5mInputTokens,
  cacheCreation1hInputTokens: row.cacheCreation1hInputTokens,
  webSearchRequests: row.webSearchRequests,
  thinkingTokens: row.thinkingTokens,
  speed: detail.speed ?? 'standard',
  inferenceGeo: detail.inference_geo ?? null,
  serviceTier: detail.service_tier ?? null,
  iterations: detail.iterations ?? [],
});
