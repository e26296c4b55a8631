/** Names of what is remembered of a session, one value each; the one with the latest time wins. */
export type SessionFactName =
  | 'user_type'
  | 'version'
  | 'git_branch'
  | 'entrypoint'
  | 'cwd'
  | 'session_kind'
  | 'permission_mode'
  | 'summary_title'
  | 'ai_title'
  | 'custom_title'
  | 'agent_name'
  | 'cost_state'
  | 'start_source'
  | 'end_reason'
  | 'model'
  | 'effort';

/** Something a source says of a session as a whole; `cost_state` is the client's own figure, as JSON text. */
export interface SessionFactRecord {
  readonly kind: 'session_fact';
  readonly sessionId: string;
  readonly name: SessionFactName;
  readonly value: string;
  readonly atMs: number;
}

/**
 * When something happened in a session, as one origin saw it: stretches of `[startMs, endMs]` pairs, ascending, in
 * which no two neighbouring messages lie 5 minutes or more apart.
 */
export interface SessionActivityRecord {
  readonly kind: 'session_activity';
  readonly sessionId: string;
  readonly stretchesMs: readonly number[];
}

/** One agent that works for a session. */
export interface SubagentRecord {
  readonly kind: 'subagent';
  readonly agentId: string;
  readonly sessionId: string;
  readonly agentType: string | null;
  readonly toolUseId: string | null;
  readonly parentAgentId: string | null;
  readonly spawnDepth: number | null;
  readonly background: boolean | null;
}
