/**
 * What was added to every counter since the backend last took metrics, worked out in whole numbers. What was sent is
 * kept on disk, so that a restart sends neither anything twice nor loses what came meanwhile.
 */
import type { MetricReading } from '../../src/rollups/metric-readings.ts';
import type { MetricPoint } from '../../src/rollups/metric-series.ts';

/** Whole numbers of every series as they were sent last; a histogram has its sum and then its buckets. */
export interface SentTotals {
  /** Store that the totals are of. */
  readonly store: string;
  /** Start of the process whose own counters are among them. */
  readonly processStartMs: number;
  /** When they were read; what is sent next begins there. */
  readonly atMs: number;
  readonly series: Readonly<Record<string, readonly number[]>>;
  /** Whether the store was being filled for the first time, so that what it told then is not known yet. */
  readonly isFilling?: boolean;
}

/** What to send, and what has been sent once the backend has it. */
export interface Difference {
  readonly readings: readonly MetricReading[];
  readonly sent: SentTotals;
}

/** Whether a file holds totals. */
export const isSentTotals = (value: unknown): value is SentTotals => {
  if (typeof value !== 'object' || value === null) return false;
  const { store, processStartMs, atMs, series } = value as Partial<SentTotals>;
  return (
    typeof store === 'string' &&
    Number.isFinite(processStartMs) &&
    Number.isFinite(atMs) &&
    typeof series === 'object' &&
    series !== null &&
    Object.values(series).every(
      (numbers) => Array.isArray(numbers) && numbers.every(Number.isFinite),
    )
  );
};

/** The totals of these readings. */
export function totalsOf(
  readings: readonly MetricReading[],
  head: Omit<SentTotals, 'series'>,
): SentTotals {
  const series = readings
    .filter(({ spec }) => spec.kind !== 'gauge')
    .flatMap(({ spec, points }) =>
      points.map((point) => [seriesKey(spec.name, point), numbersOf(point)] as const),
    );
  return { ...head, series: Object.fromEntries(series) };
}

/** What counts as sent once a store is filled: all that it held then, since it did not happen just now. */
export function firstFilled(last: SentTotals, readings: readonly MetricReading[]): SentTotals {
  const held = readings.filter(({ spec }) => spec.from === 'store');
  if (last.isFilling !== true || held.length === 0) return last;
  const { series } = totalsOf(held, last);
  return { ...last, series: { ...last.series, ...series }, isFilling: false };
}

/**
 * The difference to what was sent last. Gauges stay as they are. A total that has fallen, because a request turned out to
 * be of another model, sends nothing until it has grown past what was sent: a sum that only grows cannot take back.
 */
export function differenceTo(
  last: SentTotals,
  readings: readonly MetricReading[],
  head: Omit<SentTotals, 'series'>,
): Difference {
  const isSameProcess = last.processStartMs === head.processStartMs;
  const series: Record<string, readonly number[]> = {};
  const base = (spec: MetricReading['spec'], key: string): readonly number[] | undefined =>
    spec.from === 'store' || isSameProcess ? last.series[key] : undefined;
  const changed = readings.flatMap(({ spec, points }): readonly MetricReading[] => {
    if (spec.kind === 'gauge') return [{ spec, points }];
    const grown = points.flatMap((point) => {
      const key = seriesKey(spec.name, point);
      const numbers = numbersOf(point);
      const before = base(spec, key) ?? numbers.map(() => 0);
      const difference = numbers.map((number, index) => number - (before[index] ?? 0));
      const hasFallen = difference.some((each) => each < 0);
      series[key] = hasFallen ? before : numbers;
      return hasFallen || difference.every((each) => each === 0)
        ? []
        : [pointOf(point, difference)];
    });
    return grown.length === 0 ? [] : [{ spec, points: grown }];
  });
  // A series that is not shown now may be again.
  const gone = Object.entries(last.series).filter(([key]) => !Object.hasOwn(series, key));
  return {
    readings: changed,
    sent: { ...head, series: { ...Object.fromEntries(gone), ...series } },
  };
}

const seriesKey = (name: string, { labels }: MetricPoint): string =>
  JSON.stringify([name, ...Object.entries(labels).flat()]);

const numbersOf = ({ value, counts = [] }: MetricPoint): readonly number[] => [value, ...counts];

function pointOf({ labels, counts }: MetricPoint, [value = 0, ...rest]: number[]): MetricPoint {
  return { labels, value, ...(counts !== undefined && { counts: rest }) };
}
