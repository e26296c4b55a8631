/** Computes something when it is asked for, and not again before so many milliseconds have passed; a failure is not kept. */
export function atMostEvery<T>(intervalMs: number, now: () => number, compute: () => T): () => T {
  let known: { readonly atMs: number; readonly value: T } | undefined;
  return () => {
    const atMs = now();
    // A clock that was set back says nothing of how old this is.
    const isFresh = known !== undefined && atMs >= known.atMs && atMs < known.atMs + intervalMs;
    known = known !== undefined && isFresh ? known : { atMs, value: compute() };
    return known.value;
  };
}
