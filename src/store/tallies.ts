import type { Database } from 'better-sqlite3';
import { Counts } from './counts.ts';

/** Names of what is counted beside requests and tool calls. */
export type TallyName =
  | 'entries'
  | 'rejects'
  | 'duplicates'
  | 'occurrence'
  | 'origin_resets'
  | 'permissions'
  | 'permission_wait_ms'
  | 'plan_events'
  | 'plan_oddities';

/** Counts by name and label, small enough to be read on every scrape. */
export class Tallies {
  readonly #counts: Counts<readonly [TallyName, string]>;

  constructor(db: Database) {
    this.#counts = new Counts(db, { table: 'tally', keys: ['name', 'label'], count: 'value' });
  }

  add(name: TallyName, label: string, by: number): void {
    this.#counts.add([name, label], by);
  }

  flush(): void {
    this.#counts.flush();
  }

  forget(): void {
    this.#counts.forget();
  }
}
