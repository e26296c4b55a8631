import type { ApiRequestRecord } from '../../src/records/api-request.ts';
import type { ToolCallRecord } from '../../src/records/tool-call.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A request as gathered so far from the lines of one file. */
export type RequestDraft = Mutable<ApiRequestRecord>;

/** A tool call as gathered so far from the lines of one file. */
export type ToolCallDraft = Mutable<ToolCallRecord>;

/** A tool call of which nothing but its name is known. */
export const emptyToolCall = (
  key: string,
  toolUseId: string,
  sessionId: string,
): ToolCallDraft => ({
  kind: 'tool_call',
  key,
  toolUseId,
  sessionId,
  project: '',
  agentId: null,
  tool: null,
  requestKey: null,
  callAtMs: null,
  resultAtMs: null,
  success: null,
  errorClass: null,
  durationMs: null,
  durationSource: null,
  inputBytes: null,
  resultBytes: null,
  filePath: null,
  command: null,
  linesAdded: null,
  linesRemoved: null,
  startedAgentId: null,
  line: 0,
  offsetBytes: 0,
});
