/**
 * Where a tool call's duration was learned, best first. Hook and telemetry leave out the wait for permission;
 * `hook_pair` is the time between the hooks before and after the call, and has it in.
 */
export type DurationSource = 'hook' | 'telemetry' | 'tool_result' | 'timestamps' | 'hook_pair';

/** Why a tool call did not succeed, from a closed list: it becomes a metric label. */
export type ToolErrorClass =
  | 'denied'
  | 'interrupted'
  | 'exit_code'
  | 'not_found'
  | 'permission'
  | 'timeout'
  | 'invalid_input'
  | 'other';

/** One tool call: the model's request to run it, its result, or both, as far as one source has seen. */
export interface ToolCallRecord {
  readonly kind: 'tool_call';
  /** Identity across files and sources: see `toolCallKey` in identity.ts. */
  readonly key: string;
  readonly toolUseId: string;
  readonly sessionId: string;
  readonly project: string;
  readonly agentId: string | null;
  /** Tool name as the model called it; null where only the result was seen. */
  readonly tool: string | null;
  /** Key of the API request that asked for it. */
  readonly requestKey: string | null;
  readonly callAtMs: number | null;
  readonly resultAtMs: number | null;
  readonly success: boolean | null;
  readonly errorClass: ToolErrorClass | null;
  readonly durationMs: number | null;
  readonly durationSource: DurationSource | null;
  /** Bytes of the input as JSON text. */
  readonly inputBytes: number | null;
  /** UTF-8 bytes of the result as the model reads it. */
  readonly resultBytes: number | null;
  readonly filePath: string | null;
  /** First word of a shell command; never the rest of it. */
  readonly command: string | null;
  /** Folder of the plan that the call's file lies in or its command names; absolute, see plan-path.ts. */
  readonly planPath: string | null;
  /** Prompt that a call of a plan was made for; only hooks tell it. */
  readonly promptId?: string | null;
  /**
   * Features that the call wrote to a plan's manifest: JSON of `[id, status]` pairs as they then stand there; else
   * null.
   */
  readonly planEdit: string | null;
  readonly linesAdded: number | null;
  readonly linesRemoved: number | null;
  /** Agent that this call started. */
  readonly startedAgentId: string | null;
  /** Digest of the input as hooks give it; absent elsewhere. */
  readonly inputDigest?: string;
  /** Whether the call itself was not seen, and what is told of it follows from the result. */
  readonly isCallInferred?: boolean;
  /** When the tool began to run, past any wait for permission; absent where the source cannot tell. */
  readonly startedAtMs?: number;
  readonly line: number;
  readonly offsetBytes: number;
}

/** A tool call of which nothing but its identity is known; to be filled in by whoever made it. */
export const emptyToolCall = (
  key: string,
  toolUseId: string,
  sessionId: string,
): { -readonly [K in keyof ToolCallRecord]: ToolCallRecord[K] } => ({
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
  planPath: null,
  planEdit: null,
  linesAdded: null,
  linesRemoved: null,
  startedAgentId: null,
  line: 0,
  offsetBytes: 0,
});
