import type { Database, Statement } from 'better-sqlite3';
import { unpack } from './block-data.ts';
import { exactTime, type Marked, unpackUuid, withoutMarks } from './line-marks.ts';

/** Where a block is. */
export interface BlockRef {
  readonly id: number;
  readonly file: number;
  readonly fromByte: number;
  readonly toByte: number;
}

/** A line as it was kept: the transcript's own bytes, a character for each, secrets taken out. */
export interface KeptLine {
  readonly position: number;
  readonly text: string;
}

interface LineRow {
  readonly position: number;
  readonly atMs: number | null;
  readonly uuid: Buffer | string | null;
  readonly parent: Buffer | string | null;
  readonly messageId: string | null;
  readonly requestId: string | null;
}

/** Reads the lines of a block. */
export class BlockReader {
  readonly #data: Statement<[number], Buffer>;
  readonly #rows: Statement<[number, number, number], LineRow>;

  constructor(db: Database) {
    this.#data = db.prepare<[number], Buffer>('SELECT data FROM block WHERE id = ?').pluck();
    this.#rows = db.prepare(
      `SELECT l.position, l.at_ms AS atMs, l.uuid, coalesce(a.uuid, l.parent) AS parent, m.message_id AS messageId,
         m.request_id AS requestId
       FROM line l
       LEFT JOIN message m ON m.id = l.message
       LEFT JOIN line a ON typeof(l.parent) = 'integer' AND a.file = l.file AND a.position = l.parent
       WHERE l.file = ? AND l.position >= ? AND l.position < ? ORDER BY l.position`,
    );
  }

  /** Its lines in order; throws where text and rows do not fit together. */
  lines({ id, file, fromByte, toByte }: BlockRef): readonly KeptLine[] {
    const data = this.#data.get(id);
    if (data === undefined) return [];
    const texts = unpack(data).toString('latin1').split('\n');
    const rows = this.#rows.all(file, fromByte, toByte);
    if (rows.length !== texts.length - 1)
      throw new Error(
        `Block ${id} of the raw traces has ${texts.length - 1} lines, not ${rows.length}.`,
      );
    return rows.map((row, index) => ({
      position: row.position,
      text: withoutMarks(texts[index] ?? '', markedOf(row)),
    }));
  }
}

const markedOf = ({ uuid, parent, atMs, messageId, requestId }: LineRow): Marked => ({
  uuid: uuid === null ? null : unpackUuid(uuid),
  parentUuid: parent === null ? null : unpackUuid(parent),
  timestamp: atMs === null ? null : exactTime(atMs),
  messageId,
  requestId,
});
