/** A pause of this length or more is no activity. */
export const IDLE_GAP_MS = 300_000;

/**
 * Stretches of activity: gathers moments, in any order, into `[start, end]` pairs between which at least
 * {@link IDLE_GAP_MS} lie. The same moments give the same stretches, whatever their order.
 */
export class Activity {
  readonly #stretchesMs: number[];
  #latest = 0;

  constructor(stretchesMs: readonly number[] = []) {
    this.#stretchesMs = [...stretchesMs];
    this.#latest = Math.max(0, this.#stretchesMs.length - 2);
  }

  get stretchesMs(): readonly number[] {
    return this.#stretchesMs;
  }

  add(atMs: number): void {
    const stretches = this.#stretchesMs;
    // Nearly every moment continues the stretch that the one before it was in.
    const index = this.#latest;
    if (index < stretches.length && atMs >= stretches[index]! && atMs <= stretches[index + 1]!)
      return;
    const next = stretches[index + 2];
    const continues =
      index < stretches.length &&
      atMs > stretches[index + 1]! &&
      atMs - stretches[index + 1]! < IDLE_GAP_MS;
    if (continues && (next === undefined || next - atMs >= IDLE_GAP_MS))
      stretches[index + 1] = atMs;
    else this.#insert(atMs);
  }

  #insert(atMs: number): void {
    const stretches = this.#stretchesMs;
    let first = 0;
    while (first < stretches.length && atMs - stretches[first + 1]! >= IDLE_GAP_MS) first += 2;
    let last = first;
    while (last < stretches.length && stretches[last]! - atMs < IDLE_GAP_MS) last += 2;
    const start = first < last ? Math.min(atMs, stretches[first]!) : atMs;
    const end = first < last ? Math.max(atMs, stretches[last - 1]!) : atMs;
    stretches.splice(first, last - first, start, end);
    this.#latest = first;
  }
}

/** Joins two lists of stretches into one, as if all their moments had been added to one {@link Activity}. */
export const mergeStretches = (
  left: readonly number[],
  right: readonly number[],
): readonly number[] => {
  const pairs: (readonly [number, number])[] = [];
  for (const list of [left, right]) {
    for (let index = 0; index + 1 < list.length; index += 2)
      pairs.push([list[index]!, list[index + 1]!]);
  }
  pairs.sort((a, b) => a[0] - b[0]);
  const merged: number[] = [];
  for (const [start, end] of pairs) {
    const last = merged.length - 1;
    if (last < 0 || start - merged[last]! >= IDLE_GAP_MS) merged.push(start, end);
    else if (end > merged[last]!) merged[last] = end;
  }
  return merged;
};
