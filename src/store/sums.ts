import type { Database } from 'better-sqlite3';
import { RowInserter } from './row-inserter.ts';

/** What a table of sums is made of. */
export interface SumsParts {
  readonly table: string;
  /** Columns of the primary key, in its order; all are whole numbers. */
  readonly keys: readonly string[];
  readonly values: readonly string[];
  /** Sums over all of the first two key columns, with the others as its key: what is counted here counts there too. */
  readonly total?: Sums;
}

const TOTALLED = 2;

/** One table of sums that change by differences, which are gathered in memory until {@link flush}. */
export class Sums {
  readonly #rows = new Map<number, number[][]>();
  readonly #inserter: RowInserter;
  readonly #total: Sums | undefined;
  readonly #rowSize: number;
  #last: number[] | undefined;

  /** Where the values begin in what {@link at} returns. */
  readonly offset: number;

  constructor(db: Database, { table, keys, values, total }: SumsParts) {
    const sets = values.map((value) => `${value} = ${value} + excluded.${value}`).join(', ');
    this.#inserter = new RowInserter(db, {
      table,
      columns: [...keys, ...values],
      usual: [...keys.map(() => undefined), ...values.map(() => 0)],
      suffix: `ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${sets}`,
    });
    this.#total = total;
    this.offset = keys.length;
    this.#rowSize = keys.length + values.length;
  }

  /** The sums under a key, to be added to in place from {@link offset} on. */
  at(key: readonly number[]): number[] {
    // Neighbouring records mostly count in the same place.
    if (this.#last !== undefined && isAt(this.#last, key)) return this.#last;
    const digest = digestOf(key);
    const bucket = this.#rows.get(digest);
    let sums = bucket?.find((row) => isAt(row, key));
    if (sums === undefined) {
      sums = [...key];
      while (sums.length < this.#rowSize) sums.push(0);
      if (bucket === undefined) this.#rows.set(digest, [sums]);
      else bucket.push(sums);
    }
    this.#last = sums;
    return sums;
  }

  /** Adds everything gathered to the table, and to the total, which is to be flushed afterwards. */
  flush(): void {
    const rows = [...this.#rows.values()].flat().filter((sums) => hasChange(sums, this.offset));
    // In the table's own order, so that neighbours are written one after the other.
    rows.sort((left, right) => compare(left, right, this.offset));
    for (const sums of rows) {
      this.#addToTotal(sums);
      this.#inserter.add(sums);
    }
    this.#inserter.flush();
    this.forget();
  }

  forget(): void {
    this.#rows.clear();
    this.#last = undefined;
    this.#inserter.forget();
  }

  #addToTotal(sums: readonly number[]): void {
    if (this.#total === undefined) return;
    const total = this.#total.at(sums.slice(TOTALLED, this.offset));
    for (let index = this.offset; index < sums.length; index++)
      total[index - TOTALLED]! += sums[index]!;
  }
}

/** A small whole number that differs for most keys. */
const digestOf = (key: readonly number[]): number => {
  let digest = 0;
  for (let index = 0; index < key.length; index++)
    digest = Math.imul(digest ^ key[index]!, 0x01000193);
  return (digest ^ (digest >>> 15)) & 0x3fffffff;
};

const isAt = (sums: readonly number[], key: readonly number[]): boolean => {
  for (let index = 0; index < key.length; index++) if (sums[index] !== key[index]) return false;
  return true;
};

const compare = (left: readonly number[], right: readonly number[], length: number): number => {
  for (let index = 0; index < length; index++)
    if (left[index] !== right[index]) return left[index]! - right[index]!;
  return 0;
};

const hasChange = (sums: readonly number[], offset: number): boolean => {
  for (let index = offset; index < sums.length; index++) if (sums[index] !== 0) return true;
  return false;
};
