import type { Database, Statement } from 'better-sqlite3';
import type { Layout, Value } from './columns.ts';
import { KeyIndex } from './key-index.ts';
import { RowInserter } from './row-inserter.ts';
import type { Kept } from './rows.ts';

/** Which table of joined entities, and how its rows are kept. */
export interface EntityTableLayout<R> {
  readonly table: string;
  /** Number of the kind in the event log. */
  readonly kind: number;
  readonly layout: Layout<R>;
}

/** What a table of joined entities is made of. */
export interface EntityTableParts<R> extends EntityTableLayout<R> {
  readonly fresh: boolean;
}

/**
 * One table of joined entities: found, added and changed by key.
 *
 * While `fresh`, keys are looked up in memory and the table has no indexes yet; see `KeyIndex`.
 */
export class EntityTable<R extends { readonly key: string; readonly revision: number }> {
  readonly #values: (row: R) => Value[];
  readonly #inserter: RowInserter;
  readonly #update: Statement;
  readonly #byKey: Statement<[string], R & { id: number }>;
  readonly #byId: Statement<[number], R & { id: number }>;
  readonly #remove: Statement<[number]>;
  readonly #log: Statement<[number]>;
  readonly #logOne: Statement<[number, number]>;
  readonly #lastId: Statement<[], { id: number | null }>;
  #index: KeyIndex | null;
  #firstNewId = 1;
  #nextId = 1;
  readonly #revised = new Map<number, number>();

  constructor(db: Database, { table, kind, layout, fresh }: EntityTableParts<R>) {
    this.#values = layout.values;
    const names = layout.columns.map(([, column]) => column);
    const aliases = layout.columns.map(([field, column]) => `${column} AS ${field}`).join(', ');
    const usual = layout.columns.map(([field]) => layout.usual[field]);
    this.#inserter = new RowInserter(db, { table, columns: names, usual });
    this.#update = db.prepare(
      `UPDATE ${table} SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`,
    );
    this.#byKey = db.prepare(`SELECT id, ${aliases} FROM ${table} WHERE key = ?`);
    this.#byId = db.prepare(`SELECT id, ${aliases} FROM ${table} WHERE id = ?`);
    this.#remove = db.prepare(`DELETE FROM ${table} WHERE id = ?`);
    this.#lastId = db.prepare(`SELECT max(id) AS id FROM ${table}`);
    this.#log = db.prepare(
      `INSERT INTO event (kind, ref, revision) SELECT ${kind}, id, 0 FROM ${table} WHERE id >= ? ORDER BY id`,
    );
    this.#logOne = db.prepare(`INSERT INTO event (kind, ref, revision) VALUES (${kind}, ?, ?)`);
    this.#index = fresh ? new KeyIndex() : null;
    this.begin();
  }

  /** To be called at the start of every transaction. */
  begin(): void {
    this.#nextId = (this.#lastId.get()?.id ?? 0) + 1;
    this.#firstNewId = this.#nextId;
    this.#revised.clear();
    this.#inserter.forget();
  }

  find(key: string): Kept<R> | undefined {
    let found: (R & { id: number }) | undefined;
    if (this.#index === null) {
      this.#inserter.flush();
      found = this.#byKey.get(key);
    } else {
      const id = this.#index.find(key, (candidate) => {
        this.#inserter.flush();
        found = this.#byId.get(candidate);
        return found?.key === key;
      });
      // What was tried last may be the row of another key.
      if (id === 0) found = undefined;
    }
    return found === undefined ? undefined : { id: found.id, row: found };
  }

  /** A row by its id; undefined where there is none. */
  row(id: number): Kept<R> | undefined {
    this.flush();
    const found = this.#byId.get(id);
    return found === undefined ? undefined : { id, row: found };
  }

  /** Writes what was added, for queries that look for it by other things than its key. */
  flush(): void {
    this.#inserter.flush();
  }

  /** Id that the next row to be added gets. */
  get nextId(): number {
    return this.#nextId;
  }

  /** Adds a row whose key {@link find} did not find. Its id is the next one, as SQLite too counts them. */
  add(row: R): void {
    this.#inserter.add(this.#values(row));
    this.#index?.add(row.key, this.#nextId);
    this.#nextId += 1;
  }

  /** Writes a row anew; its revision grows, unless it was added in this very transaction. */
  change(id: number, row: R): void {
    const revision =
      id >= this.#firstNewId || this.#revised.has(id) ? row.revision : row.revision + 1;
    if (id < this.#firstNewId) this.#revised.set(id, revision);
    const values = this.#values({ ...row, revision });
    values.push(id);
    this.#update.run(...values);
  }

  /** Writes a row anew as it is, its revision included. */
  overwrite(id: number, row: R): void {
    this.flush();
    const values = this.#values(row);
    values.push(id);
    this.#update.run(...values);
  }

  /** Takes a row away that turned out to be another one's; the log may still name it. */
  remove(id: number): void {
    this.flush();
    this.#remove.run(id);
  }

  /** Writes what was added and changed in this transaction to the event log. */
  log(): void {
    this.#inserter.flush();
    if (this.#nextId > this.#firstNewId) this.#log.run(this.#firstNewId);
    for (const [id, revision] of this.#revised) this.#logOne.run(id, revision);
  }

  /** The table has its indexes now. */
  settle(): void {
    this.#index = null;
  }
}
