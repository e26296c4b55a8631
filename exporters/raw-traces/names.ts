import { createHash } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';
import type { Kind, Place } from './line-columns.ts';

type Value = string | number | null;

const MAX_REMEMBERED = 10_000;
const PLACE_COLUMNS =
  'session, agent_id, workspace_hash, project_name, user_type, cwd, version, git_branch';
const KIND_COLUMNS =
  'event_type, message_role, message_model, message_type, stop_reason, stop_sequence, service_tier, operation, subtype, level, is_meta, is_sidechain';

/** Rows that many lines have in common, each kept once and found again by its digest. */
class Names<T extends object> {
  readonly #ids = new Map<string, number>();
  readonly #find: Statement<[Buffer], { id: number }>;
  readonly #insert: Statement;

  constructor(db: Database, table: string, columns: string) {
    const count = columns.split(',').length;
    this.#find = db.prepare(`SELECT id FROM ${table} WHERE digest = ?`);
    this.#insert = db.prepare(
      `INSERT INTO ${table} (digest, ${columns}) VALUES (?${', ?'.repeat(count)})`,
    );
  }

  /** Id of the row; its values are in the order of the columns. */
  id(row: T): number {
    const values = Object.values(row) as Value[];
    const key = JSON.stringify(values);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const digest = createHash('sha256').update(key).digest().subarray(0, 12);
    const id =
      this.#find.get(digest)?.id ?? Number(this.#insert.run(digest, ...values).lastInsertRowid);
    if (this.#ids.size >= MAX_REMEMBERED) this.#ids.clear();
    this.#ids.set(key, id);
    return id;
  }

  forget(): void {
    this.#ids.clear();
  }
}

/** What lines have in common, as ids. */
export class LineNames {
  readonly #places: Names<Place>;
  readonly #kinds: Names<Kind>;

  constructor(db: Database) {
    this.#places = new Names(db, 'place', PLACE_COLUMNS);
    this.#kinds = new Names(db, 'kind', KIND_COLUMNS);
  }

  place(place: Place): number {
    return this.#places.id(place);
  }

  kind(kind: Kind): number {
    return this.#kinds.id(kind);
  }

  /** Forgets all ids: after a transaction that failed, or that deleted rows. */
  forget(): void {
    this.#places.forget();
    this.#kinds.forget();
  }
}
