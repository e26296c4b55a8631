import { instantOfLocal } from '../../src/rollups/local-time.ts';
import type { TimeZone } from '../../src/rollups/time-zone.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** How often a value that does not change is written again. */
const FILLS = ['day', 'hour', 'step'] as const;

/** See {@link FILLS}. */
export type Fill = (typeof FILLS)[number];

/** Prometheus 3 leaves the beginning of a range out, so the sum of a day needs a sample just after it. */
const JUST_AFTER_MS = 1_000;

/** The beginnings of a zone's days between two moments, and the whole hours where these are asked for. */
export function historyMarks(
  zone: TimeZone,
  { fromMs, untilMs, fill }: { fromMs: number; untilMs: number; fill: Fill },
): readonly number[] {
  const marks = new Set<number>();
  const firstDay = Math.floor((fromMs + zone.offsetMsAt(fromMs)) / DAY_MS);
  for (let day = firstDay; ; day += 1) {
    const atMs = instantOfLocal(zone, day * DAY_MS);
    if (atMs >= untilMs) break;
    for (const mark of [atMs, atMs + JUST_AFTER_MS]) {
      if (mark >= fromMs && mark < untilMs) marks.add(mark);
    }
  }
  if (fill === 'hour') {
    for (let atMs = Math.ceil(fromMs / HOUR_MS) * HOUR_MS; atMs < untilMs; atMs += HOUR_MS) {
      marks.add(atMs);
    }
  }
  return [...marks].sort((a, b) => a - b);
}
