import { firstGrowthMs, metricHistory } from '../../src/rollups/metric-history.ts';
import type { MetricSpec } from '../../src/rollups/metric-spec.ts';
import { METRICS, type MetricKey } from '../../src/rollups/metric-table.ts';
import { metricTotals } from '../../src/rollups/metric-totals.ts';
import { SLOT_MS } from '../../src/rollups/time-slots.ts';
import type { TimeZone } from '../../src/rollups/time-zone.ts';
import type { StoreReader } from '../../src/store/store.ts';
import { historyMarks, type Fill } from './history-marks.ts';
import { samplesOf, type HistoryGrid } from './history-moments.ts';
import { linesOfSample, openMetricsText, type Family, type Sample } from './openmetrics.ts';

/** What of the past is told, and how finely. */
export interface HistoryRequest {
  readonly metrics: readonly MetricKey[];
  /** First moment that may be written; null is the beginning. */
  readonly sinceMs: number | null;
  /** Last moment; null is now. */
  readonly untilMs: number | null;
  readonly nowMs: number;
  /** Distance of two samples of a series that changes. */
  readonly stepMs: number;
  readonly fill: Fill;
  /** Each series has a sample at the beginning of each of its days. */
  readonly zone: TimeZone;
  /** Only series with one of these values under such a label; metrics without the label are left out. */
  readonly only: Readonly<Record<string, ReadonlySet<string>>>;
  /** Labels that every series gets besides. */
  readonly extra: Readonly<Record<string, string>>;
  readonly maxSeries: number;
  /** Hears of every metric before it is told, and of every sample. */
  readonly progress: { readonly metric: (name: string) => void; readonly sample: () => void };
}

type Store = Pick<StoreReader, 'db'>;

const LINGER_MS = 3_600_000;

/**
 * What `/metrics` would have shown at moments of the past, as OpenMetrics text in pieces. It is told from sums per
 * quarter of an hour: a value changes when a quarter is over, and the last sample is what `/metrics` shows now.
 */
export function* historyText(store: Store, request: HistoryRequest): Generator<string> {
  yield* openMetricsText(families(store, request));
}

function* families({ db }: Store, request: HistoryRequest): Generator<Family> {
  const { nowMs, maxSeries, only, extra, progress } = request;
  const totals = metricTotals(db, nowMs);
  const grid = gridOf(db, request);
  for (const metric of request.metrics) {
    const spec: MetricSpec = METRICS[metric];
    if (!Object.keys(only).every((label) => spec.labels.includes(label))) continue;
    progress.metric(spec.name);
    const wanted = metricHistory(db, metric, { totals, maxSeries }).filter(({ labels }) =>
      Object.entries(only).every(([label, values]) => values.has(labels[label] ?? '')),
    );
    yield {
      spec,
      series: wanted.map((series) => ({
        labels: { ...series.labels, ...extra },
        samples: counted(samplesOf(series, grid), () => {
          for (let line = 0; line < linesOfSample(spec); line += 1) progress.sample();
        }),
      })),
    };
  }
}

function* counted(samples: Iterable<Sample>, count: () => void): Generator<Sample> {
  for (const sample of samples) {
    count();
    yield sample;
  }
}

function gridOf(db: Store['db'], request: HistoryRequest): HistoryGrid {
  const { stepMs, fill, zone, nowMs, sinceMs } = request;
  // Prometheus rounds in its own way what is no whole second.
  const nowSecondMs = Math.floor(nowMs / 1_000) * 1_000;
  const isNow = request.untilMs === null || request.untilMs > nowSecondMs;
  const untilMs = isNow ? nowSecondMs : Math.floor((request.untilMs ?? 0) / SLOT_MS) * SLOT_MS;
  const fromMs = Math.max(sinceMs ?? -Infinity, firstGrowthMs(db) ?? untilMs);
  return {
    stepMs,
    lingerMs: fill === 'step' ? Infinity : LINGER_MS,
    marksMs: historyMarks(zone, { fromMs, untilMs, fill }),
    fromMs: sinceMs,
    untilMs,
    isNow,
  };
}
