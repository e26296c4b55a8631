/** A share as a percentage with one decimal, half up; 0 of nothing. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10;
}

/** The names with the highest counts, highest first and by name where these are equal; none has 0. */
export function topCounts(
  counts: Iterable<readonly [string, number]>,
  limit: number,
): Readonly<Record<string, number>> {
  const sorted = [...counts]
    .filter(([, count]) => count > 0)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return Object.fromEntries(sorted.slice(0, limit));
}

/** Adds to a count of a map. */
export function addCount(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
