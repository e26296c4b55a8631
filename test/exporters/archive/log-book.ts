import {
  ARCHIVE_STREAMS,
  type ArchiveLine,
  type ArchiveStream,
} from '../../../src/records/archive-line.ts';
import type { Cursors, StoreReader } from '../../../src/store/store.ts';

/** What a test says of an entry; told again it is a new revision. */
export interface Told {
  readonly id: string;
  readonly atMs: number;
  readonly stream?: ArchiveStream;
  readonly text?: string;
  /** What else its line says. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

const DAY_MS = 86_400_000;

/** A log in memory that keeps a store's promises: gap-free, each entry once per page and with its newest revision. */
export class LogBook {
  readonly #lines: ArchiveLine[] = [];
  readonly #newest = new Map<string, ArchiveLine>();
  readonly #waiting = new Set<() => void>();
  storeId: string;
  cursorSeq: number | null = null;
  hotSinceMs = Number.NEGATIVE_INFINITY;
  savesFail: Error | undefined;

  constructor(storeId = 'book') {
    this.storeId = storeId;
  }

  tell({ id, atMs, stream = 'requests', text = '', fields }: Told): void {
    const seq = this.#lines.length + 1;
    const revision = (this.#newest.get(id)?.revision ?? 0) + 1;
    const line = { seq, stream, atMs, id, revision };
    const told = { ...line, text: JSON.stringify({ id, revision, seq, atMs, text, ...fields }) };
    this.#lines.push(told);
    this.#newest.set(id, told);
    for (const wake of this.#waiting) wake();
  }

  /** What a consumer that keeps the highest revision ends up with. */
  get truth(): ReadonlyMap<string, number> {
    return new Map([...this.#newest].map(([id, { revision }]) => [id, revision]));
  }

  /** A copy as it is now, which goes on by itself. */
  copy(): LogBook {
    const book = new LogBook(this.storeId);
    for (const line of this.#lines) book.#lines.push(line);
    for (const [id, line] of this.#newest) book.#newest.set(id, line);
    book.cursorSeq = this.cursorSeq;
    return book;
  }

  readonly cursors: Cursors = {
    load: () => (this.cursorSeq === null ? null : { seq: this.cursorSeq, sinceMs: 0 }),
    save: async (_exporter, seq) => {
      if (this.savesFail !== undefined) throw this.savesFail;
      this.cursorSeq = seq === 0 ? 0 : Math.max(seq, this.cursorSeq ?? 0);
    },
  };

  get reader(): StoreReader {
    const isNewest = (line: ArchiveLine): boolean => this.#newest.get(line.id) === line;
    const reader: Partial<StoreReader> = {
      archived: (seq, limit) => {
        const looked = this.#lines.slice(seq, seq + limit);
        return { lines: looked.filter(isNewest), toSeq: looked.at(-1)?.seq ?? seq };
      },
      archivedDay: (stream, startMs, toSeq) =>
        this.#lines
          .slice(0, toSeq)
          .filter((line) => line.stream === stream && isNewest(line))
          .filter(({ atMs }) => atMs >= startMs && atMs < startMs + DAY_MS)
          .filter(({ atMs }) => atMs >= this.hotSinceMs || stream.startsWith('plan')),
      hotSinceMs: () => this.hotSinceMs,
      storeId: () => this.storeId,
      lastSeq: () => this.#lines.length,
      changed: (seq, signal) => this.#changed(seq, signal),
    };
    return reader as StoreReader;
  }

  async #changed(seq: number, signal: AbortSignal): Promise<void> {
    while (this.#lines.length <= seq && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
  }
}

/** The streams, for tests that spread lines over them. */
export const streams = ARCHIVE_STREAMS;
