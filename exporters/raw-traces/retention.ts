import type { Database, Statement } from 'better-sqlite3';
import type { Shared } from '../../src/component.ts';

/** How long raw traces are kept, and how much room they may take. */
export interface RetentionLimits {
  readonly keepDays: number;
  /** 0: as much as they take. */
  readonly maxBytes: number;
}

interface DoomedBlock {
  readonly id: number;
  readonly file: number;
  readonly fromByte: number;
  readonly toByte: number;
  readonly lines: number;
}

const DAY_MS = 86_400_000;
const COLUMNS = 'b.id, b.file, b.from_byte AS fromByte, b.to_byte AS toByte, b.lines';
/** Pages that are given back to the file system at a time. */
const PAGES_AT_A_TIME = 4_096;

/** Deletes what is too old or too much, whole blocks at a time. */
export class Retention {
  readonly #db: Database;
  readonly #count: Shared['count'];
  readonly #tooOld: Statement<[number], DoomedBlock>;
  readonly #oldestFile: Statement<[], { file: number }>;
  readonly #ofFile: Statement<[number], DoomedBlock>;
  readonly #steps: readonly Statement[];
  readonly #gone: readonly Statement[];

  constructor(db: Database, count: Shared['count']) {
    this.#db = db;
    this.#count = count;
    this.#tooOld = db.prepare(`SELECT ${COLUMNS} FROM block b WHERE b.last_at_ms < ? LIMIT 16`);
    this.#oldestFile = db.prepare(
      'SELECT file FROM (SELECT file, max(last_at_ms) AS at_ms FROM block GROUP BY file) ORDER BY at_ms, file LIMIT 1',
    );
    this.#ofFile = db.prepare(`SELECT ${COLUMNS} FROM block b WHERE b.file = ? LIMIT 16`);
    const inBlock = 'file = @file AND position >= @fromByte AND position < @toByte';
    this.#steps = [
      // What stays no longer finds its parent by position.
      `UPDATE line SET parent = (SELECT a.uuid FROM line a WHERE a.file = @file AND a.position = line.parent)
       WHERE file = @file AND position >= @toByte AND typeof(parent) = 'integer' AND parent >= @fromByte AND parent < @toByte`,
      `DELETE FROM message WHERE id IN (SELECT message FROM line WHERE ${inBlock})
       AND id NOT IN (SELECT message FROM line WHERE file = @file AND message IS NOT NULL AND NOT (${inBlock}))`,
      `DELETE FROM summary WHERE ${inBlock}`,
      `DELETE FROM line WHERE ${inBlock}`,
      'DELETE FROM block WHERE id = @id',
    ].map((sql) => db.prepare(sql));
    this.#gone = [
      'DELETE FROM file_session WHERE file NOT IN (SELECT file FROM block)',
      'DELETE FROM place WHERE id NOT IN (SELECT place FROM line)',
      'DELETE FROM kind WHERE id NOT IN (SELECT kind FROM line)',
      'DELETE FROM batch WHERE next_sequence <= (SELECT min(sequence) FROM line)',
    ].map((sql) => db.prepare(sql));
  }

  /** Deletes a few blocks; whether there were any. */
  step({ keepDays, maxBytes }: RetentionLimits, nowMs: number): boolean {
    const old = this.#tooOld.all(nowMs - keepDays * DAY_MS);
    if (old.length > 0) {
      this.#delete(old, 'expired');
      return true;
    }
    if (maxBytes === 0 || this.sizeBytes() <= maxBytes) return false;
    const oldest = this.#oldestFile.get();
    if (oldest === undefined) return false;
    this.#delete(this.#ofFile.all(oldest.file), 'quota');
    return true;
  }

  /** Lets go of what nothing that stays refers to. */
  tidy(): void {
    this.#db.transaction(() => this.#gone.forEach((step) => step.run())).immediate();
  }

  /** Gives some of the room that is free back to the file system; whether there is more. */
  shrink(): boolean {
    this.#db.pragma(`incremental_vacuum(${PAGES_AT_A_TIME})`);
    return Number(this.#db.pragma('freelist_count', { simple: true })) > 0;
  }

  /** Bytes in use, without pages that are free. */
  sizeBytes(): number {
    const pragma = (name: string): number => Number(this.#db.pragma(name, { simple: true }));
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  }

  #delete(blocks: readonly DoomedBlock[], reason: string): void {
    this.#db
      .transaction(() => {
        for (const { id, file, fromByte, toByte } of blocks)
          for (const step of this.#steps) step.run({ id, file, fromByte, toByte });
      })
      .immediate();
    const lines = blocks.reduce((sum, block) => sum + block.lines, 0);
    this.#count('export_dropped', `raw-traces ${reason}`, lines);
  }
}
