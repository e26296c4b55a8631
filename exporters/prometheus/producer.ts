import type { Histogram, MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import { ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import type { MetricPoint } from '../../src/rollups/metric-series.ts';
import { foldSeries } from '../../src/rollups/metric-series.ts';
import type { MetricSpec } from '../../src/rollups/metric-spec.ts';
import type { MetricKey } from '../../src/rollups/metric-table.ts';
import { METRICS } from '../../src/rollups/metric-table.ts';
import type { MetricTotals } from '../../src/rollups/metric-totals.ts';

/** Where the producer takes its values from, and how many series it may make of them. */
export interface ProducerOptions {
  readonly totals: () => MetricTotals;
  /** Values of a metric that is not in the store. */
  readonly reading: (name: string) => readonly MetricPoint[];
  readonly maxSeries: number;
  readonly startMs: number;
  readonly now: () => number;
}

type HrTime = [number, number];

const KEYS = Object.keys(METRICS) as readonly MetricKey[];

/**
 * Hands what the store knows to OpenTelemetry.
 *
 * It is a producer and not a set of observable instruments, because the SDK rebuilds what instruments observe from
 * differences: amounts would be off in the last digit, and a series that is gone would stay for ever.
 */
export function createStoreProducer(options: ProducerOptions): MetricProducer {
  return {
    collect: () =>
      Promise.resolve({
        resourceMetrics: {
          resource: emptyResource(),
          scopeMetrics: [{ scope: { name: 'hall-monitor' }, metrics: metricData(options) }],
        },
        errors: [],
      }),
  };
}

function metricData({ totals, reading, maxSeries, startMs, now }: ProducerOptions): MetricData[] {
  const known = totals();
  const times = { startTime: hrTime(startMs), endTime: hrTime(now()) };
  const overflow: MetricPoint[] = [];
  return KEYS.flatMap((key) => {
    const spec: MetricSpec = METRICS[key];
    const all = spec.from === 'store' ? (known.get(key) ?? []) : reading(spec.name);
    const { points, folded } = foldSeries(key === 'seriesOverflow' ? overflow : all, maxSeries);
    if (folded > 0) {
      overflow.push({ labels: { metric: spec.name }, value: folded });
    }
    return points.length === 0 ? [] : [dataOf(spec, points, times)];
  });
}

function dataOf(
  spec: MetricSpec,
  points: readonly MetricPoint[],
  times: { readonly startTime: HrTime; readonly endTime: HrTime },
): MetricData {
  const descriptor = {
    name: spec.name,
    description: spec.help,
    unit: '',
    valueType: ValueType.DOUBLE,
  };
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  if (spec.kind === 'histogram') {
    const dataPoints = points.map((point) => ({
      ...times,
      attributes: point.labels,
      value: histogramOf(spec, point),
    }));
    return {
      descriptor,
      aggregationTemporality,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints,
    };
  }
  const dataPoints = points.map(({ labels, value }) => ({
    ...times,
    attributes: labels,
    value: value / spec.divisor,
  }));
  return spec.kind === 'counter'
    ? {
        descriptor,
        aggregationTemporality,
        dataPointType: DataPointType.SUM,
        isMonotonic: true,
        dataPoints,
      }
    : { descriptor, aggregationTemporality, dataPointType: DataPointType.GAUGE, dataPoints };
}

function histogramOf(
  { bounds = [], divisor }: MetricSpec,
  { value, counts = [] }: MetricPoint,
): Histogram {
  return {
    buckets: { boundaries: bounds.map((bound) => bound / divisor), counts: [...counts] },
    sum: value / divisor,
    count: counts.reduce((sum, count) => sum + count, 0),
  };
}

function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1_000_000];
}
