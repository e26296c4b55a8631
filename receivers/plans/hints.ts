/** What somebody said has changed, while it is left alone until it is quiet. */
export class Hints<T> {
  readonly #quietMs: number;
  readonly #waiting = new Map<
    string,
    { readonly what: T; readonly firstMs: number; dueMs: number }
  >();

  constructor(quietMs: number) {
    this.#quietMs = quietMs;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Notes that something changed now; while it goes on changing it is due after four times the quiet time. */
  add(key: string, what: T, nowMs: number): void {
    const firstMs = this.#waiting.get(key)?.firstMs ?? nowMs;
    const dueMs = Math.min(nowMs + this.#quietMs, firstMs + 4 * this.#quietMs);
    this.#waiting.set(key, { what, firstMs, dueMs });
  }

  /** Notes that something is to be looked at after a time, if nothing says so before. */
  addLater(key: string, what: T, dueMs: number): void {
    if (!this.#waiting.has(key)) this.#waiting.set(key, { what, firstMs: dueMs, dueMs });
  }

  /** When the first is due; infinite where nothing waits. */
  nextMs(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#waiting.values()) nextMs = Math.min(nextMs, dueMs);
    return nextMs;
  }

  /** Takes out what is due. */
  take(nowMs: number): readonly T[] {
    const due: T[] = [];
    for (const [key, { what, dueMs }] of this.#waiting) {
      if (dueMs > nowMs) continue;
      this.#waiting.delete(key);
      due.push(what);
    }
    return due;
  }
}
