/** How far the spool has been drained; the text of the receiver's position. */
interface Kept {
  /** Payloads and bytes since the beginning. */
  readonly payloads: number;
  readonly bytes: number;
  /** Ids of files that are committed and may not be taken away yet. */
  readonly done: readonly string[];
  /** Bytes that were taken of each segment. */
  readonly segments?: Readonly<Record<string, number>>;
}

/** What a commit adds. */
export interface Progress {
  readonly payloads: number;
  readonly bytes: number;
  readonly done?: readonly string[];
  readonly segment?: readonly [id: string, offsetBytes: number];
}

/** How far the spool has been drained. What is kept of it is committed together with what was drained. */
export class Ledger {
  #payloads: number;
  #bytes: number;
  readonly #done: Set<string>;
  readonly #segments: Map<string, number>;

  /** `position` is what was committed last; undefined or empty at the beginning. */
  constructor(position: string | undefined) {
    const isNew = position === undefined || position === '';
    const kept = isNew ? { payloads: 0, bytes: 0, done: [] } : (JSON.parse(position) as Kept);
    this.#payloads = kept.payloads;
    this.#bytes = kept.bytes;
    this.#done = new Set(kept.done);
    this.#segments = new Map(Object.entries(kept.segments ?? {}));
  }

  get payloads(): number {
    return this.#payloads;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a file is committed and only waits to be taken away. */
  isDone(id: string): boolean {
    return this.#done.has(id);
  }

  /** Bytes that were taken of a segment. */
  offsetOf(segment: string): number {
    return this.#segments.get(segment) ?? 0;
  }

  /** The text to be committed with what is added. */
  positionWith({ payloads, bytes, done = [], segment }: Progress): string {
    const segments = new Map(this.#segments);
    if (segment !== undefined) segments.set(...segment);
    return JSON.stringify({
      payloads: this.#payloads + payloads,
      bytes: this.#bytes + bytes,
      done: [...this.#done, ...done],
      segments: Object.fromEntries(segments),
    } satisfies Kept);
  }

  /** What was added is committed. */
  advance({ payloads, bytes, done = [], segment }: Progress): void {
    this.#payloads += payloads;
    this.#bytes += bytes;
    for (const id of done) this.#done.add(id);
    if (segment !== undefined) this.#segments.set(...segment);
  }

  /** A file or segment is gone. */
  forget(id: string): void {
    this.#done.delete(id);
    this.#segments.delete(id);
  }
}
