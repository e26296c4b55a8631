import type { Kept, RestoredLine } from '../../store/rows.ts';

/** What a table of restored entities is made of. */
export interface RestoredTableParts<R> {
  /** Number of the kind in the log. */
  readonly kind: number;
  readonly table: {
    readonly find: (key: string) => Kept<R> | undefined;
    readonly add: (row: R) => void;
    readonly overwrite: (id: number, row: R) => void;
    readonly remove: (id: number) => void;
    readonly nextId: number;
  };
  /** Counts a row in what is summed up, or with sign -1 takes it away. */
  readonly count: (row: R, sign: 1 | -1) => void;
}

const FIRST_CAPACITY = 1 << 16;

/** Entities of an archive: of several lines that tell of one, the highest revision stays. 16 bytes of memory a row. */
export class RestoredTable<R extends { readonly key: string; readonly revision: number }> {
  readonly #parts: RestoredTableParts<R>;
  #seqs = new Float64Array(FIRST_CAPACITY);
  #revisions = new Float64Array(FIRST_CAPACITY);
  #lastId = 0;

  constructor(parts: RestoredTableParts<R>) {
    this.#parts = parts;
  }

  /** Writes a row unless a newer one is known; false where one is. */
  put(row: R, seq: number): boolean {
    const { count, table } = this.#parts;
    const known = table.find(row.key);
    if (known === undefined) {
      const id = table.nextId;
      table.add(row);
      count(row, 1);
      this.#note(id, row.revision, seq);
      return true;
    }
    const isNewer =
      row.revision > known.row.revision ||
      (row.revision === known.row.revision && seq > this.#seqs[known.id]!);
    if (!isNewer) return false;
    count(known.row, -1);
    count(row, 1);
    table.overwrite(known.id, row);
    this.#note(known.id, row.revision, seq);
    return true;
  }

  /** Id of the row with that key; undefined where there is none. */
  find(key: string): number | undefined {
    return this.#parts.table.find(key)?.id;
  }

  /** Takes a row away that turned out to be another one's. */
  remove(key: string): void {
    const known = this.#parts.table.find(key);
    if (known === undefined) return;
    this.#parts.count(known.row, -1);
    this.#parts.table.remove(known.id);
    this.#seqs[known.id] = 0;
  }

  /** The lines of the log that tell of the rows. */
  *lines(): Iterable<RestoredLine> {
    for (let ref = 1; ref <= this.#lastId; ref++) {
      const seq = this.#seqs[ref]!;
      if (seq > 0) yield { seq, kind: this.#parts.kind, ref, revision: this.#revisions[ref]! };
    }
  }

  #note(id: number, revision: number, seq: number): void {
    if (id >= this.#seqs.length) this.#grow(id);
    this.#seqs[id] = seq;
    this.#revisions[id] = revision;
    this.#lastId = Math.max(this.#lastId, id);
  }

  #grow(id: number): void {
    const capacity = Math.max(id + 1, this.#seqs.length * 2);
    const [seqs, revisions] = [new Float64Array(capacity), new Float64Array(capacity)];
    seqs.set(this.#seqs);
    revisions.set(this.#revisions);
    [this.#seqs, this.#revisions] = [seqs, revisions];
  }
}
