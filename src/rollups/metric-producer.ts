import { ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import type { Histogram, MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { MetricReading } from './metric-readings.ts';
import type { MetricPoint } from './metric-series.ts';
import type { MetricSpec } from './metric-spec.ts';

/** What a producer hands on, and how. */
export interface ProducerOptions {
  readonly read: () => readonly MetricReading[];
  /** Names and units of Prometheus, which has the unit in the name, or of OpenTelemetry. */
  readonly naming: 'prometheus' | 'opentelemetry';
  /** Version of this program, told with the metrics where there is one. */
  readonly version?: string;
  /** Since when a metric has been counted; unix milliseconds. */
  readonly startMs: (spec: MetricSpec) => number;
  readonly now: () => number;
  /** Whether values are what was added since `startMs` or since ever. */
  readonly temporality?: AggregationTemporality;
}

type HrTime = [number, number];

/** Name under which our metrics, traces and logs go. */
export const SCOPE_NAME = 'hall-monitor';

/**
 * Hands what the store and the process know to OpenTelemetry.
 *
 * It is a producer and not a set of observable instruments, because the SDK rebuilds what instruments observe from
 * differences: amounts would be off in the last digit, and a series that is gone would stay for ever.
 */
export function createMetricProducer(options: ProducerOptions): MetricProducer {
  const { version, read } = options;
  const scope = { name: SCOPE_NAME, ...(version !== undefined && { version }) };
  return {
    collect: () => {
      const metrics = read().map((reading) => metricData(reading, options));
      const resourceMetrics = { resource: emptyResource(), scopeMetrics: [{ scope, metrics }] };
      return Promise.resolve({ resourceMetrics, errors: [] });
    },
  };
}

function metricData({ spec, points }: MetricReading, options: ProducerOptions): MetricData {
  const times = { startTime: hrTime(options.startMs(spec)), endTime: hrTime(options.now()) };
  const head = {
    descriptor: descriptorOf(spec, options.naming),
    aggregationTemporality: options.temporality ?? AggregationTemporality.CUMULATIVE,
  };
  if (spec.kind === 'histogram') {
    const dataPoints = points.map((point) => ({
      ...times,
      attributes: point.labels,
      value: histogramOf(spec, point),
    }));
    return { ...head, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = points.map(({ labels, value }) => ({
    ...times,
    attributes: labels,
    value: value / spec.divisor,
  }));
  return spec.kind === 'counter'
    ? { ...head, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...head, dataPointType: DataPointType.GAUGE, dataPoints };
}

function descriptorOf(
  { name, otelName, help, unit }: MetricSpec,
  naming: ProducerOptions['naming'],
): MetricData['descriptor'] {
  const isOtel = naming === 'opentelemetry';
  return {
    name: isOtel ? otelName : name,
    description: help,
    unit: isOtel ? unit : '',
    valueType: ValueType.DOUBLE,
  };
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
  return [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1_000_000)];
}
