import type { Database, Statement } from 'better-sqlite3';
import { FULL_BLOCK_BYTES, packQuickly, packTightly, unpack } from './block-data.ts';

/** Lines of a file that are packed together. */
export interface Block {
  readonly id: number;
  readonly file: number;
  readonly fromByte: number;
  readonly toByte: number;
  readonly lines: number;
  readonly textBytes: number;
  readonly isSettled: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly data: Buffer;
}

/** A block that is to be written. */
export type NewBlock = Omit<Block, 'id'>;

/** A block that goes on growing is packed anew with each addition, up to this size. */
const GROWING_BYTES = 64 * 1024;

const COLUMNS = `id, file, from_byte AS fromByte, to_byte AS toByte, lines, text_bytes AS textBytes, is_settled AS isSettled,
  first_at_ms AS firstAtMs, last_at_ms AS lastAtMs`;

/** Writes blocks; within the transaction at hand where nothing else is said. */
export class BlockTable {
  readonly #db: Database;
  readonly #insert: Statement;
  readonly #remove: Statement<[number]>;
  readonly #last: Statement<[number], Block>;
  readonly #sizes: Statement<[number], Omit<Block, 'data'>>;
  readonly #data: Statement<[number], Buffer>;

  constructor(db: Database) {
    this.#db = db;
    this.#insert = db.prepare(
      `INSERT INTO block (file, from_byte, to_byte, lines, text_bytes, is_settled, first_at_ms, last_at_ms, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#remove = db.prepare('DELETE FROM block WHERE id = ?');
    this.#last = db.prepare(
      `SELECT ${COLUMNS}, data FROM block WHERE file = ? ORDER BY from_byte DESC LIMIT 1`,
    );
    this.#sizes = db.prepare(`SELECT ${COLUMNS} FROM block WHERE file = ? ORDER BY from_byte DESC`);
    this.#data = db.prepare<[number], Buffer>('SELECT data FROM block WHERE id = ?').pluck();
  }

  /** Writes a block, or adds it to the last one of its file where that is still small. */
  add(block: NewBlock, text: Buffer): void {
    const last = block.isSettled === 1 ? undefined : this.#last.get(block.file);
    if (
      last === undefined ||
      last.isSettled === 1 ||
      last.textBytes + text.length > GROWING_BYTES
    ) {
      this.#write(block);
      return;
    }
    const whole = Buffer.concat([unpack(last.data), text]);
    this.#remove.run(last.id);
    this.#write(joined([last, block], { data: packQuickly(whole), isSettled: 0 }));
  }

  /** Whether a file's last blocks are full when they are put together. */
  isFull(file: number): boolean {
    let sizeBytes = 0;
    for (const block of this.#sizes.iterate(file)) {
      if (block.isSettled === 1) return false;
      sizeBytes += block.textBytes;
      if (sizeBytes >= FULL_BLOCK_BYTES) return true;
    }
    return false;
  }

  /** Packs the last blocks of a file together, as well as can be; in a transaction of its own. */
  async settle(file: number): Promise<void> {
    const blocks: Omit<Block, 'data'>[] = [];
    let sizeBytes = 0;
    for (const block of this.#sizes.iterate(file)) {
      if (block.isSettled === 1 && sizeBytes + block.textBytes > FULL_BLOCK_BYTES) break;
      sizeBytes += block.textBytes;
      blocks.unshift(block);
      if (sizeBytes >= 2 * FULL_BLOCK_BYTES) break;
    }
    const [only] = blocks;
    if (only === undefined || (blocks.length === 1 && only.isSettled === 1)) return;
    const text = Buffer.concat(blocks.map(({ id }) => unpack(this.#data.get(id)!)));
    const block = joined(blocks, { data: await packTightly(text), isSettled: 1 });
    this.#db
      .transaction(() => {
        const removed = blocks.reduce((sum, { id }) => sum + this.#remove.run(id).changes, 0);
        // Somebody else packed or deleted some of them meanwhile: theirs stands.
        if (removed !== blocks.length) throw new Superseded();
        this.#write(block);
      })
      .immediate();
  }

  #write(block: NewBlock): void {
    this.#insert.run(
      block.file,
      block.fromByte,
      block.toByte,
      block.lines,
      block.textBytes,
      block.isSettled,
      block.firstAtMs,
      block.lastAtMs,
      block.data,
    );
  }
}

/** What was to be changed is no longer as it was read: another writer was there. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

const joined = (
  blocks: readonly Omit<NewBlock, 'data'>[],
  { data, isSettled }: Pick<Block, 'data' | 'isSettled'>,
): NewBlock => ({
  file: blocks[0]!.file,
  fromByte: blocks[0]!.fromByte,
  toByte: blocks.at(-1)!.toByte,
  lines: blocks.reduce((sum, { lines }) => sum + lines, 0),
  textBytes: blocks.reduce((sum, { textBytes }) => sum + textBytes, 0),
  isSettled,
  firstAtMs: Math.min(...blocks.map(({ firstAtMs }) => firstAtMs)),
  lastAtMs: Math.max(...blocks.map(({ lastAtMs }) => lastAtMs)),
  data,
});
