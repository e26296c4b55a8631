import { PART_RANKS, type ToolCallRow } from '../store/rows.ts';
import type { Outranks } from './join-request.ts';

/** Sources of a duration, best first: the first two leave out the wait for permission. */
const DURATION_SOURCES: readonly (string | null)[] = [
  'hook',
  'telemetry',
  'tool_result',
  'timestamps',
  'hook_pair',
  null,
];

/**
 * Joins what is known of a tool call with what was found now: the call and the result may be told apart, in either
 * order, by several origins and sources. Of each part the best source's word counts, whichever came first. Null where
 * nothing new was found.
 */
export const joinToolCall = (
  known: ToolCallRow,
  found: ToolCallRow,
  outranks: Outranks,
): ToolCallRow | null => {
  const [first, second] =
    known.owner === found.owner || outranks(known.owner, found.owner)
      ? [known, found]
      : [found, known];
  const joined: ToolCallRow = {
    ...first,
    ...callOf(first, second),
    ...resultOf(first, second),
    startedAgentId: first.startedAgentId ?? second.startedAgentId,
    seen: first.seen | second.seen,
    inputDigest: first.inputDigest ?? second.inputDigest,
    permissionKey: first.permissionKey ?? second.permissionKey,
    askedAtMs: first.askedAtMs ?? second.askedAtMs,
    startedAtMs: first.startedAtMs ?? second.startedAtMs,
    revision: known.revision,
  };
  const timed = { ...joined, ...durationOf(joined, [first, second]) };
  return isSame(known, timed) ? null : timed;
};

const rankOf = (rank: number | null): number => rank ?? Number.POSITIVE_INFINITY;

/** What is told of the call itself. Without one the time is that of the result. */
const callOf = (first: ToolCallRow, second: ToolCallRow) => {
  const isSecond = rankOf(second.callRank) < rankOf(first.callRank);
  const [best, other] = isSecond ? [second, first] : [first, second];
  return {
    callRank: best.callRank,
    tool: best.tool ?? other.tool,
    atMs: best.atMs,
    requestKey: best.requestKey ?? other.requestKey,
    inputBytes: best.inputBytes ?? other.inputBytes,
    file: best.file ?? other.file,
    command: best.command ?? other.command,
    planPath: best.planPath ?? other.planPath,
    promptId: best.promptId ?? other.promptId,
  };
};

/** What is told of the result: whether it succeeded, why not and when go together. */
const resultOf = (first: ToolCallRow, second: ToolCallRow) => {
  const isSecond = rankOf(second.resultRank) < rankOf(first.resultRank);
  const [best, other] = isSecond ? [second, first] : [first, second];
  const isEqual = best.resultRank === other.resultRank;
  return {
    resultRank: best.resultRank,
    resultAtMs: best.resultAtMs ?? (isEqual ? other.resultAtMs : null),
    success: best.success ?? (isEqual ? other.success : null),
    errorClass: best.errorClass ?? (isEqual && best.success === null ? other.errorClass : null),
    resultBytes: best.resultBytes ?? other.resultBytes,
    planEdit: best.planEdit ?? other.planEdit,
    linesAdded: best.linesAdded ?? other.linesAdded,
    linesRemoved: best.linesRemoved ?? other.linesRemoved,
  };
};

type Timed = Pick<ToolCallRow, 'callRank' | 'resultRank' | 'atMs' | 'resultAtMs'>;

/** Time between a tool call and its result, where both were seen. */
export const spanOf = ({
  callRank,
  resultRank,
  atMs,
  resultAtMs,
}: Timed): Pick<ToolCallRow, 'durationMs' | 'durationSource'> => {
  const isSeen = rankOf(callRank) < PART_RANKS.inferred && rankOf(resultRank) < PART_RANKS.inferred;
  if (!isSeen || resultAtMs === null) return { durationMs: null, durationSource: null };
  const isTranscript = callRank === PART_RANKS.transcript && resultRank === PART_RANKS.transcript;
  return {
    durationMs: Math.max(0, resultAtMs - atMs),
    durationSource: isTranscript ? 'timestamps' : 'hook_pair',
  };
};

const SPANS: ReadonlySet<string | null> = new Set(['timestamps', 'hook_pair', null]);

/** The duration that the best source tells; where none does, the time between call and result. */
const durationOf = (
  joined: ToolCallRow,
  [first, second]: readonly [ToolCallRow, ToolCallRow],
): Pick<ToolCallRow, 'durationMs' | 'durationSource'> => {
  const isSecondBetter =
    DURATION_SOURCES.indexOf(second.durationSource) <
    DURATION_SOURCES.indexOf(first.durationSource);
  const { durationMs, durationSource } = isSecondBetter ? second : first;
  return SPANS.has(durationSource) ? spanOf(joined) : { durationMs, durationSource };
};

const isSame = (left: ToolCallRow, right: ToolCallRow): boolean => {
  for (const field of Object.keys(left) as (keyof ToolCallRow)[]) {
    if (left[field] !== right[field] && field !== 'revision') return false;
  }
  return true;
};
