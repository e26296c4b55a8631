/** How many times the same words may be told within a minute and still be paired with those of another installation. */
const MAX_REPEATS = 16;
const BUCKET_MS = 60_000;

/** Keys of one stretch of time, in the order in which they are given out; `isOwn` where a new firing belongs there. */
export interface FiringKeys {
  readonly keys: readonly string[];
  readonly isOwn: boolean;
}

const repeats = (prefix: string): readonly string[] =>
  Array.from({ length: MAX_REPEATS }, (_, repeat) => `${prefix}:${repeat}`);

/** Keys that a prompt told of by a hook may have, in the order in which they are given out. */
export const promptKeys = (sessionId: string, promptId: string | null): readonly string[] =>
  repeats(`prompt:${sessionId}:${promptId ?? '-'}`);

/** Keys that a firing may have: those of its own minute, and of the next or last one where that is nearer than `nearMs`. */
export const firingKeys = (digest: string, atMs: number, nearMs: number): readonly FiringKeys[] => {
  const own = Math.floor(atMs / BUCKET_MS);
  const buckets = [atMs, atMs - nearMs, atMs + nearMs].map((ms) => Math.floor(ms / BUCKET_MS));
  return [...new Set(buckets)].map((bucket) => ({
    keys: repeats(`hook:${digest}:${bucket}`),
    isOwn: bucket === own,
  }));
};

/** Scopes, separated by commas and in order of the alphabet, with one more. */
export const withScope = (scopes: string | null, scope: string): string => {
  if (scopes === null || scopes === scope) return scope;
  return [...new Set([...scopes.split(','), scope])].sort().join(',');
};
