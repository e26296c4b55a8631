import type { Database, Statement } from 'better-sqlite3';

/** One table of sums: key columns, and columns that only ever grow or shrink by differences. */
export class Sums {
  readonly #pending = new Map<string, Float64Array>();
  readonly #upsert: Statement<unknown[]>;
  readonly #keyCount: number;
  readonly #valueCount: number;

  constructor(db: Database, table: string, keys: readonly string[], values: readonly string[]) {
    const columns = [...keys, ...values];
    const sets = values.map((value) => `${value} = ${value} + excluded.${value}`).join(', ');
    this.#upsert = db.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${sets}`,
    );
    this.#keyCount = keys.length;
    this.#valueCount = values.length;
  }

  /** The sums under a key, to be added to in place; they are written by {@link flush}. */
  at(keys: readonly number[]): Float64Array {
    const text = keys.join();
    const known = this.#pending.get(text);
    if (known !== undefined) return known;
    const sums = new Float64Array(this.#keyCount + this.#valueCount);
    sums.set(keys);
    this.#pending.set(text, sums);
    return sums;
  }

  /** Where a key's sums begin in what {@link at} returns. */
  get offset(): number {
    return this.#keyCount;
  }

  /** Adds everything gathered to the table. */
  flush(): void {
    for (const sums of this.#pending.values()) {
      if (!sums.subarray(this.#keyCount).every((value) => value === 0)) this.#upsert.run(Array.from(sums));
    }
    this.#pending.clear();
  }

  forget(): void {
    this.#pending.clear();
  }
}
