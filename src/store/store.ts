import type { Database } from 'better-sqlite3';
import type { MetricEntry } from '../records/metric-entry.ts';
import type { PlanEvent } from '../records/plan.ts';
import type { Batch, OriginState, Source } from '../records/record.ts';

/** One line of the append-only log, with its entry or plan event as it is known now. */
export type Stored = StoredMetric | StoredPlanEvent;

/** A line of the log that tells of an entry. */
export interface StoredMetric {
  readonly seq: number;
  readonly kind: 'metric';
  readonly entry: MetricEntry;
}

/** A line of the log that tells of something that happened to a plan. */
export interface StoredPlanEvent {
  readonly seq: number;
  readonly kind: 'plan';
  readonly event: PlanEvent;
}

/** Reads what is committed; every exporter lives on this. */
export interface StoreReader {
  /** Entries and plan events after `seq` in commit order, at most `limit`; seq is gap-free and never reused. */
  readonly after: (seq: number, limit: number) => readonly Stored[];
  /** Highest seq committed, 0 for an empty store. */
  readonly lastSeq: () => number;
  /** Resolves when something after `seq` is committed, or when the signal aborts. */
  readonly changed: (seq: number, signal: AbortSignal) => Promise<void>;
  /** The reading connection, for the questions of `src/rollups`. */
  readonly db: Database;
}

/** Durable positions in the log, one for each exporter that pushes. */
export interface Cursors {
  readonly load: (exporter: string) => number;
  readonly save: (exporter: string, seq: number) => void;
}

/** What a commit did. */
export interface Committed {
  readonly lastSeq: number;
  /** Records that told nothing new. */
  readonly duplicates: number;
}

/** Writes batches; one transaction holds records, rollups, events and checkpoints. */
export interface StoreWriter {
  readonly commit: (batches: readonly Batch[]) => Committed;
  readonly origins: (source: Source) => readonly OriginState[];
  /** Works out what belongs to some plans of which something changed since; false where there are no others. */
  readonly recountPlans: () => boolean;
  readonly close: () => void;
}
