import type { Database, Statement } from 'better-sqlite3';

/** A table of one count under a key, and the columns of both. */
export interface CountsParts {
  readonly table: string;
  readonly keys: readonly string[];
  readonly count: string;
}

/** Counts that change by differences, which are gathered in memory until {@link flush}; kept for ever. */
export class Counts<K extends readonly (number | string)[]> {
  readonly #pending = new Map<string, { readonly key: K; by: number }>();
  readonly #upsert: Statement;

  constructor(db: Database, { table, keys, count }: CountsParts) {
    const columns = [...keys, count];
    this.#upsert = db.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${count} = ${count} + excluded.${count}`,
    );
  }

  add(key: K, by: number): void {
    const name = key.join('\n');
    const known = this.#pending.get(name);
    if (known === undefined) this.#pending.set(name, { key, by });
    else known.by += by;
  }

  flush(): void {
    for (const { key, by } of this.#pending.values()) if (by !== 0) this.#upsert.run(...key, by);
    this.forget();
  }

  forget(): void {
    this.#pending.clear();
  }
}
