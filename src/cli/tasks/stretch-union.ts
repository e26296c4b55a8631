import type { Stretch } from '../../rollups/active-time.ts';
import type { Frame } from './split-cost.ts';

/** Tells for how many milliseconds of a frame at least one of these stretches went on. */
export function createUnion(stretches: readonly Stretch[]): (frame: Frame) => number {
  const merged: [number, number][] = [];
  for (const [fromMs, toMs] of stretches.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last === undefined || fromMs > last[1]) merged.push([fromMs, toMs]);
    else last[1] = Math.max(last[1], toMs);
  }
  const before = [0];
  for (const [fromMs, toMs] of merged) before.push((before.at(-1) ?? 0) + toMs - fromMs);
  const until = (atMs: number): number => {
    const index = merged.findLastIndex(([fromMs]) => fromMs <= atMs);
    const [fromMs = 0, toMs = 0] = merged[index] ?? [];
    return index === -1 ? 0 : (before[index] ?? 0) + Math.min(toMs, atMs) - fromMs;
  };
  return ({ startMs, endMs }) => until(endMs) - until(startMs);
}
