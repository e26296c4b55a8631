/** What is due: at once where somebody just said so, or because it was quiet. */
export interface Due<T> {
  readonly what: T;
  /** It may go on changing, and is due once more when it is quiet. */
  readonly isEarly: boolean;
}

interface Waiting<T> {
  readonly what: T;
  readonly firstMs: number;
  dueMs: number;
  /** When it is due before it is quiet; infinite where it is not. */
  earlyMs: number;
}

/** So long after something changed it is due for the first time. */
const EARLY_MS = 25;

/** What somebody said has changed: soon, and again when it was left alone. */
export class Hints<T> {
  readonly #quietMs: number;
  readonly #waiting = new Map<string, Waiting<T>>();

  constructor(quietMs: number) {
    this.#quietMs = quietMs;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Notes that something changed now; while it goes on changing it is due after four times the quiet time. */
  add(key: string, what: T, nowMs: number): void {
    const known = this.#waiting.get(key);
    const firstMs = known?.firstMs ?? nowMs;
    const dueMs = Math.min(nowMs + this.#quietMs, firstMs + 4 * this.#quietMs);
    const earlyMs = Math.min(known?.earlyMs ?? Number.POSITIVE_INFINITY, nowMs + EARLY_MS);
    this.#waiting.set(key, { what, firstMs, dueMs, earlyMs });
  }

  /** Notes that something is to be looked at after a time, if nothing says so before. */
  addLater(key: string, what: T, dueMs: number): void {
    if (this.#waiting.has(key)) return;
    this.#waiting.set(key, { what, firstMs: dueMs, dueMs, earlyMs: Number.POSITIVE_INFINITY });
  }

  /** When the first is due; infinite where nothing waits. */
  nextMs(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { dueMs, earlyMs } of this.#waiting.values())
      nextMs = Math.min(nextMs, dueMs, earlyMs);
    return nextMs;
  }

  /** Takes out what is due. */
  take(nowMs: number): readonly Due<T>[] {
    const due: Due<T>[] = [];
    for (const [key, waiting] of this.#waiting) {
      const { what, dueMs, earlyMs } = waiting;
      const isEarly = dueMs > nowMs;
      if (isEarly && earlyMs > nowMs) continue;
      if (isEarly) waiting.earlyMs = Number.POSITIVE_INFINITY;
      else this.#waiting.delete(key);
      due.push({ what, isEarly });
    }
    return due;
  }
}
