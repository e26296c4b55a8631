/**
 * Finds rows by their text key without the database: an open-addressing table of 64-bit digests.
 *
 * Used while a store is filled for the first time, when looking keys up in an index costs more than everything else; the
 * caller compares the row's own key, so that two keys with one digest are still told apart. 24 to 48 bytes a key.
 */
export class KeyIndex {
  #capacity = 1 << 18;
  #slots = new Int32Array(this.#capacity * 3);
  #size = 0;
  #digested: string | null = null;
  #low = 0;
  #high = 0;

  /** Ids that may belong to the key, tried in turn by `isSame`; 0 where none does. */
  find(key: string, isSame: (id: number) => boolean): number {
    this.#digest(key);
    const slots = this.#slots;
    const mask = this.#capacity - 1;
    for (let slot = this.#low & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot * 3]!;
      if (id === 0) return 0;
      if (slots[slot * 3 + 1] === this.#low && slots[slot * 3 + 2] === this.#high && isSame(id))
        return id;
    }
  }

  /** Adds a key that `find` did not find. Ids are above 0. */
  add(key: string, id: number): void {
    if (this.#size * 2 >= this.#capacity) this.#grow();
    this.#digest(key);
    this.#place(id, this.#low, this.#high);
    this.#size += 1;
  }

  #place(id: number, low: number, high: number): void {
    const mask = this.#capacity - 1;
    let slot = low & mask;
    while (this.#slots[slot * 3] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot * 3] = id;
    this.#slots[slot * 3 + 1] = low;
    this.#slots[slot * 3 + 2] = high;
  }

  #grow(): void {
    const old = this.#slots;
    this.#capacity *= 2;
    this.#slots = new Int32Array(this.#capacity * 3);
    for (let at = 0; at < old.length; at += 3)
      if (old[at] !== 0) this.#place(old[at]!, old[at + 1]!, old[at + 2]!);
  }

  #digest(key: string): void {
    if (key === this.#digested) return;
    this.#digested = key;
    let low = 0x811c9dc5 | 0;
    let high = 0x9747b28c | 0;
    const last = key.length - 1;
    for (let index = 0; index <= last; index += 2) {
      const units =
        index === last
          ? key.charCodeAt(index)
          : key.charCodeAt(index) | (key.charCodeAt(index + 1) << 16);
      low = Math.imul(low ^ units, 0x01000193);
      low ^= low >>> 13;
      high = Math.imul(high ^ units, 0x5bd1e995) ^ (high >>> 15);
    }
    low ^= low >>> 16;
    this.#low = Math.imul(low, 0x85ebca6b) ^ (low >>> 13);
    this.#high = high;
  }
}
