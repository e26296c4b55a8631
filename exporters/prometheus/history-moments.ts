import type { SeriesHistory, SeriesValue } from '../../src/rollups/metric-history.ts';
import type { Sample } from './openmetrics.ts';

/** Which moments of a series are written. */
export interface HistoryGrid {
  /** Distance of two samples while a series changes; a divisor or a multiple of a quarter of an hour. */
  readonly stepMs: number;
  /** Samples are written this long after a change as if it went on. */
  readonly lingerMs: number;
  /** Moments at which every series is written, in order. */
  readonly marksMs: readonly number[];
  /** First moment that may be written; null is the beginning. */
  readonly fromMs: number | null;
  /** Last moment, which is written in any case. */
  readonly untilMs: number;
  /** Whether the last moment shows everything there is, and not what had happened before it. */
  readonly isNow: boolean;
}

/**
 * The samples of a series, oldest first: one step before it first grew, at every step while it grows and a while
 * after, at every mark, and at the end. Before it grows again it is told once more as it was.
 */
export function* samplesOf(
  { atMs, values, base, total }: SeriesHistory,
  grid: HistoryGrid,
): Generator<Sample> {
  const { stepMs, untilMs } = grid;
  const [firstMs = untilMs] = atMs;
  if (firstMs > untilMs && !grid.isNow) return;
  let index = 0;
  const valueBy = (moment: number): SeriesValue => {
    while (index < atMs.length && (atMs[index] ?? 0) <= moment) index += 1;
    return values[index - 1] ?? base;
  };
  const nextMark = createMarks(grid.marksMs);
  const fromMs = Math.ceil((grid.fromMs ?? -Infinity) / stepMs) * stepMs;
  for (let moment = Math.max(stepBefore(firstMs, stepMs), fromMs); moment < untilMs;) {
    yield { atMs: moment, value: valueBy(moment) };
    const regular = stepAfter(moment, stepMs);
    const isBusy = regular <= (atMs[index - 1] ?? -Infinity) + grid.lingerMs;
    const wake = stepBefore(atMs[index] ?? Infinity, stepMs);
    moment = Math.min(isBusy ? regular : Math.max(wake, regular), nextMark(moment));
  }
  if (fromMs <= untilMs) {
    yield { atMs: untilMs, value: grid.isNow ? total : valueBy(untilMs) };
  }
}

/** The last step at which what happens at a moment does not show. */
function stepBefore(atMs: number, stepMs: number): number {
  return (Math.ceil(atMs / stepMs) - 1) * stepMs;
}

function stepAfter(atMs: number, stepMs: number): number {
  return (Math.floor(atMs / stepMs) + 1) * stepMs;
}

/** Finds the first mark after a moment; moments come in order. */
function createMarks(marksMs: readonly number[]): (atMs: number) => number {
  let next = 0;
  return (atMs) => {
    while (next < marksMs.length && (marksMs[next] ?? 0) <= atMs) next += 1;
    return marksMs[next] ?? Infinity;
  };
}
