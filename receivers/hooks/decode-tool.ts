import { commandName } from '../../src/records/command-name.ts';
import { namesPath, planFolderOfCall } from '../../src/records/plan-path.ts';
import { toolCallKey } from '../../src/records/identity.ts';
import type { MonitorRecord } from '../../src/records/record.ts';
import { toolErrorClass } from '../../src/records/tool-error.ts';
import { emptyToolCall, type ToolCallRecord } from '../../src/records/tool-call.ts';
import { changedLines } from './changed-lines.ts';
import { amount, own } from '../../src/records/foreign-value.ts';
import { decodePlanEdit } from './decode-plan-edit.ts';
import { decodePullRequest } from './decode-pull-request.ts';
import { digestOf, word } from './payload.ts';
import { type DecodeEvent, occurrence, type Told } from './telling.ts';

/** Longer than any tool runs. */
const MAX_DURATION_MS = 1e12;
const MAX_TOOL_NAME = 256;
const MAX_PATH = 4096;
/** What an error begins with is enough to sort it. */
const ERROR_HEAD = 512;

const toolOf = ({ payload }: Told): string =>
  word(own(payload.fields, 'tool_name'), MAX_TOOL_NAME) ?? 'unknown';

const inputOf = ({ payload }: Told): unknown => own(payload.fields, 'tool_input');

/** A digest of a tool's input, which is the same in every hook of one call. */
const inputDigestOf = (told: Told): string => digestOf(JSON.stringify(inputOf(told)) ?? '');

/** What every hook of a call tells of it; undefined where it does not name the call. */
const callOf = (told: Told): ToolCallRecord | undefined => {
  const { payload } = told;
  const toolUseId = word(own(payload.fields, 'tool_use_id'), MAX_TOOL_NAME);
  if (toolUseId === null || toolUseId === '') return undefined;
  const input = inputOf(told);
  const given = own(input, 'command');
  const command = typeof given === 'string' ? given : null;
  const tool = toolOf(told);
  const filePath = word(own(input, 'file_path') ?? own(input, 'notebook_path'), MAX_PATH);
  const otherPath = namesPath(tool) ? word(own(input, 'path'), MAX_PATH) : null;
  const planPath = planFolderOfCall(filePath ?? otherPath, command, payload.project);
  return {
    ...emptyToolCall(toolCallKey(toolUseId, payload.sessionId), toolUseId, payload.sessionId),
    project: payload.project,
    agentId: payload.agentId,
    tool,
    filePath,
    command: command === null ? null : commandName(command.slice(0, MAX_PATH)),
    planPath,
    ...(planPath !== null && { promptId: payload.promptId }),
  };
};

/** A call that does not say which one it is can only be told as something that happened. */
const nameless = (told: Told): readonly MonitorRecord[] => [
  occurrence(told, { tool_name: toolOf(told) }),
];

/** The call begins, or a person is about to be asked. */
export const decodePreToolUse: DecodeEvent = (told) => {
  const call = callOf(told);
  if (call === undefined) return nameless(told);
  const inputBytes = Buffer.byteLength(JSON.stringify(inputOf(told)) ?? '');
  return [{ ...call, callAtMs: told.atMs, inputBytes, inputDigest: inputDigestOf(told) }];
};

/** What both kinds of result tell: when, and how long the tool ran. */
const ended = (told: Told, call: ToolCallRecord): ToolCallRecord => {
  const ran = amount(own(told.payload.fields, 'duration_ms'));
  const durationMs = ran === null || ran > MAX_DURATION_MS ? null : Math.round(ran);
  const startedAtMs = told.atMs - (durationMs ?? 0);
  return {
    ...call,
    callAtMs: startedAtMs,
    isCallInferred: true,
    resultAtMs: told.atMs,
    durationMs,
    durationSource: durationMs === null ? null : 'hook',
    inputDigest: inputDigestOf(told),
    ...(durationMs !== null && { startedAtMs }),
  };
};

/** The call succeeded. */
export const decodePostToolUse: DecodeEvent = (told) => {
  const call = callOf(told);
  if (call === undefined) return nameless(told);
  const response = own(told.payload.fields, 'tool_response');
  const isInterrupted = own(response, 'interrupted') === true;
  return [
    {
      ...ended(told, call),
      success: !isInterrupted,
      errorClass: isInterrupted ? 'interrupted' : null,
      ...changedLines(response),
      planEdit: isInterrupted ? null : decodePlanEdit(response, call),
      startedAgentId: word(own(response, 'agentId')),
    },
    ...decodePullRequest(told),
  ];
};

/** The call was started and failed. */
export const decodePostToolUseFailure: DecodeEvent = (told) => {
  const call = callOf(told);
  if (call === undefined) return nameless(told);
  const { fields } = told.payload;
  const error = own(fields, 'error');
  const head = typeof error === 'string' ? error.slice(0, ERROR_HEAD) : '';
  const errorClass = toolErrorClass(null, own(fields, 'is_interrupt') === true, [head]);
  return [{ ...ended(told, call), success: false, errorClass }];
};

/** The client decided by itself that the call may not be made. */
export const decodePermissionDenied: DecodeEvent = (told) => {
  const call = callOf(told);
  const denied = occurrence(told, {
    tool_name: toolOf(told),
    tool_use_id: call?.toolUseId ?? null,
  });
  if (call === undefined) return [denied];
  const { atMs } = told;
  const at = { callAtMs: atMs, isCallInferred: true, resultAtMs: atMs };
  return [{ ...call, ...at, success: false, errorClass: 'denied' }, denied];
};

/** A person is asked whether a call may be made; which one it is, only its tool and input tell. */
export const decodePermissionRequest: DecodeEvent = (told) => {
  const tool = toolOf(told);
  const suggestions = own(told.payload.fields, 'permission_suggestions');
  const data = {
    tool_name: tool,
    suggestions: Array.isArray(suggestions) ? suggestions.length : null,
    decision: 'pending',
  };
  const call = { tool, inputDigest: inputDigestOf(told) };
  return [occurrence(told, data, { call })];
};

/** Several calls that were made together are done. */
export const decodePostToolBatch: DecodeEvent = (told) => {
  const calls = own(told.payload.fields, 'tool_calls');
  return [occurrence(told, { tool_calls: Array.isArray(calls) ? calls.length : null })];
};
