/** How long to wait before the next try. */
export interface Backoff {
  /** Milliseconds before another try; longer each time until {@link reset}. */
  readonly next: () => number;
  readonly reset: () => void;
}

/** Bounds of a back-off, and where its chance comes from. */
export interface BackoffOptions {
  /** One second where it is left out. */
  readonly firstMs?: number;
  /** One minute where it is left out. */
  readonly longestMs?: number;
  /** A number from 0 up to 1. */
  readonly random?: () => number;
}

const GROWTH = 2;

/** A back-off that doubles, half of it left to chance, so that many who failed together do not come back together. */
export const createBackoff = ({
  firstMs = 1_000,
  longestMs = 60_000,
  random = Math.random,
}: BackoffOptions = {}): Backoff => {
  let failures = 0;
  return {
    next: () => {
      const fullMs = Math.min(longestMs, firstMs * GROWTH ** failures);
      if (fullMs < longestMs) failures += 1;
      return fullMs / 2 + (random() * fullMs) / 2;
    },
    reset: () => void (failures = 0),
  };
};
