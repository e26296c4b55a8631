/** What can happen in a session besides requests and tool calls; becomes the public `event_type`. */
export type OccurrenceType =
  | 'user_prompt'
  | 'slash_command'
  | 'user_interrupt'
  | 'compaction'
  | 'api_error'
  | 'turn_completed'
  | 'pr_created';

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
}
