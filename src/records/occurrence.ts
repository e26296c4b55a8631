/**
 * What can happen in a session besides requests and tool calls; becomes the public `event_type`. The second part is told
 * by hooks alone; events of clients newer than this are `hook_` and their name in snake case.
 */
export type OccurrenceType =
  | 'user_prompt'
  | 'slash_command'
  | 'user_interrupt'
  | 'compaction'
  | 'api_error'
  | 'turn_completed'
  | 'pr_created'
  | HookOccurrenceType;

/** See {@link OccurrenceType}. */
export type HookOccurrenceType =
  | 'session_started'
  | 'session_ended'
  | 'user_stop'
  | 'notification'
  | 'subagent_started'
  | 'subagent_stopped'
  | 'pre_compact'
  | 'post_compact'
  | 'permission_request'
  | 'permission_denied'
  | 'injected_prompt'
  | 'prompt_expanded'
  | 'stop_failed'
  | 'tool_batch'
  | 'tool_start'
  | 'tool_completed'
  | 'tool_failed'
  | 'setup'
  | 'cwd_changed'
  | 'directory_added'
  | 'instructions_loaded'
  | 'config_changed'
  | 'file_changed'
  | 'pre_model_switch'
  | 'model_switched'
  | 'message_displayed'
  | 'elicitation'
  | 'elicitation_result'
  | 'teammate_idle'
  | 'task_created'
  | 'task_completed'
  | 'worktree_create'
  | 'worktree_remove'
  | `hook_${string}`;

/**
 * How a hook's occurrence is known again. A `firing` has no identity of its own: the same words from another installation
 * at the same time are the same firing. A `prompt` is also told by the transcript, under the same `promptId`.
 */
export interface HookTelling {
  readonly as: 'firing' | 'prompt';
  /** Installation that told of it. */
  readonly scope: string;
  /** Digest of the payload. */
  readonly digest: string;
  readonly promptId: string | null;
  /** The call that permission is asked for. */
  readonly call?: { readonly tool: string; readonly inputDigest: string };
}

/** A hook may be heard this much before the one that the client ran before it. */
export const OUT_OF_ORDER_MS = 5_000;

/** Public event category, the seeds' closed list. */
export type EventCategory = 'tool' | 'api' | 'session' | 'user' | 'custom';

/** One thing that happened at one moment, with the numbers and names that belong to it and no free text. */
export interface OccurrenceRecord {
  readonly kind: 'occurrence';
  /** Identity across files: copies of a line in a resumed or forked session share it. */
  readonly key: string;
  readonly type: OccurrenceType;
  readonly category: EventCategory;
  readonly sessionId: string;
  readonly project: string;
  readonly agentId: string | null;
  readonly atMs: number;
  /** Flat JSON object text of `snake_case` names, ready for the public `data`. */
  readonly data: string;
  readonly line: number;
  readonly offsetBytes: number;
  /** Present where a hook told of it; `key` then counts for nothing. */
  readonly telling?: HookTelling;
}
