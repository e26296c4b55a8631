import type { Database, Statement } from 'better-sqlite3';
import type { KeyLedger } from './key-ledger.ts';
import { LeavingRows } from './leaving-rows.ts';
import { EVENT_KINDS } from './rows.ts';

/** What may leave the store. */
export interface HotLimits {
  /** Unix milliseconds: what is older may go. */
  readonly cutoffMs: number;
  /** Seq up to which the archive holds everything. */
  readonly archivedSeq: number;
  /** How far every other exporter has got. */
  readonly cursors: ReadonlyMap<string, number>;
  /** Bytes that may stay for exporters that are behind. */
  readonly backlogBytes: number;
  /** Most lines of the log that are looked at. */
  readonly lines: number;
}

/** What one turn did. */
export interface Pruned {
  /** Whether there are lines left to be looked at. */
  readonly isMore: boolean;
  readonly rows: number;
  /** Lines that an exporter never sent and never will, by its name. */
  readonly dropped: ReadonlyMap<string, number>;
}

/** Where looking through the log stands. */
interface Place {
  readonly seq: number;
  readonly held: number;
  readonly toDrop: number;
}

interface Line {
  readonly seq: number;
  readonly kind: number;
  readonly ref: number;
  readonly revision: number;
  readonly isNewestDocument: number;
}

/**
 * Lets old rows leave the store, some lines of the log at a time: entries that are older than the hot window, that the
 * archive holds, that no plan is made of, and that no exporter still has to send. Sums, sessions, plans and the keys of
 * what was counted stay. What waits for an exporter is counted on the way; where it is more than may stay, the next time
 * through the log the oldest of it goes.
 */
export class HotWindow {
  readonly #rows: LeavingRows;
  readonly #place: Statement<[], Place>;
  readonly #move: Statement<[Place]>;
  readonly #since: Statement<[{ cutoffMs: number }]>;
  readonly #page: Statement<[number, number, number], Line>;
  readonly #removeLine: Statement<[number]>;
  readonly #lastSeq: Statement<[], number>;
  readonly #bytesPerLine: Statement<[], number>;

  constructor(db: Database, ledger: KeyLedger) {
    this.#rows = new LeavingRows(db, ledger);
    this.#place = db.prepare('SELECT seq, held, to_drop AS toDrop FROM hot_window');
    this.#move = db.prepare('UPDATE hot_window SET seq = @seq, held = @held, to_drop = @toDrop');
    this.#since = db.prepare(
      'UPDATE hot_window SET since_ms = max(coalesce(since_ms, @cutoffMs), @cutoffMs)',
    );
    this.#page = db.prepare(
      `SELECT seq, kind, ref, revision,
         seq = (SELECT seq FROM document WHERE document.kind = event.kind AND document.ref = event.ref) AS isNewestDocument
       FROM event WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
    );
    this.#removeLine = db.prepare('DELETE FROM event WHERE seq = ?');
    this.#lastSeq = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM event').pluck();
    this.#bytesPerLine = db
      .prepare<[], number>(
        `SELECT (page_count - freelist_count) * page_size / max(1.0, (SELECT count(*) FROM event))
         FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
      )
      .pluck();
  }

  /** Looks at some lines, in the transaction at hand. */
  step(limits: HotLimits): Pruned {
    const place = this.#place.get()!;
    if (place.seq === 0 && !this.#rows.any(limits.cutoffMs))
      return { isMore: false, rows: 0, dropped: new Map() };
    // The last line stays, so that its number is never given to another one.
    const toSeq = Math.min(limits.archivedSeq, this.#lastSeq.get()! - 1);
    const page = this.#page.all(place.seq, toSeq, limits.lines);
    if (page.length === 0) return this.#begin(place, limits);
    const { rows, held, dropped, toDrop } = this.#leave(page, place, limits);
    this.#move.run({ seq: page.at(-1)!.seq, held: place.held + held, toDrop });
    if (rows > 0) this.#since.run({ cutoffMs: limits.cutoffMs });
    return { isMore: true, rows, dropped };
  }

  /** At the end of the log: what was held is weighed, and the next look begins at the first line. */
  #begin({ held }: Place, { backlogBytes }: HotLimits): Pruned {
    const mayStay = Math.floor(backlogBytes / Math.max(1, this.#bytesPerLine.get()!));
    const toDrop = Math.max(0, held - mayStay);
    this.#move.run({ seq: 0, held: 0, toDrop });
    return { isMore: toDrop > 0, rows: 0, dropped: new Map() };
  }

  #leave(page: readonly Line[], place: Place, { cutoffMs, cursors }: HotLimits) {
    const dropped = new Map<string, number>();
    let [rows, held, { toDrop }] = [0, 0, place];
    const found = this.#rows.among(page, cutoffMs);
    for (const line of page) {
      const row = found.get(line);
      if (row === 'gone' || this.#isSuperseded(line)) this.#removeLine.run(line.seq);
      if (row === 'gone' || row === undefined) continue;
      if (row.revision !== line.revision) {
        this.#removeLine.run(line.seq);
        continue;
      }
      const behind = [...cursors].filter(([, seq]) => seq < line.seq).map(([name]) => name);
      if (behind.length > 0 && toDrop === 0) {
        held += 1;
        continue;
      }
      if (behind.length > 0) toDrop -= 1;
      for (const name of behind) dropped.set(name, (dropped.get(name) ?? 0) + 1);
      this.#rows.remove(line.kind, row);
      this.#removeLine.run(line.seq);
      rows += 1;
    }
    return { rows, held, dropped, toDrop };
  }

  #isSuperseded({ kind, isNewestDocument }: Line): boolean {
    return kind >= EVENT_KINDS.session && kind !== EVENT_KINDS.copy && isNewestDocument !== 1;
  }
}
