import type { Database, Statement } from 'better-sqlite3';

type Cell = number | string | null;

/** What a small table is made of: its fields in camel case, of which `keys` tell a row apart. */
export interface RowTableParts<R> {
  readonly table: string;
  readonly keys: readonly (keyof R & string)[];
  readonly fields: readonly (keyof R & string)[];
}

const column = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A table whose rows are few and written one by one. */
export class RowTable<R> {
  readonly #insert: Statement<[R]>;
  readonly #replace: Statement<[R]>;
  readonly #update: Statement<[R]>;
  readonly #db: Database;
  readonly #columns: string;
  readonly #table: string;

  constructor(db: Database, { table, keys, fields }: RowTableParts<R>) {
    const all = [...keys, ...fields];
    const isKey = keys.map((key) => `${column(key)} = @${key}`).join(' AND ');
    const into = `INTO ${table} (${all.map(column).join(', ')}) VALUES (${all.map((field) => `@${field}`).join(', ')})`;
    this.#db = db;
    this.#table = table;
    this.#columns = all.map((field) => `${column(field)} AS ${field}`).join(', ');
    this.#insert = db.prepare(`INSERT ${into}`);
    this.#replace = db.prepare(`INSERT OR REPLACE ${into}`);
    this.#update = db.prepare(
      `UPDATE ${table} SET ${fields.map((field) => `${column(field)} = @${field}`).join(', ')} WHERE ${isKey}`,
    );
  }

  /** A query for whole rows, with this behind `FROM table`. */
  query<P extends Cell[]>(where: string): Statement<P, R> {
    return this.#db.prepare<P, R>(`SELECT ${this.#columns} FROM ${this.#table} ${where}`);
  }

  /** Adds a row, whose id the table gives where it is null, and returns that id. */
  add(row: R): number {
    return Number(this.#insert.run(row).lastInsertRowid);
  }

  /** Adds a row or overwrites the one with the same keys. */
  put(row: R): void {
    this.#replace.run(row);
  }

  change(row: R): void {
    this.#update.run(row);
  }
}
