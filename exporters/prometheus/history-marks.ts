import { instantOfLocal } from '../../src/rollups/local-time.ts';
import type { TimeZone } from '../../src/rollups/time-zone.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** How often a value that does not change is written again. */
export const FILLS = ['day', 'hour', 'step'] as const;

/** See {@link FILLS}. */
export type Fill = (typeof FILLS)[number];

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
    if (atMs >= fromMs) marks.add(atMs);
  }
  if (fill === 'hour') {
    for (let atMs = Math.ceil(fromMs / HOUR_MS) * HOUR_MS; atMs < untilMs; atMs += HOUR_MS) {
      marks.add(atMs);
    }
  }
  return [...marks].sort((a, b) => a - b);
}
