import { statSync } from 'node:fs';
import path from 'node:path';
import type { Database } from 'better-sqlite3';
import { Keeper } from '../../exporters/raw-traces/keeper.ts';
import { realRoots } from '../../exporters/raw-traces/open-transcript.ts';
import { type BlockRef, BlockReader } from '../../exporters/raw-traces/read-block.ts';
import type { ChunkLimits } from '../../exporters/raw-traces/read-chunk.ts';
import { openRawTraces, RAW_TRACES_FILE } from '../../exporters/raw-traces/trace-file.ts';
import { makeHome } from '../../src/store/open.ts';
import { TranscriptHome } from './transcript-home.ts';

type Row = Readonly<Record<string, unknown>>;

/** A folder of transcripts and the raw traces of them, real but temporary. */
export class RawTracesHome extends TranscriptHome {
  readonly counts = new Map<string, number>();
  nowMs = Date.parse('2026-11-21T00:00:00Z');
  db: Database;
  keeper: Keeper;
  readonly #limits: ChunkLimits | undefined;

  constructor(limits?: ChunkLimits) {
    super();
    this.#limits = limits;
    makeHome(this.home);
    this.db = openRawTraces(this.home);
    this.keeper = this.#newKeeper();
  }

  /** Closes and opens everything, as a new process does. */
  restart(): void {
    this.db.close();
    this.db = openRawTraces(this.home);
    this.keeper = this.#newKeeper();
  }

  /** Keeps what is new of a transcript, by its name inside the small project's folder. */
  async keep(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.keeper.keep(this.file(name), new AbortController().signal);
  }

  /** All lines that are kept of a file as it is called now, generation by generation. */
  lines(name: string): readonly string[] {
    return this.linesOf(this.file(name));
  }

  linesOf(file: string): readonly string[] {
    const reader = new BlockReader(this.db);
    return this.db
      .prepare<[string], BlockRef>(
        `SELECT b.id, b.file, b.from_byte AS fromByte, b.to_byte AS toByte FROM block b JOIN file f ON f.id = b.file
         WHERE f.path = ? ORDER BY b.file, b.from_byte`,
      )
      .all(file)
      .flatMap((block) => reader.lines(block))
      .map(({ text }) => Buffer.from(text, 'latin1').toString('utf8'));
  }

  traces(where = '1'): readonly Row[] {
    return this.db
      .prepare<[], Row>(`SELECT * FROM raw_traces WHERE ${where} ORDER BY sequence`)
      .all();
  }

  one(sql: string): number {
    return Number(this.db.prepare(sql).pluck().get());
  }

  /** Size of the file on disk, with everything in it. */
  sizeBytes(): number {
    this.db.pragma('wal_checkpoint(TRUNCATE)');
    return statSync(path.join(this.home, RAW_TRACES_FILE)).size;
  }

  override [Symbol.dispose](): void {
    this.db.close();
    super[Symbol.dispose]();
  }

  #newKeeper(): Keeper {
    return new Keeper({
      db: this.db,
      roots: () => realRoots([this.claudeDir]),
      now: () => this.nowMs,
      count: (name, label, by = 1) => {
        const key = `${name} ${label}`;
        this.counts.set(key, (this.counts.get(key) ?? 0) + by);
      },
      ...(this.#limits !== undefined && { limits: this.#limits }),
    });
  }
}
