import type { ActiveShare, Involvement } from '../../store/plan-shares.ts';
import type { Work } from './share-out.ts';

/** What is known of the sessions that were involved. */
export interface ActiveParts {
  /** When a session was busy: `[start, end, ...]`, ascending, without overlaps. */
  readonly activityOf: (session: number) => readonly number[];
  readonly workAt: (session: number, atMs: number) => Work | undefined;
  /** Moments at which what a session works on may change. */
  readonly boundsOf: (session: number) => readonly number[];
  readonly activationAt: (atMs: number) => number;
}

/** Splits the active time of sessions over what they worked on, each moment once. */
export const activeShares = (
  involved: readonly Involvement[],
  { activityOf, workAt, boundsOf, activationAt }: ActiveParts,
): readonly ActiveShare[] => {
  const shares = new Map<string, ActiveShare>();
  for (const { session, fromMs, toMs } of involved) {
    const bounds = [...new Set(boundsOf(session))].sort((left, right) => left - right);
    const stretches = activityOf(session);
    for (let index = 0; index + 1 < stretches.length; index += 2) {
      const start = Math.max(stretches[index]!, fromMs);
      const end = Math.min(stretches[index + 1]!, toMs ?? Number.POSITIVE_INFINITY);
      for (const [from, to] of split(start, end, bounds)) {
        const work = workAt(session, to);
        const activation = work?.activation ?? activationAt(to);
        const attempt = work?.id ?? 0;
        const key = `${activation} ${attempt}`;
        const activeMs = (shares.get(key)?.activeMs ?? 0) + to - from;
        shares.set(key, { activation, attempt, activeMs });
      }
    }
  }
  return [...shares.values()];
};

/** The pieces of a stretch between bounds, which ascend. */
const split = (
  start: number,
  end: number,
  bounds: readonly number[],
): readonly (readonly [number, number])[] => {
  if (end <= start) return [];
  const cuts = [start, ...bounds.filter((bound) => bound > start && bound < end), end];
  return cuts.slice(1).map((cut, index) => [cuts[index]!, cut]);
};
