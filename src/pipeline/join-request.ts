import type { RequestRow } from '../store/rows.ts';

/** Whether what stands in the origin `left` counts before a copy of it in `right`. */
export type Outranks = (left: number, right: number) => boolean;

/** A joined request that has to be priced anew, or only written; null where nothing new was found. */
export interface Joined {
  readonly row: RequestRow;
  readonly repriced: boolean;
}

/**
 * Joins what is known of a request with what was found now. The result does not depend on which came first:
 *
 * - it counts for the session of the origin that outranks the others;
 * - the usage is one whole line's: the one with the most output; among equals the owner's, and its last;
 * - it is final as soon as any line said why the model stopped.
 */
export const joinRequest = (
  known: RequestRow,
  found: RequestRow,
  outranks: Outranks,
): Joined | null => {
  const isSameOwner = known.owner === found.owner;
  const owner = !isSameOwner && outranks(found.owner, known.owner) ? found : known;
  const usage = usageWins(known, found, outranks) ? found : known;
  const row: RequestRow = {
    ...known,
    session: owner.session,
    project: owner.project,
    owner: owner.owner,
    requester: isSameOwner ? Math.min(known.requester, found.requester) : owner.requester,
    agentId: owner.agentId,
    atMs: isSameOwner ? Math.min(known.atMs, found.atMs) : owner.atMs,
    endMs: isSameOwner ? Math.max(known.endMs, found.endMs) : owner.endMs,
    requestId: owner.requestId ?? known.requestId ?? found.requestId,
    model: usage.model,
    origin: usage.origin,
    line: usage.line,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cacheReadInputTokens: usage.cacheReadInputTokens,
    cacheCreation5mInputTokens: usage.cacheCreation5mInputTokens,
    cacheCreation1hInputTokens: usage.cacheCreation1hInputTokens,
    webSearchRequests: usage.webSearchRequests,
    thinkingTokens: usage.thinkingTokens,
    detail: usage.detail,
    final: known.final | found.final,
  };
  const repriced = usage === found || row.atMs !== known.atMs;
  return isSame(known, row) ? null : { row, repriced };
};

const usageWins = (known: RequestRow, found: RequestRow, outranks: Outranks): boolean => {
  if (found.outputTokens !== known.outputTokens) return found.outputTokens > known.outputTokens;
  if (found.origin === known.origin) return found.line > known.line;
  return outranks(found.origin, known.origin);
};

/** Everything that others can see; where the line stands is no news by itself. */
const isSame = (left: RequestRow, right: RequestRow): boolean =>
  left.owner === right.owner &&
  left.session === right.session &&
  left.project === right.project &&
  left.requester === right.requester &&
  left.agentId === right.agentId &&
  left.atMs === right.atMs &&
  left.endMs === right.endMs &&
  left.requestId === right.requestId &&
  left.model === right.model &&
  left.origin === right.origin &&
  left.line === right.line &&
  left.final === right.final &&
  left.inputTokens === right.inputTokens &&
  left.outputTokens === right.outputTokens &&
  left.cacheReadInputTokens === right.cacheReadInputTokens &&
  left.cacheCreation5mInputTokens === right.cacheCreation5mInputTokens &&
  left.cacheCreation1hInputTokens === right.cacheCreation1hInputTokens &&
  left.webSearchRequests === right.webSearchRequests;
