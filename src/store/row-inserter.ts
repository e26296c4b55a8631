import type { Database, Statement } from 'better-sqlite3';
import type { Value } from './columns.ts';

const ROWS_PER_STATEMENT = 8;
/** Each shape is a prepared statement of its own; beyond so many, everything is bound. */
const MAX_SHAPES = 64;

/** What a row inserter is made of. */
export interface Inserted {
  readonly table: string;
  readonly columns: readonly string[];
  /** For each column the value that most rows have there; undefined where there is none. At most 30 have one. */
  readonly usual: readonly (Value | undefined)[];
  /** What follows the rows in the statement. */
  readonly suffix?: string;
}

interface Shape {
  readonly statement: Statement;
  readonly bound: readonly number[];
}

/**
 * Adds rows to a table, several with one statement, so nothing is certain to be there before {@link flush}.
 *
 * Handing a value over costs more than SQLite does with it. So a column in which all rows at hand have the usual value
 * is written into the statement's text, and only the others are bound.
 */
export class RowInserter {
  readonly #db: Database;
  readonly #inserted: Inserted;
  readonly #usualAt: readonly number[];
  readonly #shapes = new Map<number, Shape>();
  #rows: (readonly Value[])[] = [];
  #unusual = 0;

  constructor(db: Database, inserted: Inserted) {
    this.#db = db;
    this.#inserted = inserted;
    this.#usualAt = inserted.usual.flatMap((value, index) => (value === undefined ? [] : [index]));
  }

  /** Rows that {@link flush} would write. */
  get waiting(): number {
    return this.#rows.length;
  }

  /** Adds a row: a value for each column, in order. */
  add(values: readonly Value[]): void {
    const { usual } = this.#inserted;
    const at = this.#usualAt;
    let unusual = this.#unusual;
    for (let bit = 0; bit < at.length; bit++) {
      const index = at[bit]!;
      if (values[index] !== usual[index]) unusual |= 1 << bit;
    }
    this.#unusual = unusual;
    this.#rows.push(values);
    if (this.#rows.length === ROWS_PER_STATEMENT) this.flush();
  }

  flush(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    const isFull = rows.length === ROWS_PER_STATEMENT;
    const { statement, bound } = this.#shape(this.#unusual, isFull);
    this.forget();
    let values: Value[] = [];
    for (const row of rows) {
      for (let index = 0; index < bound.length; index++) values.push(row[bound[index]!]!);
      if (isFull) continue;
      statement.run(...values);
      values = [];
    }
    if (isFull) statement.run(...values);
  }

  /** Drops the rows that are not written yet. */
  forget(): void {
    this.#rows = [];
    this.#unusual = 0;
  }

  #shape(unusual: number, isFull: boolean): Shape {
    const key = unusual * 2 + Number(isFull);
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    const isAllBound = this.#shapes.size >= MAX_SHAPES && unusual !== ALL;
    if (isAllBound) return this.#shape(ALL, isFull);
    const shape = this.#prepare(unusual, isFull ? ROWS_PER_STATEMENT : 1);
    this.#shapes.set(key, shape);
    return shape;
  }

  #prepare(unusual: number, rows: number): Shape {
    const { table, columns, usual, suffix = '' } = this.#inserted;
    const isBound = columns.map((_, index) => {
      const bit = this.#usualAt.indexOf(index);
      return bit < 0 || (unusual & (1 << bit)) !== 0;
    });
    const row = columns.map((_, index) => (isBound[index] ? '?' : literal(usual[index] ?? null)));
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${Array(rows)
      .fill(`(${row.join(', ')})`)
      .join(', ')} ${suffix}`;
    return {
      statement: this.#db.prepare(sql),
      bound: columns.flatMap((_, index) => (isBound[index] ? [index] : [])),
    };
  }
}

const ALL = 2 ** 30 - 1;

const literal = (value: Value): string => {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
};
