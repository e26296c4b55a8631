import type { MetricPoint } from './metric-series.ts';
import { foldSeries } from './metric-series.ts';
import { type MetricSpec, seriesLimit } from './metric-spec.ts';
import type { MetricKey } from './metric-table.ts';
import { METRICS } from './metric-table.ts';
import type { MetricTotals } from './metric-totals.ts';

/** Where readings come from, and how many series a metric may have. */
export interface ReadingOptions {
  readonly totals: () => MetricTotals;
  /** Values of a metric that is not in the store. */
  readonly reading: (name: string) => readonly MetricPoint[];
  readonly maxSeries: number;
}

/** One metric with all its series, in whole numbers. */
export interface MetricReading {
  readonly spec: MetricSpec;
  readonly points: readonly MetricPoint[];
}

/** Series that a metric has where nothing else is said, for every exporter alike. */
export const MAX_SERIES = 1_000;

const KEYS = Object.keys(METRICS) as readonly MetricKey[];

/** What every metric shows now, in the order of the table; one without series is left out. */
export function readMetrics({
  totals,
  reading,
  maxSeries,
}: ReadingOptions): readonly MetricReading[] {
  const known = totals();
  const overflow: MetricPoint[] = [];
  return KEYS.flatMap((key) => {
    const spec: MetricSpec = METRICS[key];
    const all = spec.from === 'store' ? (known.get(key) ?? []) : reading(spec.name);
    const { points, folded } = foldSeries(
      key === 'seriesOverflow' ? overflow : all,
      seriesLimit(spec, maxSeries),
    );
    if (folded > 0) {
      overflow.push({ labels: { metric: spec.name }, value: folded });
    }
    return points.length === 0 ? [] : [{ spec, points }];
  });
}
