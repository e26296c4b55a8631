import type { Database, Statement } from 'better-sqlite3';
import type { DocumentLog } from './document-log.ts';
import { COLLECTOR_REF } from './rows.ts';

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
  | 'plan_oddities'
  | 'pruned'
  | 'export_dropped';

/** Counts by name and label, kept for ever. */
export class Tallies {
  readonly #pending = new Map<string, [TallyName, string, number]>();
  readonly #upsert: Statement;

  readonly #documents: DocumentLog;

  constructor(db: Database, documents: DocumentLog) {
    this.#documents = documents;
    this.#upsert = db.prepare(
      `INSERT INTO tally (name, label, value) VALUES (?, ?, ?)
       ON CONFLICT (name, label) DO UPDATE SET value = value + excluded.value`,
    );
  }

  add(name: TallyName, label: string, by: number): void {
    if (name === 'plan_oddities') this.#documents.touch('collector', COLLECTOR_REF);
    const key = `${name}\n${label}`;
    const known = this.#pending.get(key);
    if (known === undefined) this.#pending.set(key, [name, label, by]);
    else known[2] += by;
  }

  flush(): void {
    for (const tally of this.#pending.values()) if (tally[2] !== 0) this.#upsert.run(tally);
    this.#pending.clear();
  }

  forget(): void {
    this.#pending.clear();
  }
}
