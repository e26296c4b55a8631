import type { Database, Statement } from 'better-sqlite3';

/**
 * One table of sums that change by differences. Its key is a group of numbers and one member of the group: neighbouring
 * records nearly always share the group, so it is looked up by comparing numbers, and only its change costs a text.
 */
export class Sums {
  readonly #groups = new Map<string, Map<number, Float64Array>>();
  readonly #upsert: Statement<unknown[]>;
  readonly #groupSize: number;
  readonly #rowSize: number;
  #lastGroup: number[] = [];
  #lastMembers: Map<number, Float64Array> | undefined;

  constructor(db: Database, table: string, keys: readonly string[], values: readonly string[]) {
    const columns = [...keys, ...values];
    const sets = values.map((value) => `${value} = ${value} + excluded.${value}`).join(', ');
    this.#upsert = db.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${sets}`,
    );
    this.#groupSize = keys.length - 1;
    this.#rowSize = columns.length;
  }

  /** Where the values begin in what {@link at} returns. */
  get offset(): number {
    return this.#groupSize + 1;
  }

  /** The sums of a member of a group, to be added to in place from {@link offset} on; written by {@link flush}. */
  at(group: readonly number[], member: number): Float64Array {
    const members = this.#members(group);
    const known = members.get(member);
    if (known !== undefined) return known;
    const sums = new Float64Array(this.#rowSize);
    sums.set(group);
    sums[this.#groupSize] = member;
    members.set(member, sums);
    return sums;
  }

  /** Adds everything gathered to the table. */
  flush(): void {
    const { offset } = this;
    for (const members of this.#groups.values()) {
      for (const sums of members.values()) {
        if (hasChange(sums, offset)) this.#upsert.run(Array.from(sums));
      }
    }
    this.forget();
  }

  forget(): void {
    this.#groups.clear();
    this.#lastMembers = undefined;
  }

  #members(group: readonly number[]): Map<number, Float64Array> {
    const last = this.#lastGroup;
    let index = this.#lastMembers === undefined ? -1 : 0;
    while (index >= 0 && index < group.length && group[index] === last[index]) index += 1;
    if (index === group.length && this.#lastMembers !== undefined) return this.#lastMembers;
    const key = group.join();
    let members = this.#groups.get(key);
    if (members === undefined) {
      members = new Map();
      this.#groups.set(key, members);
    }
    this.#lastGroup = [...group];
    this.#lastMembers = members;
    return members;
  }
}

const hasChange = (sums: Float64Array, offset: number): boolean => {
  for (let index = offset; index < sums.length; index++) if (sums[index] !== 0) return true;
  return false;
};
