import type { SessionState } from './session-state.ts';

/** One session as a list shows it. Times are ISO 8601 in UTC, money is USD, nothing is rounded but minutes. */
export interface SessionSummary {
  readonly session_id: string;
  /** The project that most of the money went to, or where it began while nothing was used; '' where no source says. */
  readonly project: string;
  readonly title: string | null;
  readonly state: SessionState;
  readonly started: string;
  readonly ended: string;
  readonly last_activity: string;
  /** Date of the start in the zone asked for. */
  readonly day: string;
  readonly duration_wall_ms: number;
  readonly duration_active_ms: number;
  readonly duration_wall_min: number;
  readonly duration_active_min: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_create_tokens: number;
  /** Input and output. */
  readonly total_tokens: number;
  /** All four kinds. */
  readonly all_tokens: number;
  /** Responses of the model to the session or its agents, each counted once. */
  readonly messages: number;
  readonly cost_usd: number;
  readonly estimated_cost_usd: number;
  readonly unpriced_requests: number;
  readonly not_final_requests: number;
  /** What the client itself says the session cost, requests outside the transcript included; null where it does not. */
  readonly client_cost_usd: number | null;
  /** `cost_usd` less `client_cost_usd`. */
  readonly cost_difference_usd: number | null;
  /** The model that most of the money went to; null without requests. */
  readonly model: string | null;
  readonly models: readonly string[];
  readonly prompts: number;
  readonly tool_calls: number;
  readonly tool_failures: number;
  readonly interrupts: number;
  readonly compactions: number;
  readonly api_errors: number;
  readonly subagents: number;
  /** Times a person was asked whether a tool may be used, and how long the agent waited for all the answers. */
  readonly permission_requests: number;
  readonly permission_wait_ms: number;
  readonly pull_requests: readonly string[];
  readonly user_type: string | null;
  readonly version: string | null;
  readonly git_branch: string | null;
  readonly entrypoint: string | null;
  /** Lines and bytes of all its files, whether they were used or not. */
  readonly total_entries: number;
  readonly total_size_bytes: number;
}
