import type { ToolCallRow } from '../store/rows.ts';
import type { Outranks } from './join-request.ts';

/** Sources of a duration, best first: the first two leave out the wait for permission. */
const DURATION_SOURCES: readonly (string | null)[] = ['hook', 'telemetry', 'tool_result', 'timestamps', null];

/**
 * Joins what is known of a tool call with what was found now: the call and the result may be told apart, in either
 * order, by several origins and sources. Null where nothing new was found.
 */
export const joinToolCall = (known: ToolCallRow, found: ToolCallRow, outranks: Outranks): ToolCallRow | null => {
  const [first, second] =
    known.owner === found.owner || outranks(known.owner, found.owner) ? [known, found] : [found, known];
  const callAtMs = first.callAtMs ?? second.callAtMs;
  const resultAtMs = first.resultAtMs ?? second.resultAtMs;
  const row: ToolCallRow = {
    ...first,
    tool: first.tool ?? second.tool,
    project: first.project,
    requestKey: first.requestKey ?? second.requestKey,
    callAtMs,
    resultAtMs,
    atMs: callAtMs ?? resultAtMs ?? first.atMs,
    success: first.success ?? second.success,
    errorClass: first.errorClass ?? second.errorClass,
    inputBytes: first.inputBytes ?? second.inputBytes,
    resultBytes: first.resultBytes ?? second.resultBytes,
    file: first.file ?? second.file,
    command: first.command ?? second.command,
    linesAdded: first.linesAdded ?? second.linesAdded,
    linesRemoved: first.linesRemoved ?? second.linesRemoved,
    startedAgentId: first.startedAgentId ?? second.startedAgentId,
    revision: known.revision,
  };
  const timed = withDuration(row, first, second);
  return isSame(known, timed) ? null : timed;
};

/** A tool call with the time between its call and its result, where no source gave a better one. */
export const withTimestampDuration = (row: ToolCallRow): ToolCallRow => {
  if (row.durationMs !== null || row.callAtMs === null || row.resultAtMs === null) return row;
  return { ...row, durationMs: Math.max(0, row.resultAtMs - row.callAtMs), durationSource: 'timestamps' };
};

const withDuration = (row: ToolCallRow, first: ToolCallRow, second: ToolCallRow): ToolCallRow => {
  const order = DURATION_SOURCES.indexOf(second.durationSource) - DURATION_SOURCES.indexOf(first.durationSource);
  const best = order < 0 ? second : first;
  if (best.durationSource !== 'timestamps') {
    return withTimestampDuration({ ...row, durationMs: best.durationMs, durationSource: best.durationSource });
  }
  return withTimestampDuration({ ...row, durationMs: null, durationSource: null });
};

const isSame = (left: ToolCallRow, right: ToolCallRow): boolean => {
  for (const field of Object.keys(left) as (keyof ToolCallRow)[]) {
    if (left[field] !== right[field] && field !== 'revision') return false;
  }
  return true;
};
