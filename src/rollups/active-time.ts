/** How long something was worked on, and when it was last. */
export interface ActiveTime {
  readonly activeMs: number;
  readonly endedMs: number;
}

/**
 * Time worked in a session from `startedMs` on, over what several origins saw of it.
 *
 * Each list holds `[startMs, endMs, ...]` pairs. Overlaps count once; what lies between two stretches counts when it is
 * shorter than `idleGapMs`. What came before the start was copied from another session and does not count.
 */
export function activeTime(
  stretchLists: readonly (readonly number[])[],
  { startedMs, idleGapMs }: { readonly startedMs: number; readonly idleGapMs: number },
): ActiveTime {
  let activeMs = 0;
  let endedMs = startedMs;
  let isFirst = true;
  for (const [startMs, endMs] of stretchesFrom(startedMs, stretchLists)) {
    if (!isFirst && startMs - endedMs >= idleGapMs) {
      activeMs += endMs - startMs;
    } else {
      activeMs += Math.max(0, endMs - (isFirst ? startMs : endedMs));
    }
    endedMs = Math.max(endedMs, endMs);
    isFirst = false;
  }
  return { activeMs, endedMs };
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
