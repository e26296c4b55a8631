import type { Database, Statement } from 'better-sqlite3';
import { EVENT_KINDS } from './rows.ts';

/** Which requests stand in several origins, and in which; each new pair is a line of the log. */
export class RequestCopies {
  readonly #keep: Statement<[number, number]>;
  readonly #log: Statement<[number, number]>;
  #fresh: (readonly [request: number, origin: number])[] = [];

  constructor(db: Database) {
    this.#keep = db.prepare('INSERT OR IGNORE INTO request_copy (request, origin) VALUES (?, ?)');
    this.#log = db.prepare(
      `INSERT INTO event (kind, ref, revision) VALUES (${EVENT_KINDS.copy}, ?, ?)`,
    );
  }

  /** To be called at the start of every transaction. */
  begin(): void {
    this.#fresh = [];
  }

  /** Remembers that a request stands in two origins. */
  keep(request: number, left: number, right: number): void {
    for (const origin of [left, right])
      if (this.restore(request, origin)) this.#fresh.push([request, origin]);
  }

  /** Remembers a copy that an archive tells of; false where it was known. */
  restore(request: number, origin: number): boolean {
    return this.#keep.run(request, origin).changes > 0;
  }

  /** Writes what was new in this transaction to the event log. */
  log(): void {
    for (const [request, origin] of this.#fresh) this.#log.run(request, origin);
  }
}
