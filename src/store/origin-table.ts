import type { Database, Statement } from 'better-sqlite3';
import type { Batch, OriginState, Source } from '../records/record.ts';
import type { DocumentLog } from './document-log.ts';

/** What decides which of several copies is the original. */
export interface OriginRank {
  readonly firstAtMs: number;
  readonly writtenAtMs: number;
  readonly path: string;
}

interface OriginRow {
  readonly id: number;
  readonly path: string;
  readonly first_at_ms: number | null;
  readonly written_at_ms: number;
}

/** What an archive says of an origin. */
export interface OriginTold {
  readonly session: number | null;
  readonly firstAtMs: number | null;
  readonly writtenAtMs: number;
  readonly lines: number;
  readonly bytes: number;
  /** JSON of a list. */
  readonly formerPaths: string | null;
  /** Empty where it has to be read again. */
  readonly position: string;
}

const MAX_REMEMBERED = 50_000;

/** The files, spools and connections that records come from, and how far each was read. */
export class OriginTable {
  readonly #ranks = new Map<number, OriginRank>();
  readonly #ids = new Map<string, number>();
  readonly #find: Statement<[string, string], OriginRow>;
  readonly #byId: Statement<[number], OriginRow>;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #describe: Statement<[{ id: number } & OriginTold]>;
  readonly #move: Statement<[{ path: string; source: string; former: string }]>;
  readonly #all: Statement<[string], OriginState>;

  readonly #documents: DocumentLog;

  constructor(db: Database, documents: DocumentLog) {
    this.#documents = documents;
    const columns = 'id, path, first_at_ms, written_at_ms';
    this.#find = db.prepare(`SELECT ${columns} FROM origin WHERE source = ? AND path = ?`);
    this.#byId = db.prepare(`SELECT ${columns} FROM origin WHERE id = ?`);
    this.#insert = db.prepare(
      `INSERT INTO origin (source, path, first_at_ms, written_at_ms, session, position, lines, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#update = db.prepare(
      `UPDATE origin SET first_at_ms = coalesce(?, first_at_ms), written_at_ms = ?, session = ?, position = ?, lines = ?, bytes = ?
       WHERE id = ?`,
    );
    this.#describe = db.prepare(
      `UPDATE origin SET session = @session, first_at_ms = @firstAtMs, written_at_ms = @writtenAtMs, lines = @lines,
         bytes = @bytes, former_paths = @formerPaths, position = @position WHERE id = @id`,
    );
    this.#move = db.prepare(
      `UPDATE OR IGNORE origin SET path = @path, former_paths = json_insert(coalesce(former_paths, '[]'), '$[#]', path)
       WHERE source = @source AND path = @former`,
    );
    this.#all = db.prepare(`SELECT path, position FROM origin WHERE source = ?`);
  }

  all(source: Source): readonly OriginState[] {
    return this.#all.all(source);
  }

  /** Id of a batch's origin, with its checkpoint written. */
  keep(batch: Batch, sessionId: (name: string) => number): number {
    const { origin, checkpoint, source } = batch;
    const { path, movedFrom } = origin;
    if (movedFrom !== undefined) this.#move.run({ path, source, former: movedFrom });
    const values = [
      origin.firstAtMs,
      origin.writtenAtMs,
      checkpoint === undefined || checkpoint.sessionId === null
        ? null
        : sessionId(checkpoint.sessionId),
      checkpoint?.position ?? '',
      checkpoint?.lines ?? 0,
      checkpoint?.bytes ?? 0,
    ];
    const key = `${source}\n${origin.path}`;
    let id = this.#ids.get(key) ?? this.#find.get(source, origin.path)?.id;
    if (id === undefined)
      id = Number(this.#insert.run(source, origin.path, ...values).lastInsertRowid);
    else this.#update.run(...values, id);
    if (this.#ranks.size >= MAX_REMEMBERED) this.forget();
    this.#ids.set(key, id);
    this.#ranks.set(id, rank(origin.path, origin.firstAtMs, origin.writtenAtMs));
    // What the archive has no values of it needs no position of either.
    if (source !== 'statusline') this.#documents.touch('origin', id);
    return id;
  }

  /** Id of an origin that an archive names; it is added, as one of which nothing was read yet, where it is new. */
  restore(source: string, path: string): number {
    const known = this.#find.get(source, path)?.id;
    if (known !== undefined) return known;
    return Number(this.#insert.run(source, path, null, 0, null, '', 0, 0).lastInsertRowid);
  }

  /** Writes what an archive says of an origin. */
  describe(id: number, told: OriginTold): void {
    this.#describe.run({ id, ...told });
    this.#ranks.delete(id);
  }

  /**
   * Whether what stands in `left` counts before the same in `right`: the origin whose first entry is older, then the one
   * that was last written earlier, then by path.
   */
  outranks(left: number, right: number): boolean {
    if (left === right) return false;
    const a = this.#rank(left);
    const b = this.#rank(right);
    if (a.firstAtMs !== b.firstAtMs) return a.firstAtMs < b.firstAtMs;
    if (a.writtenAtMs !== b.writtenAtMs) return a.writtenAtMs < b.writtenAtMs;
    return a.path < b.path;
  }

  /** Time of an origin's first entry; what is dated earlier was copied into it. Infinite where it has none. */
  firstAtMs(id: number): number {
    return this.#rank(id).firstAtMs;
  }

  forget(): void {
    this.#ids.clear();
    this.#ranks.clear();
  }

  #rank(id: number): OriginRank {
    const known = this.#ranks.get(id);
    if (known !== undefined) return known;
    const row = this.#byId.get(id);
    const found = rank(row?.path ?? '', row?.first_at_ms ?? null, row?.written_at_ms ?? 0);
    this.#ranks.set(id, found);
    return found;
  }
}

const rank = (path: string, firstAtMs: number | null, writtenAtMs: number): OriginRank => ({
  firstAtMs: firstAtMs ?? Number.POSITIVE_INFINITY,
  writtenAtMs,
  path,
});
