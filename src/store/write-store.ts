import type { Database, Statement } from 'better-sqlite3';
import type { OriginState, Reject, Source } from '../records/record.ts';
import { OCCURRENCE_LAYOUT, REQUEST_LAYOUT, TOOL_CALL_LAYOUT } from './columns.ts';
import { Counts } from './counts.ts';
import { EntityTable, type EntityTableLayout } from './entity-table.ts';
import { DocumentLog } from './document-log.ts';
import { type HotLimits, HotWindow, type Pruned } from './hot-window.ts';
import { KeyLedger } from './key-ledger.ts';
import { Names } from './names.ts';
import { HookQueries } from './hook-queries.ts';
import { CursorTable } from './cursor-table.ts';
import { createIndexes } from './open.ts';
import { PlanEvidence } from './plan-evidence.ts';
import { PlanShares } from './plan-shares.ts';
import { PlanTables } from './plan-tables.ts';
import { OriginTable } from './origin-table.ts';
import {
  EVENT_KINDS,
  type OccurrenceRow,
  type RequestRow,
  type ToolCallRow,
  type RestoredIdentity,
  type RestoredLine,
} from './rows.ts';
import { writeRestoredIdentity, writeRestoredLog } from './restored-log.ts';
import { RateLimitTable } from './rate-limit-table.ts';
import { RequestCopies } from './request-copies.ts';
import { SessionTables } from './session-tables.ts';
import { Sums } from './sums.ts';
import { Tallies } from './tallies.ts';
import { TOOL_SUMS } from './tool-sums.ts';

/** Columns of the sums over requests, in the order the pipeline adds to them. */
export const REQUEST_SUMS = [
  'requests',
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_5m_input_tokens',
  'cache_creation_1h_input_tokens',
  'web_search_requests',
  'input_nano_usd',
  'output_nano_usd',
  'cache_read_nano_usd',
  'cache_creation_nano_usd',
  'web_search_nano_usd',
  'estimated_nano_usd',
  'unpriced_requests',
  'not_final_requests',
] as const;

const CALL_COUNTS = {
  table: 'total_call',
  keys: ['tool', 'command', 'error_class'],
  count: 'calls',
};
const OCCURRENCE_COUNTS = {
  table: 'rollup_occurrence',
  keys: ['slot', 'type', 'reason'],
  count: 'occurrences',
};

/** So few that nothing else waits for long. */
const DOCUMENTS_AT_ONCE = 5_000;

const REQUESTS: EntityTableLayout<RequestRow> = {
  table: 'request',
  kind: EVENT_KINDS.request,
  layout: REQUEST_LAYOUT,
};
const TOOL_CALLS: EntityTableLayout<ToolCallRow> = {
  table: 'tool_call',
  kind: EVENT_KINDS.tool_call,
  layout: TOOL_CALL_LAYOUT,
};
const OCCURRENCES: EntityTableLayout<OccurrenceRow> = {
  table: 'occurrence',
  kind: EVENT_KINDS.occurrence,
  layout: OCCURRENCE_LAYOUT,
};

/** The store as the pipeline writes to it: tables, each with its own statements, inside one transaction at a time. */
export class WriteStore {
  readonly db: Database;
  readonly projects: Names;
  readonly models: Names;
  readonly tools: Names;
  readonly files: Names;
  readonly sessions: Names;
  readonly origins: OriginTable;
  readonly requests: EntityTable<RequestRow>;
  readonly toolCalls: EntityTable<ToolCallRow>;
  readonly occurrences: EntityTable<OccurrenceRow>;
  readonly documents: DocumentLog;
  readonly copies: RequestCopies;
  readonly sessionTables: SessionTables;
  readonly hookQueries: HookQueries;
  readonly plans: PlanTables;
  readonly planEvidence: PlanEvidence;
  readonly planShares: PlanShares;
  readonly requestSums: Sums;
  readonly toolSums: Sums;
  readonly tallies: Tallies;
  /** Tool calls by tool, command and class of failure. */
  readonly callCounts: Counts<readonly [tool: number, command: string, errorClass: string]>;
  /** Occurrences by quarter of an hour, type and reason. */
  readonly occurrenceCounts: Counts<readonly [slot: number, type: string, reason: string]>;
  readonly cursors: CursorTable;
  readonly rateLimits: RateLimitTable;
  readonly ledger: KeyLedger;
  #hotWindow: HotWindow | null = null;
  readonly #requestTotals: Sums;
  readonly #toolTotals: Sums;
  readonly #deadLetter: Statement;
  readonly #lastSeq: Statement<[], { seq: number }>;
  #isSettled: boolean;

  /** A store in which nothing was logged yet is filled without indexes first; see {@link settle}. */
  constructor(db: Database) {
    this.db = db;
    const fresh = db.prepare('SELECT 1 FROM event LIMIT 1').get() === undefined;
    if (!fresh) createIndexes(db);
    // Five look-ups a row. Its own ids are all that the store refers to, and those of a new store were just made.
    else db.pragma('foreign_keys = OFF');
    this.#isSettled = !fresh;
    this.projects = new Names(db, 'project', 'path');
    this.models = new Names(db, 'model', 'name');
    this.tools = new Names(db, 'tool', 'name');
    this.files = new Names(db, 'file', 'path');
    this.sessions = new Names(db, 'session', 'session_id');
    this.documents = new DocumentLog(db);
    this.copies = new RequestCopies(db);
    this.origins = new OriginTable(db, this.documents);
    this.requests = new EntityTable(db, { ...REQUESTS, fresh });
    this.toolCalls = new EntityTable(db, { ...TOOL_CALLS, fresh });
    this.occurrences = new EntityTable(db, { ...OCCURRENCES, fresh });
    this.sessionTables = new SessionTables(db, this.documents);
    this.hookQueries = new HookQueries(db, this.documents);
    this.plans = new PlanTables(db, this.documents);
    this.planEvidence = new PlanEvidence(db);
    this.planShares = new PlanShares(db);
    const requestKeys = ['project', 'model', 'source', 'requester'];
    const toolKeys = ['project', 'tool', 'source'];
    this.#requestTotals = new Sums(db, {
      table: 'total_request',
      keys: requestKeys,
      values: REQUEST_SUMS,
    });
    this.#toolTotals = new Sums(db, { table: 'total_tool', keys: toolKeys, values: TOOL_SUMS });
    this.requestSums = new Sums(db, {
      table: 'rollup_request',
      keys: ['slot', 'session', ...requestKeys],
      values: REQUEST_SUMS,
      total: this.#requestTotals,
    });
    this.toolSums = new Sums(db, {
      table: 'rollup_tool',
      keys: ['slot', 'session', ...toolKeys],
      values: TOOL_SUMS,
      total: this.#toolTotals,
    });
    this.tallies = new Tallies(db, this.documents);
    this.callCounts = new Counts(db, CALL_COUNTS);
    this.occurrenceCounts = new Counts(db, OCCURRENCE_COUNTS);
    this.cursors = new CursorTable(db);
    this.rateLimits = new RateLimitTable(db);
    this.ledger = new KeyLedger(db);
    this.#deadLetter = db.prepare(
      `INSERT OR IGNORE INTO dead_letter (path, name, line, offset_bytes, length_bytes, reason, seen_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#lastSeq = db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM event');
  }

  /** Runs `work` in one transaction, with what it logged and summed; returns the highest seq. */
  transaction(work: () => void): number {
    return this.#transaction(work, () => {
      for (const table of this.#entities) table.log();
      this.plans.events.log();
      this.copies.log();
      this.documents.flush();
    });
  }

  /** The same for what an archive tells: nothing of it is news, so that it brings its own lines of the log. */
  restoring(work: () => void): void {
    this.#transaction(work, () => {
      for (const table of this.#entities) table.flush();
    });
  }

  #transaction(work: () => void, log: () => void): number {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      for (const table of this.#entities) table.begin();
      this.plans.events.begin();
      this.documents.begin();
      this.copies.begin();
      work();
      log();
      for (const sums of this.#sums) sums.flush();
      const seq = this.#lastSeq.get()!.seq;
      this.db.exec('COMMIT');
      return seq;
    } catch (error) {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
      this.#forget();
      throw error;
    }
  }

  /** Tells in the log what stands in no entry and has changed, and whether there is more of it; null: nothing was told. */
  logDocuments(): { readonly lastSeq: number | null; readonly isMore: boolean } {
    if (!this.documents.isDue()) return { lastSeq: null, isMore: false };
    let isMore = false;
    const lastSeq = this.transaction(() => void (isMore = this.documents.log(DOCUMENTS_AT_ONCE)));
    return { lastSeq, isMore };
  }

  /** Lets some rows leave that are too old; what exporters lose by that is counted for ever. */
  prune(limits: HotLimits): Pruned {
    this.#hotWindow ??= new HotWindow(this.db, this.ledger);
    const window = this.#hotWindow;
    let pruned: Pruned = { isMore: false, rows: 0, dropped: new Map() };
    this.transaction(() => {
      pruned = window.step(limits);
      for (const [exporter, lines] of pruned.dropped)
        this.tallies.add('export_dropped', `${exporter} quota`, lines);
    });
    return pruned;
  }

  /** Writes the log of a restored store, and what it takes over, in the transaction at hand. */
  restoreLog(lines: Iterable<RestoredLine>, identity: RestoredIdentity): void {
    writeRestoredLog(this.db, lines);
    writeRestoredIdentity(this.db, identity);
  }

  /** Does a part of a transaction, all of it or, where it throws, nothing; no names may be added in it. */
  part<T>(work: () => T): T {
    return this.db.transaction(work)();
  }

  /** Keeps a reject for people to look at; false where it was known already. */
  keepDeadLetter(path: string, reject: Reject, seenAtMs: number): boolean {
    const { name = '', line, offsetBytes, lengthBytes, reason } = reject;
    const values = [path, name, line, offsetBytes, lengthBytes, reason, seenAtMs];
    return this.#deadLetter.run(...values).changes > 0;
  }

  /** Ends a filling: makes the indexes where it was the first, and gives back what only a filling needs. */
  settle(): void {
    if (!this.#isSettled) {
      createIndexes(this.db);
      this.db.pragma('foreign_keys = ON');
      for (const table of this.#entities) table.settle();
      this.#isSettled = true;
    }
    // Often and little from now on: while the log is copied over, nothing is committed.
    this.db.pragma('wal_autocheckpoint = 4000');
    this.db.pragma('wal_checkpoint(TRUNCATE)');
    this.db.pragma('shrink_memory');
  }

  originStates(source: Source): readonly OriginState[] {
    return this.origins.all(source);
  }

  get #entities() {
    return [this.requests, this.toolCalls, this.occurrences];
  }

  /** The totals last: what is flushed before adds to them. */
  get #sums() {
    return [
      this.requestSums,
      this.toolSums,
      this.#requestTotals,
      this.#toolTotals,
      this.tallies,
      this.callCounts,
      this.occurrenceCounts,
    ];
  }

  #forget(): void {
    for (const sums of this.#sums) sums.forget();
    for (const names of [this.projects, this.models, this.tools, this.files, this.sessions])
      names.forget();
    this.origins.forget();
    this.hookQueries.forget();
    this.ledger.forget();
  }
}
