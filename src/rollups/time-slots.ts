/** Sums are kept per quarter of an hour, the longest span that lies within one local hour of every time zone. */
export const SLOT_MS = 900_000;

/** A half-open span of unix milliseconds; null means open at that end. */
export interface TimeRange {
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}

/** Everything. */
export const ALL_TIME: TimeRange = { sinceMs: null, untilMs: null };

/** A range as whole slots plus what sticks out of them at either end. */
export interface SplitRange {
  /** Whole slots, half-open; null means open at that end, equal ends mean none. */
  readonly fromSlot: number | null;
  readonly toSlot: number | null;
  /** At most two spans shorter than a slot, for which single rows must be read. */
  readonly edges: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** Splits a range so that sums can answer for all but the slots it cuts through. */
export function splitRange({ sinceMs, untilMs }: TimeRange): SplitRange {
  const fromSlot = sinceMs === null ? null : Math.ceil(sinceMs / SLOT_MS);
  const toSlot = untilMs === null ? null : Math.floor(untilMs / SLOT_MS);
  if (
    sinceMs !== null &&
    untilMs !== null &&
    (untilMs <= sinceMs || (fromSlot ?? 0) > (toSlot ?? 0))
  ) {
    return {
      fromSlot: 0,
      toSlot: 0,
      edges: untilMs > sinceMs ? [{ fromMs: sinceMs, toMs: untilMs }] : [],
    };
  }
  const edges = [];
  if (sinceMs !== null && fromSlot !== null && sinceMs < fromSlot * SLOT_MS) {
    edges.push({ fromMs: sinceMs, toMs: fromSlot * SLOT_MS });
  }
  if (untilMs !== null && toSlot !== null && toSlot * SLOT_MS < untilMs) {
    edges.push({ fromMs: toSlot * SLOT_MS, toMs: untilMs });
  }
  return { fromSlot, toSlot, edges };
}
