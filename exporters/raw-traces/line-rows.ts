import type { Database, Statement } from 'better-sqlite3';
import type { LineColumns, Message } from './line-columns.ts';
import { packUuid } from './line-marks.ts';
import { LineNames } from './names.ts';

/** A line that is to be kept: its columns, and the byte of the file it begins at. */
export interface NewLine {
  readonly position: number;
  readonly columns: LineColumns;
}

interface LastLine {
  readonly position: number;
  readonly uuid: Buffer | string | null;
}

const MESSAGE_COLUMNS =
  'message_id, request_id, input_tokens, cache_creation_input_tokens, cache_read_input_tokens, cache_5m_tokens, cache_1h_tokens';

/** Writes the rows of lines. */
export class LineRows {
  readonly #names: LineNames;
  readonly #insert: Statement;
  readonly #insertMessage: Statement;
  readonly #insertSummary: Statement;
  readonly #insertSession: Statement;
  readonly #insertBatch: Statement;
  readonly #next: Statement<[], number>;
  readonly #last: Statement<[number], LastLine>;

  constructor(db: Database) {
    this.#names = new LineNames(db);
    this.#insert = db.prepare(
      `INSERT INTO line (file, position, sequence, at_ms, place, kind, message, output_tokens, duration_ms, tool_calls_count, parent, uuid)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertMessage = db.prepare(
      `INSERT INTO message (${MESSAGE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertSummary = db.prepare(
      'INSERT INTO summary (file, position, summary, leaf_uuid) VALUES (?, ?, ?, ?)',
    );
    this.#insertSession = db.prepare(
      'INSERT OR IGNORE INTO file_session (session, file) VALUES (?, ?)',
    );
    this.#insertBatch = db.prepare(
      'INSERT INTO batch (first_sequence, next_sequence, at_ms) VALUES (?, ?, ?)',
    );
    this.#next = db
      .prepare<[], number>(
        'SELECT coalesce(max(next_sequence), 1) FROM (SELECT next_sequence FROM batch ORDER BY first_sequence DESC LIMIT 1)',
      )
      .pluck();
    this.#last = db.prepare(
      'SELECT position, uuid FROM line WHERE file = ? ORDER BY position DESC LIMIT 1',
    );
  }

  /** Writes the lines of one file, in order; within the transaction at hand. */
  write(file: number, lines: readonly NewLine[], nowMs: number): void {
    if (lines.length === 0) return;
    const first = this.#next.get() ?? 1;
    this.#insertBatch.run(first, first + lines.length, nowMs);
    const positions = new Map<string, number>();
    const last = this.#last.get(file);
    if (last !== undefined && last.uuid !== null) positions.set(keyOf(last.uuid), last.position);
    const messages = new Map<string, number>();
    const sessions = new Set<string>();
    for (const [index, { position, columns }] of lines.entries()) {
      const { place, kind, message, atMs, outputTokens, durationMs, toolCallsCount } = columns;
      const uuid = columns.uuid === null ? null : packUuid(columns.uuid);
      const parent = columns.parentUuid === null ? null : packUuid(columns.parentUuid);
      this.#insert.run(
        file,
        position,
        first + index,
        atMs === null ? null : Math.round(atMs),
        this.#names.place(place),
        this.#names.kind(kind),
        message === null ? null : this.#messageId(message, messages),
        outputTokens,
        durationMs,
        toolCallsCount,
        parent === null ? null : parentOf(parent, positions),
        uuid,
      );
      if (uuid !== null) positions.set(keyOf(uuid), position);
      if (place.session !== null) sessions.add(place.session);
      if (columns.summary !== null || columns.leafUuid !== null)
        this.#insertSummary.run(file, position, columns.summary, columns.leafUuid);
    }
    for (const session of sessions) this.#insertSession.run(session, file);
  }

  /** Forgets what it remembers of other rows, which may be gone. */
  forget(): void {
    this.#names.forget();
  }

  #messageId(message: Message, known: Map<string, number>): number {
    const values = Object.values(message) as (string | number | null)[];
    const key = JSON.stringify(values);
    let id = known.get(key);
    if (id === undefined) {
      id = Number(this.#insertMessage.run(...values).lastInsertRowid);
      known.set(key, id);
    }
    return id;
  }
}

/** A parent in the same file is named by its position; as a number of SQLite's own sort, since the column takes any. */
const parentOf = (
  parent: Buffer | string,
  positions: ReadonlyMap<string, number>,
): Buffer | string | bigint => {
  const position = positions.get(keyOf(parent));
  return position === undefined ? parent : BigInt(position);
};

const keyOf = (uuid: Buffer | string): string =>
  typeof uuid === 'string' ? `text ${uuid}` : uuid.toString('latin1');
