import type { EventCategory } from '../../src/records/occurrence.ts';

/**
 * How an event may be registered: `async` never makes the agent wait; `sync` does, because a hook that still runs when the
 * client ends is killed or waited for; `never` marks events whose mere registration changes what the client does.
 */
export type HookRegistration = 'async' | 'sync' | 'never';

/** One event that Claude Code tells its hooks of. */
export interface HookEvent {
  /** Public `event_type` and `event_category` of what it becomes. */
  readonly type: string;
  readonly category: EventCategory;
  readonly registration: HookRegistration;
  /** Whether it is installed where nobody names events: others fire often and tell nothing that these do not. */
  readonly isUsual: boolean;
}

const event = (
  type: string,
  category: EventCategory,
  registration: HookRegistration,
  isUsual = registration !== 'never',
): HookEvent => ({ type, category, registration, isUsual });

/** Every event of Claude Code 2.1.329. Source: type declarations of `@anthropic-ai/claude-agent-sdk` 0.3.329. */
export const HOOK_EVENTS: Readonly<Record<string, HookEvent>> = {
  SessionStart: event('session_started', 'session', 'async'),
  Setup: event('setup', 'session', 'async'),
  SessionEnd: event('session_ended', 'session', 'sync'),
  CwdChanged: event('cwd_changed', 'session', 'async'),
  DirectoryAdded: event('directory_added', 'session', 'async'),
  InstructionsLoaded: event('instructions_loaded', 'session', 'async', false),
  ConfigChange: event('config_changed', 'session', 'async'),
  FileChanged: event('file_changed', 'session', 'never'),
  PreModelSwitch: event('pre_model_switch', 'session', 'never'),
  PostModelSwitch: event('model_switched', 'session', 'async'),
  UserPromptSubmit: event('user_prompt', 'user', 'async'),
  UserPromptExpansion: event('prompt_expanded', 'user', 'async', false),
  MessageDisplay: event('message_displayed', 'session', 'never'),
  Stop: event('user_stop', 'user', 'sync'),
  StopFailure: event('stop_failed', 'session', 'sync'),
  Notification: event('notification', 'custom', 'async'),
  PreCompact: event('pre_compact', 'session', 'async'),
  PostCompact: event('post_compact', 'session', 'async'),
  PreToolUse: event('tool_start', 'tool', 'async'),
  PermissionRequest: event('permission_request', 'custom', 'async'),
  PermissionDenied: event('permission_denied', 'custom', 'async'),
  PostToolUse: event('tool_completed', 'tool', 'async'),
  PostToolUseFailure: event('tool_failed', 'tool', 'async'),
  PostToolBatch: event('tool_batch', 'tool', 'async', false),
  Elicitation: event('elicitation', 'custom', 'never'),
  ElicitationResult: event('elicitation_result', 'custom', 'never'),
  SubagentStart: event('subagent_started', 'session', 'async'),
  SubagentStop: event('subagent_stopped', 'session', 'sync'),
  TeammateIdle: event('teammate_idle', 'session', 'async'),
  TaskCreated: event('task_created', 'session', 'async'),
  TaskCompleted: event('task_completed', 'session', 'async'),
  WorktreeCreate: event('worktree_create', 'session', 'never'),
  WorktreeRemove: event('worktree_remove', 'session', 'never'),
};

/** Names of all events that can be registered without changing what the client does. */
export const REGISTRABLE_EVENTS: readonly string[] = Object.keys(HOOK_EVENTS).filter(
  (name) => HOOK_EVENTS[name]?.registration !== 'never',
);

/** Names of the events that are installed where nobody names any. */
export const USUAL_EVENTS: readonly string[] = Object.keys(HOOK_EVENTS).filter(
  (name) => HOOK_EVENTS[name]?.isUsual === true,
);
