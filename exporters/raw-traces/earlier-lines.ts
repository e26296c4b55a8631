import type { Database, Statement } from 'better-sqlite3';
import type { KnownFile } from './file-identity.ts';
import { lineDigest } from './prepare-chunk.ts';
import { type BlockRef, BlockReader } from './read-block.ts';

/** Tells which lines earlier generations of a transcript hold, for one that was written anew. */
export class EarlierLines {
  readonly #blocks: Statement<[number, number], BlockRef>;
  readonly #reader: BlockReader;
  #known: { readonly file: number; readonly digests: ReadonlySet<string> } | undefined;

  constructor(db: Database) {
    this.#reader = new BlockReader(db);
    this.#blocks = db.prepare(
      `SELECT b.id, b.file, b.from_byte AS fromByte, b.to_byte AS toByte FROM block b JOIN file f ON f.id = b.file
       WHERE f.lineage = ? AND f.id <> ?`,
    );
  }

  /** Whether a line of this file was kept before. */
  of({ id, lineage, generation }: KnownFile): (line: string) => boolean {
    if (generation === 0) return () => false;
    if (this.#known?.file !== id) this.#known = { file: id, digests: this.#read(lineage, id) };
    const { digests } = this.#known;
    return (line) => digests.has(lineDigest(line));
  }

  #read(lineage: number, file: number): ReadonlySet<string> {
    const digests = new Set<string>();
    for (const block of this.#blocks.all(lineage, file))
      for (const { text } of this.#reader.lines(block)) digests.add(lineDigest(text));
    return digests;
  }
}
