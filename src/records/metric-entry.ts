import type { EventCategory } from './occurrence.ts';
import type { EntrySource } from './record.ts';

/** Token counts of one entry, under their wire names. */
export interface EntryTokens {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_creation_5m_input_tokens: number;
  readonly cache_creation_1h_input_tokens: number;
}

/** Cost of one entry in USD; `total` is the sum of the others. */
export interface EntryCost {
  readonly input: number;
  readonly output: number;
  readonly cache_read: number;
  readonly cache_creation: number;
  readonly web_search: number;
  readonly total: number;
}

/**
 * The public form of everything that is recorded, over REST, SSE and in archives.
 *
 * `id` stays the same for ever; when what is known of the entry grows, it is told again with a higher `revision`.
 */
export interface MetricEntry {
  readonly id: string;
  readonly revision: number;
  /** ISO 8601 in UTC with milliseconds. */
  readonly timestamp: string;
  readonly session_id: string;
  readonly project_path: string;
  readonly source: EntrySource;
  readonly event_type: string;
  readonly event_category: EventCategory;
  readonly model?: string;
  readonly tokens?: EntryTokens;
  readonly cost?: EntryCost;
  readonly tool_name?: string;
  readonly tool_duration_ms?: number | null;
  readonly tool_success?: boolean | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
}
