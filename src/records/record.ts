import type { ApiRequestRecord } from './api-request.ts';
import type { OccurrenceRecord } from './occurrence.ts';
import type { PlanSnapshotRecord } from './plan.ts';
import type { RateLimitRecord } from './rate-limit.ts';
import type { SessionActivityRecord, SessionFactRecord, SubagentRecord } from './session.ts';
import type { SessionClosingRecord } from './session-closing.ts';
import type { ToolCallRecord } from './tool-call.ts';

/** The kind of input a fact came from. */
export type Source = EntrySource | 'plan' | 'statusline';

/** The kinds of input that entries come from; the public `source`. */
export type EntrySource = 'hook' | 'transcript' | 'telemetry' | 'custom';

/** Everything a receiver can hand on. */
export type MonitorRecord =
  | ApiRequestRecord
  | ToolCallRecord
  | OccurrenceRecord
  | SessionFactRecord
  | SessionActivityRecord
  | SubagentRecord
  | SessionClosingRecord
  | PlanSnapshotRecord
  | RateLimitRecord;

/** Why a line or payload was not used; a closed list, because it becomes a metric label. */
export type RejectReason =
  | 'invalid_json'
  | 'not_an_object'
  | 'too_deep'
  | 'too_long'
  | 'missing_type'
  | 'missing_session'
  | 'invalid_field'
  | 'invalid_usage'
  | 'invalid_id'
  | 'invalid_path'
  | 'incomplete'
  | 'plan_status'
  | 'duplicate_id'
  | 'empty_manifest'
  | 'outside_root'
  | 'not_a_file'
  | 'unreadable'
  | 'too_many';

/** One line or payload that was not used, and where it stands. */
export interface Reject {
  readonly reason: RejectReason;
  /** Name of the payload, where it has one of its own and no place in a file. */
  readonly name?: string;
  readonly line: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * One file, spool or connection that records come from.
 *
 * `firstAtMs` (its first timestamped entry) and `writtenAtMs` (its last write) decide which of several copies of a
 * response is the original.
 */
export interface Origin {
  readonly path: string;
  readonly firstAtMs: number | null;
  readonly writtenAtMs: number;
  /** Path it was known by, where it has been renamed since. */
  readonly movedFrom?: string;
}

/** Why an origin had to be read again from its beginning. */
export type ResetReason = 'truncated' | 'rewritten';

/** How far an origin has been read, with totals since its beginning; committed together with the records. */
export interface Checkpoint {
  /** Receiver's own text; nobody else looks inside. */
  readonly position: string;
  readonly sessionId: string | null;
  readonly lines: number;
  readonly bytes: number;
}

/** How often an event was heard from one installation of the hooks, and when last. */
export interface HookHeard {
  readonly event: string;
  readonly scope: string;
  readonly count: number;
  readonly lastAtMs: number;
}

/** What one receiver read from one origin in one go. */
export interface Batch {
  readonly source: Source;
  readonly origin: Origin;
  readonly records: readonly MonitorRecord[];
  readonly rejects: readonly Reject[];
  /** How many entries of each type were read, as `type` or `type/subtype`. */
  readonly entries: ReadonlyMap<string, number>;
  /** Unix milliseconds of the newest entry, for the lag. */
  readonly newestAtMs: number | null;
  readonly checkpoint?: Checkpoint;
  readonly heard?: readonly HookHeard[];
  /** Why the origin is read again from its beginning, where it is. */
  readonly reset?: ResetReason;
}

/** What was committed of an origin last. */
export interface OriginState {
  readonly path: string;
  readonly position: string;
}
