import type { WorkedSession } from '../../rollups/worked-sessions.ts';
import { apportion } from './apportion.ts';

/** When a task was worked on; half-open. */
export interface Frame {
  readonly startMs: number;
  readonly endMs: number;
}

/** What sessions cost, split over frames and the rest, in nano-USD; it adds up to all of it. */
export interface Split {
  /** In the order of the frames. */
  readonly byFrame: readonly number[];
  readonly unassigned: number;
}

/**
 * Splits the cost of sessions over frames by active time.
 *
 * Each session's cost is spread evenly over the time it was active; a moment of activity counts as a millisecond. What is
 * spent at a time belongs to the frames that hold that time, in equal parts, or to none.
 */
export function splitCost(frames: readonly Frame[], sessions: readonly WorkedSession[]): Split {
  const bounds = [...new Set(frames.flatMap(({ startMs, endMs }) => [startMs, endMs]))].sort(
    (a, b) => a - b,
  );
  const spent = new Map<number, number>();
  let unassigned = 0;
  for (const session of sessions.filter(({ costNanoUsd }) => costNanoUsd > 0)) {
    const weights = weightsOf(session, bounds);
    const places = [...weights.keys()];
    const parts = apportion(session.costNanoUsd, [...weights.values()]);
    places.forEach((place, index) => {
      spent.set(place, (spent.get(place) ?? 0) + (parts[index] ?? 0));
    });
  }
  const byFrame = frames.map(() => 0);
  for (const [place, open] of openFrames(frames, bounds, spent)) {
    const cost = spent.get(place) ?? 0;
    if (open.length === 0) {
      unassigned += cost;
    } else {
      const parts = apportion(
        cost,
        open.map(() => 1),
      );
      open.forEach((frame, index) => {
        byFrame[frame] = (byFrame[frame] ?? 0) + (parts[index] ?? 0);
      });
    }
  }
  return { byFrame, unassigned };
}

/** For how long a session was active in each place: place `i` lies before bound `i`, the last one after all of them. */
function weightsOf(session: WorkedSession, bounds: readonly number[]): Map<number, number> {
  const weights = new Map<number, number>();
  const { stretches, startedMs } = session;
  for (const [fromMs, lastMs] of stretches.length === 0
    ? [[startedMs, startedMs] as const]
    : stretches) {
    const toMs = Math.max(lastMs, fromMs + 1);
    let atMs = fromMs;
    for (let place = placeOf(fromMs, bounds); atMs < toMs; place++) {
      const untilMs = Math.min(toMs, bounds[place] ?? toMs);
      weights.set(place, (weights.get(place) ?? 0) + untilMs - atMs);
      atMs = untilMs;
    }
  }
  return weights;
}

/** How many bounds a moment has reached. */
function placeOf(atMs: number, bounds: readonly number[]): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The frames that hold each place in which something was spent. */
function* openFrames(
  frames: readonly Frame[],
  bounds: readonly number[],
  spent: ReadonlyMap<number, number>,
): Generator<readonly [place: number, frames: readonly number[]]> {
  const indexed = frames.map((frame, index) => ({ ...frame, index }));
  const starting = Map.groupBy(indexed, ({ startMs }) => startMs);
  const ending = Map.groupBy(indexed, ({ endMs }) => endMs);
  const open = new Set<number>();
  for (let place = 0; place <= bounds.length; place++) {
    const atMs = bounds[place - 1];
    if (atMs !== undefined) {
      ending.get(atMs)?.forEach(({ index }) => open.delete(index));
      starting.get(atMs)?.forEach(({ index }) => open.add(index));
    }
    if (spent.has(place)) yield [place, [...open]];
  }
}
