import { createHash } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';
import type { OpenTranscript } from './open-transcript.ts';
import { readUpTo } from './read-chunk.ts';

const PRINT_BYTES = 4096;

/** How far a transcript was kept, and by what it is known again. */
export interface KnownFile extends Prints {
  readonly id: number;
  readonly lineage: number;
  readonly generation: number;
  readonly offsetBytes: number;
}

/** Digests of the bytes at the beginning of a file and before an offset. */
export interface Prints {
  readonly headBytes: number;
  readonly headDigest: Buffer;
  readonly anchorDigest: Buffer;
}

interface FileRow extends KnownFile {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
}

const COLUMNS = `id, lineage, generation, path, device, inode, offset_bytes AS offsetBytes, head_bytes AS headBytes,
  head_digest AS headDigest, anchor_digest AS anchorDigest`;

/** Finds what was kept of a transcript, and makes a place for what was not. */
export class FileIdentity {
  readonly #byInode: Statement<[number, number], FileRow>;
  readonly #byPath: Statement<[string], FileRow>;
  readonly #insert: Statement;
  readonly #start: Statement;
  readonly #move: Statement;

  constructor(db: Database) {
    const newest = 'ORDER BY id DESC LIMIT 1';
    this.#byInode = db.prepare(
      `SELECT ${COLUMNS} FROM file WHERE inode = ? AND device = ? ${newest}`,
    );
    this.#byPath = db.prepare(`SELECT ${COLUMNS} FROM file WHERE path = ? ${newest}`);
    this.#insert = db.prepare(
      `INSERT INTO file (lineage, generation, path, device, inode, size_bytes, modified_ms, offset_bytes, head_bytes,
         head_digest, anchor_digest)
       VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, ?, ?)`,
    );
    this.#start = db.prepare('UPDATE file SET lineage = id WHERE id = ?');
    this.#move = db.prepare('UPDATE file SET path = ?, device = ?, inode = ? WHERE id = ?');
  }

  /** The transcript's place: as it was, or a new one where it is another file or was written anew. */
  find(path: string, transcript: OpenTranscript): KnownFile {
    const { device, inode } = transcript;
    const named = this.#byPath.get(path);
    for (const row of [this.#byInode.get(inode, device), named]) {
      if (row === undefined || !isStill(row, transcript.fd)) continue;
      // Nothing is known of it but its inode, which may have been given to another file.
      if (row.offsetBytes === 0 && row.path !== path) continue;
      const isMoved = row.path !== path || row.inode !== inode || row.device !== device;
      if (isMoved) this.#move.run(path, device, inode, row.id);
      return row;
    }
    const generation = named === undefined ? 0 : named.generation + 1;
    const prints = printsWithin(Buffer.alloc(0));
    const { headDigest, anchorDigest } = prints;
    const values = [named?.lineage ?? 0, generation, path, device, inode, headDigest, anchorDigest];
    const id = Number(this.#insert.run(...values).lastInsertRowid);
    if (named === undefined) this.#start.run(id);
    return { id, lineage: named?.lineage ?? id, generation, offsetBytes: 0, ...prints };
  }
}

/** Digests for a file that is kept up to an offset. */
export const printsOf = (fd: number, offsetBytes: number): Prints => {
  const headBytes = Math.min(PRINT_BYTES, offsetBytes);
  return {
    headBytes,
    headDigest: digest(readUpTo(fd, 0, headBytes)),
    anchorDigest: digest(readUpTo(fd, offsetBytes - headBytes, headBytes)),
  };
};

/** The same for all that is kept of a file, as bytes. */
export const printsWithin = (kept: Buffer): Prints => {
  const headBytes = Math.min(PRINT_BYTES, kept.length);
  return {
    headBytes,
    headDigest: digest(kept.subarray(0, headBytes)),
    anchorDigest: digest(kept.subarray(kept.length - headBytes)),
  };
};

/** Whether an open file still is what was kept, as far as that goes. */
export const isStill = (known: KnownFile, fd: number): boolean => {
  const now = printsOf(fd, known.offsetBytes);
  return (
    now.headBytes === known.headBytes &&
    now.headDigest.equals(known.headDigest) &&
    now.anchorDigest.equals(known.anchorDigest)
  );
};

const digest = (bytes: Buffer): Buffer =>
  createHash('sha256').update(bytes).digest().subarray(0, 16);
