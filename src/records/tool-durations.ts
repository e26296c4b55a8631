/** Upper bounds of the buckets that durations of tool calls are counted in, in milliseconds and inclusive. */
export const TOOL_DURATION_BOUNDS_MS: readonly number[] = [
  10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000,
];

/** Place of the bucket that a duration lies in; the last one, behind all bounds, is for what is above them. */
export function toolDurationBucket(durationMs: number): number {
  let bucket = 0;
  while (durationMs > (TOOL_DURATION_BOUNDS_MS[bucket] ?? Infinity)) bucket += 1;
  return bucket;
}
