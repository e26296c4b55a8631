import type { ToolCallRow } from '../store/rows.ts';
import type { Outranks } from './join-request.ts';

/** Sources of a duration, best first: the first two leave out the wait for permission. */
const DURATION_SOURCES: readonly (string | null)[] = [
  'hook',
  'telemetry',
  'tool_result',
  'timestamps',
  null,
];

/**
 * Joins what is known of a tool call with what was found now: the call and the result may be told apart, in either
 * order, by several origins and sources. Null where nothing new was found.
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
  const resultAtMs = first.resultAtMs ?? second.resultAtMs;
  // Only a call names the tool; without one the time is that of the result.
  const called = first.tool !== null ? first : second;
  const row: ToolCallRow = {
    ...first,
    tool: first.tool ?? second.tool,
    project: first.project,
    requestKey: first.requestKey ?? second.requestKey,
    resultAtMs,
    atMs: called.tool === null ? first.atMs : called.atMs,
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

/** Time between a tool call and its result, where both were seen. */
export const timestampDurationMs = ({
  tool,
  atMs,
  resultAtMs,
}: Pick<ToolCallRow, 'tool' | 'atMs' | 'resultAtMs'>) =>
  tool === null || resultAtMs === null ? null : Math.max(0, resultAtMs - atMs);

const withDuration = (row: ToolCallRow, first: ToolCallRow, second: ToolCallRow): ToolCallRow => {
  const order =
    DURATION_SOURCES.indexOf(second.durationSource) -
    DURATION_SOURCES.indexOf(first.durationSource);
  const best = order < 0 ? second : first;
  if (best.durationSource !== null && best.durationSource !== 'timestamps') {
    return { ...row, durationMs: best.durationMs, durationSource: best.durationSource };
  }
  const durationMs = timestampDurationMs(row);
  return { ...row, durationMs, durationSource: durationMs === null ? null : 'timestamps' };
};

const isSame = (left: ToolCallRow, right: ToolCallRow): boolean => {
  for (const field of Object.keys(left) as (keyof ToolCallRow)[]) {
    if (left[field] !== right[field] && field !== 'revision') return false;
  }
  return true;
};
