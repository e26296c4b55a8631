/** Lets each key happen so many times within a span of time. */
export interface SlidingWindow {
  /** Takes one turn for the key; or says after how many milliseconds there will be one. */
  readonly take: (key: string) => number | undefined;
}

/** How often within how long. */
export interface SlidingWindowOptions {
  readonly limit: number;
  readonly windowMs: number;
  readonly now: () => number;
}

const MAX_KEYS = 10_000;

/** A window that forgets keys on which nothing happened for its whole length. */
export function createSlidingWindow({ limit, windowMs, now }: SlidingWindowOptions): SlidingWindow {
  const turns = new Map<string, readonly number[]>();
  const take = (key: string): number | undefined => {
    const atMs = now();
    const recent = (turns.get(key) ?? []).filter((turnMs) => atMs - turnMs < windowMs);
    if (recent.length >= limit) {
      turns.set(key, recent);
      return (recent[0] ?? atMs) + windowMs - atMs;
    }
    if (turns.size >= MAX_KEYS) {
      turns.clear();
    }
    turns.set(key, [...recent, atMs]);
    return undefined;
  };
  return { take };
}
