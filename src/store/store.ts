import type { Database } from 'better-sqlite3';
import type { ArchiveLine, ArchivePage, ArchiveStream } from '../records/archive-line.ts';
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
  /**
   * Entries and plan events after `seq` in commit order, at most `limit`. A seq is never given twice; those that are left out
   * are of what only the archive is told, or of what has left the store.
   */
  readonly after: (seq: number, limit: number) => readonly Stored[];
  /** The log after `seq` as it is now, at most `limit` lines looked at. */
  readonly current: (seq: number, limit: number) => LogPage;
  /** Like {@link current}, with everything that the store keeps, as lines of the archive. */
  readonly archived: (seq: number, limit: number) => ArchivePage;
  /**
   * Lines of one stream whose time lies in the 24 hours from `dayStartMs` on and that are newest at a seq up to `toSeq`,
   * in commit order. What is older than {@link hotSinceMs} may be missing.
   */
  readonly archivedDay: (
    stream: ArchiveStream,
    dayStartMs: number,
    toSeq: number,
  ) => Iterable<ArchiveLine>;
  /** Unix milliseconds from which on the store still holds everything; negative infinity where nothing ever left it. */
  readonly hotSinceMs: () => number;
  /** What this store is called; a restored one keeps the name. */
  readonly storeId: () => string;
  /** Highest seq committed, 0 for an empty store. */
  readonly lastSeq: () => number;
  /** Resolves when something after `seq` is committed, or when the signal aborts. */
  readonly changed: (seq: number, signal: AbortSignal) => Promise<void>;
  /** The reading connection, for the questions of `src/rollups`. */
  readonly db: Database;
}

/** A page of the log as it is now: lines that a later one supersedes are passed over. */
export interface LogPage {
  /** In commit order; each entry and plan event with its newest revision, and so at most once. */
  readonly lines: readonly Stored[];
  /** Seq of the last line looked at, superseded or not; that of the question where there is none after it. */
  readonly toSeq: number;
}

/** How far an exporter has got in the log. */
export interface Cursor {
  /** Everything up to this seq was delivered, or was dropped and counted. */
  readonly seq: number;
  /** Unix milliseconds of when the exporter was first there. */
  readonly sinceMs: number;
}

/** An entry or plan event that a far side refused for good. */
export interface Refused {
  readonly seq: number;
  readonly id: string;
  readonly revision: number;
  readonly reason: string;
  /** What was sent, as JSON text. */
  readonly body: string;
}

/** Durable positions in the log, one for each exporter that pushes. */
export interface Cursors {
  /** Null for an exporter that was never there. */
  readonly load: (exporter: string) => Cursor | null;
  /**
   * Resolves once the position is on disk, in one transaction with what was refused on the way to it. Positions never move
   * back, but for 0, from which on everything is sent anew.
   */
  readonly save: (exporter: string, seq: number, refused?: readonly Refused[]) => Promise<void>;
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
  /** Moves an exporter's cursor, and keeps what was refused on the way, in one transaction. */
  readonly saveCursor: (exporter: string, seq: number, refused: readonly Refused[]) => void;
  readonly origins: (source: Source) => readonly OriginState[];
  /** Works out what belongs to some plans of which something changed since; false where there are no others. */
  readonly recountPlans: () => boolean;
  readonly close: () => void;
}
