import type { Database, Statement } from 'better-sqlite3';

const MAX_REMEMBERED = 50_000;

/** One of the small tables that keep a repeated name once. */
export class Names {
  readonly #known = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  readonly #find: Statement<[string], { id: number }>;
  readonly #insert: Statement<[string]>;
  readonly #byId: Statement<[number], { name: string }>;
  #lastName = '';
  #lastId = 0;

  constructor(
    db: Database,
    table: 'project' | 'model' | 'tool' | 'file' | 'session',
    column: string,
  ) {
    this.#find = db.prepare(`SELECT id FROM ${table} WHERE ${column} = ?`);
    this.#insert = db.prepare(`INSERT INTO ${table} (${column}) VALUES (?)`);
    this.#byId = db.prepare(`SELECT ${column} AS name FROM ${table} WHERE id = ?`);
  }

  /** Id of the name, which is added where it is new. */
  id(name: string): number {
    // Neighbouring records mostly have the same name, and even the same string.
    if (name === this.#lastName && this.#lastId !== 0) return this.#lastId;
    const id = this.#known.get(name) ?? this.#learn(name);
    this.#lastName = name;
    this.#lastId = id;
    return id;
  }

  #learn(name: string): number {
    const id = this.#find.get(name)?.id ?? Number(this.#insert.run(name).lastInsertRowid);
    if (this.#known.size >= MAX_REMEMBERED) this.forget();
    this.#known.set(name, id);
    this.#texts.set(id, name);
    return id;
  }

  /** Name of an id that the store holds. */
  name(id: number): string {
    return this.#texts.get(id) ?? this.#byId.get(id)?.name ?? '';
  }

  /** Forgets what was remembered: after a rollback the ids may not exist. */
  forget(): void {
    this.#known.clear();
    this.#texts.clear();
    this.#lastId = 0;
  }
}
