import type { Database, Statement } from 'better-sqlite3';
import { prepared } from './prepared.ts';
import type { Cursor, Refused } from './store.ts';

/** How far an exporter has got in the log; null for one that was never there. */
export const readCursor = (db: Database, exporter: string): Cursor | null =>
  db
    .prepare<[string], Cursor>(
      'SELECT seq, since_ms AS sinceMs FROM export_cursor WHERE exporter = ?',
    )
    .get(exporter) ?? null;

/** How far every exporter that ever pushed has got. */
export const readCursors = (db: Database): ReadonlyMap<string, number> =>
  new Map(
    prepared<[], { exporter: string; seq: number }>(db, 'SELECT exporter, seq FROM export_cursor')
      .all()
      .map(({ exporter, seq }) => [exporter, seq]),
  );

/** How far each exporter that pushes has got, and what was refused on the way. */
export class CursorTable {
  readonly #move: Statement<[string, number, number]>;
  readonly #refuse: Statement;

  constructor(db: Database) {
    this.#move = db.prepare(
      `INSERT INTO export_cursor (exporter, seq, since_ms) VALUES (?, ?, ?)
       ON CONFLICT (exporter) DO UPDATE SET seq = iif(excluded.seq = 0, 0, max(seq, excluded.seq))`,
    );
    this.#refuse = db.prepare(
      `INSERT INTO export_dead_letter (exporter, seq, entry_id, revision, reason, body, refused_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (exporter, entry_id, revision) DO UPDATE SET
         reason = excluded.reason, body = excluded.body, refused_at_ms = excluded.refused_at_ms`,
    );
  }

  /** Moves a cursor forward; never back, but for 0, from which on everything is sent anew. */
  move(exporter: string, seq: number, nowMs: number): void {
    this.#move.run(exporter, seq, nowMs);
  }

  /** Keeps what a far side refused, for people to look at and to send again. */
  refuse(exporter: string, { seq, id, revision, reason, body }: Refused, nowMs: number): void {
    this.#refuse.run(exporter, seq, id, revision, reason, body, nowMs);
  }
}
