import type { Database, Statement } from 'better-sqlite3';
import type { PusherDeps } from '../../src/component.ts';
import { type TranscriptOrigin, transcriptOrigins } from '../../src/rollups/transcript-origins.ts';
import { pause } from '../../src/runtime/pause.ts';
import { Superseded } from './block-table.ts';
import { Keeper } from './keeper.ts';
import { realRoots } from './open-transcript.ts';
import { Retention, type RetentionLimits } from './retention.ts';
import { RAW_TRACES_FILE } from './trace-file.ts';

/** What rounds are made with. */
export interface RoundParts {
  readonly db: Database;
  readonly deps: Pick<PusherDeps, 'reader' | 'log' | 'now' | 'count'>;
  /** Configuration folders of Claude Code. */
  readonly claudeDirs: readonly string[];
  readonly limits: RetentionLimits;
  /** How long a transcript is left alone before what was kept of it is packed tightly. */
  readonly quietMs: number;
  /** Time between two looks for what is too old. */
  readonly retentionMs: number;
}

/** A look at everything: what is new, what can be packed, what is too old. */
export class Round {
  /** What could not be read, and why. */
  readonly problems = new Map<string, string>();
  readonly #parts: RoundParts;
  readonly #keeper: Keeper;
  readonly #retention: Retention;
  readonly #unsettled: Statement<[number], number>;
  readonly #seen = new Map<string, string>();
  #roots: readonly string[] = [];
  #retainedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: RoundParts) {
    const { db, deps } = parts;
    this.#parts = parts;
    this.#keeper = new Keeper({
      db,
      roots: () => this.#roots,
      now: deps.now,
      count: deps.count,
    });
    this.#retention = new Retention(db, deps.count);
    this.#unsettled = db
      .prepare<[number], number>(
        `SELECT DISTINCT b.file FROM block b JOIN file f ON f.id = b.file WHERE b.is_settled = 0 AND f.modified_ms < ?`,
      )
      .pluck();
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#roots = realRoots(this.#parts.claudeDirs);
    for (const origin of transcriptOrigins(this.#parts.deps.reader.db)) {
      if (signal.aborted) return;
      await this.#attempt(origin.path, () => this.#keep(origin, signal));
    }
    for (const file of this.#unsettled.all(this.#parts.deps.now() - this.#parts.quietMs)) {
      if (signal.aborted) return;
      await this.#attempt(RAW_TRACES_FILE, () => this.#keeper.blocks.settle(file));
    }
    await this.#attempt(RAW_TRACES_FILE, () => this.#retain(signal));
  }

  async #keep(origin: TranscriptOrigin, signal: AbortSignal): Promise<void> {
    const { path, bytes, writtenAtMs } = origin;
    const state = `${bytes} ${writtenAtMs}`;
    if (this.#seen.get(path) === state) return;
    if (!(await this.#keeper.keep(path, signal))) this.#tellLost(origin);
    if (!signal.aborted) this.#seen.set(path, state);
    await pause(0, signal);
  }

  /** What fails here is told and tried again in the next round; nothing else has to wait for it. */
  async #attempt(path: string, work: () => Promise<void>): Promise<void> {
    const { log, count } = this.#parts.deps;
    try {
      await work();
      this.problems.delete(path);
    } catch (error) {
      // Another writer was faster: what it left is found with the next look.
      if (error instanceof Superseded) return;
      if (!this.problems.has(path)) log.warn({ err: error, path }, 'Raw traces cannot be kept.');
      this.problems.set(path, error instanceof Error ? error.message : String(error));
      count('read_errors', 'raw-traces');
    }
  }

  /** Lines that were never read, of a transcript that was kept so far and is gone. */
  #tellLost(origin: TranscriptOrigin): void {
    const lines = this.#keeper.missingLines(origin.path, origin);
    if (lines === 0) return;
    const { log, count } = this.#parts.deps;
    log.warn({ path: origin.path, lines }, 'A transcript is gone before all of it was kept.');
    count('export_dropped', 'raw-traces gone', lines);
  }

  async #retain(signal: AbortSignal): Promise<void> {
    const { deps, limits, retentionMs } = this.#parts;
    if (deps.now() - this.#retainedAtMs < retentionMs) return;
    this.#retainedAtMs = deps.now();
    let isChanged = false;
    while (!signal.aborted && this.#retention.step(limits, deps.now())) {
      isChanged = true;
      await pause(0, signal);
    }
    if (!isChanged) return;
    this.#retention.tidy();
    while (!signal.aborted && this.#retention.shrink()) await pause(0, signal);
    this.#keeper.forget();
  }
}
