/** How long something was worked on, and when it was last. */
export interface ActiveTime {
  readonly activeMs: number;
  readonly endedMs: number;
}

/** From when on, and which pause ends a stretch of work. */
export interface ActiveSpan {
  readonly startedMs: number;
  readonly idleGapMs: number;
}

/** A stretch of work, from and to. */
export type Stretch = readonly [startMs: number, endMs: number];

/**
 * Time worked in a session from `startedMs` on, over what several origins saw of it.
 *
 * Each list holds `[startMs, endMs, ...]` pairs. Overlaps count once; what lies between two stretches counts when it is
 * shorter than `idleGapMs`. What came before the start was copied from another session and does not count.
 */
export function activeTime(
  stretchLists: readonly (readonly number[])[],
  span: ActiveSpan,
): ActiveTime {
  const stretches = activeStretches(stretchLists, span);
  return {
    activeMs: stretches.reduce((sum, [startMs, endMs]) => sum + endMs - startMs, 0),
    endedMs: stretches.at(-1)?.[1] ?? span.startedMs,
  };
}

/** The stretches that {@link activeTime} adds up, ascending and apart from each other. */
export function activeStretches(
  stretchLists: readonly (readonly number[])[],
  { startedMs, idleGapMs }: ActiveSpan,
): readonly Stretch[] {
  const merged: [number, number][] = [];
  for (const [startMs, endMs] of stretchesFrom(startedMs, stretchLists)) {
    const last = merged.at(-1);
    if (last === undefined || startMs - last[1] >= idleGapMs) {
      merged.push([startMs, endMs]);
    } else {
      last[1] = Math.max(last[1], endMs);
    }
  }
  return merged;
}

/** The pairs of all lists that end at or after the start, cut off at it, by their beginning. */
function stretchesFrom(
  startedMs: number,
  lists: readonly (readonly number[])[],
): [number, number][] {
  const found: [number, number][] = [];
  for (const list of lists) {
    for (let index = 0; index + 1 < list.length; index += 2) {
      const [from = 0, to = 0] = [list[index], list[index + 1]];
      if (to >= startedMs) {
        found.push([Math.max(from, startedMs), to]);
      }
    }
  }
  return found.sort((a, b) => a[0] - b[0]);
}
