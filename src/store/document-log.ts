import type { Database, Statement } from 'better-sqlite3';
import { EVENT_KINDS } from './rows.ts';

/** Kinds of what is told as a whole whenever something of it changed. */
export type DocumentKind = 'session' | 'plan' | 'origin' | 'collector';

/**
 * What stands in no entry or plan event, for the archive. A change is noted in its transaction; the line in the log comes
 * later, so that a session at work is not told anew with each of its messages.
 */
export class DocumentLog {
  readonly #touched = new Map<DocumentKind, Set<number>>();
  readonly #mark: Statement<[number, number]>;
  readonly #due: Statement<[number], { kind: number; ref: number }>;
  readonly #log: Statement<[number, number]>;
  readonly #logged: Statement<[number | bigint, number, number]>;

  constructor(db: Database) {
    this.#mark = db.prepare(
      `INSERT INTO document (kind, ref) VALUES (?, ?) ON CONFLICT (kind, ref) DO UPDATE SET due = 1 WHERE due = 0`,
    );
    this.#due = db.prepare(
      'SELECT kind, ref FROM document WHERE due = 1 ORDER BY kind, ref LIMIT ?',
    );
    this.#log = db.prepare('INSERT INTO event (kind, ref, revision) VALUES (?, ?, 0)');
    this.#logged = db.prepare('UPDATE document SET seq = ?, due = 0 WHERE kind = ? AND ref = ?');
  }

  begin(): void {
    this.#touched.clear();
  }

  /** Something about it has changed in this transaction. */
  touch(kind: DocumentKind, ref: number): void {
    const refs = this.#touched.get(kind);
    if (refs === undefined) this.#touched.set(kind, new Set([ref]));
    else refs.add(ref);
  }

  /** Writes what was touched in this transaction. */
  flush(): void {
    for (const [kind, refs] of this.#touched)
      for (const ref of refs) this.#mark.run(EVENT_KINDS[kind], ref);
  }

  /** Whether there is anything to tell. */
  isDue(): boolean {
    return this.#due.get(1) !== undefined;
  }

  /** Tells what has changed, at most `limit` documents; false where nothing is left. */
  log(limit: number): boolean {
    const due = this.#due.all(limit);
    for (const { kind, ref } of due)
      this.#logged.run(this.#log.run(kind, ref).lastInsertRowid, kind, ref);
    return due.length === limit;
  }
}
