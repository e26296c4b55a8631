import type { Database } from 'better-sqlite3';
import { Counts } from './counts.ts';
import type { DocumentLog } from './document-log.ts';
import { COLLECTOR_REF } from './rows.ts';

/** Names of what is counted beside requests and tool calls. */
export type TallyName =
  | 'entries'
  | 'rejects'
  | 'duplicates'
  | 'occurrence'
  | 'api_error'
  | 'origin_resets'
  | 'permissions'
  | 'permission_wait_ms'
  | 'plan_events'
  | 'plan_oddities'
  | 'pruned'
  | 'export_dropped';

/** Counts that follow from no row: how much was read, and what was odd about it. */
export const READING_TALLIES = [
  'entries',
  'rejects',
  'duplicates',
  'origin_resets',
  'plan_oddities',
  'pruned',
] as const satisfies TallyName[];

const READING: ReadonlySet<string> = new Set(READING_TALLIES);

/** Counts by name and label, small enough to be read on every scrape. */
export class Tallies {
  readonly #counts: Counts<readonly [TallyName, string]>;

  readonly #documents: DocumentLog;

  constructor(db: Database, documents: DocumentLog) {
    this.#documents = documents;
    this.#counts = new Counts(db, { table: 'tally', keys: ['name', 'label'], count: 'value' });
  }

  add(name: TallyName, label: string, by: number): void {
    if (by !== 0 && READING.has(name)) this.#documents.touch('collector', COLLECTOR_REF);
    this.#counts.add([name, label], by);
  }

  flush(): void {
    this.#counts.flush();
  }

  forget(): void {
    this.#counts.forget();
  }
}
