import { join } from 'node:path';
import { AggregationTemporality, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { createMetricProducer } from '../../src/rollups/metric-producer.ts';
import { MAX_SERIES, type MetricReading, readMetrics } from '../../src/rollups/metric-readings.ts';
import { metricTotals } from '../../src/rollups/metric-totals.ts';
import { storeIdentity } from '../../src/rollups/store-identity.ts';
import type { OtlpMetricsDeps } from './deps.ts';
import { differenceTo, isSentTotals, type SentTotals, totalsOf } from './metric-deltas.ts';
import { createStateFile } from './state-file.ts';

/** Where the values of a push come from. */
export interface MetricSource {
  readonly producer: MetricProducer;
  /** Called when a push begins; what it gives back keeps for good that the backend has it. */
  readonly begin: () => () => Promise<void>;
}

/** Totals since the store was made, and of the process since it began: a restart is no reset to the backend. */
export function cumulativeSource(deps: OtlpMetricsDeps): MetricSource {
  const { reader, now, version } = deps;
  const { madeAtMs } = storeIdentity(reader.db);
  const processStartMs = processStartOf(deps);
  const producer = createMetricProducer({
    read: () => readAll(deps),
    naming: 'opentelemetry',
    version,
    startMs: ({ from }) => (from === 'store' ? madeAtMs : processStartMs),
    now,
  });
  return { producer, begin: () => () => Promise.resolve() };
}

/** What came since the backend last took something. */
export async function deltaSource(
  deps: OtlpMetricsDeps,
  hasHistory: boolean,
): Promise<MetricSource> {
  const { reader, now, version, dataDir } = deps;
  const file = createStateFile(join(dataDir, 'otlp', 'metrics-sent.json'), isSentTotals);
  const { id: store, madeAtMs } = storeIdentity(reader.db);
  const processStartMs = processStartOf(deps);
  const head = (): Omit<SentTotals, 'series'> => ({ store, processStartMs, atMs: now() });
  const first = async (): Promise<SentTotals> => {
    const known = await file.read();
    if (known?.store === store) return known;
    // Without history the totals of before count as sent.
    const fresh = hasHistory
      ? { ...head(), atMs: madeAtMs, series: {} }
      : totalsOf(
          readAll(deps).filter(({ spec }) => spec.from === 'store'),
          head(),
        );
    await file.write(fresh);
    return fresh;
  };
  let last = await first();
  let next = last;
  const producer = createMetricProducer({
    read: () => {
      const { readings, sent } = differenceTo(last, readAll(deps), head());
      next = sent;
      return readings;
    },
    naming: 'opentelemetry',
    version,
    startMs: ({ from }) =>
      from === 'store' || last.processStartMs === processStartMs ? last.atMs : processStartMs,
    now: () => next.atMs,
    temporality: AggregationTemporality.DELTA,
  });
  let saved = Promise.resolve();
  const begin = () => {
    const taken = next;
    return (): Promise<void> => {
      // At once, so that the next push begins here even while the disk is slow.
      last = taken;
      saved = saved.catch(() => undefined).then(() => file.write(taken));
      return saved;
    };
  };
  return { producer, begin };
}

const readAll = ({ reader, gauges, now }: OtlpMetricsDeps): readonly MetricReading[] =>
  readMetrics({
    totals: () => metricTotals(reader.db, now()),
    reading: gauges.read,
    maxSeries: MAX_SERIES,
  });

/** When this process began, as its own metric says; now where nobody says so. */
function processStartOf({ gauges, now }: OtlpMetricsDeps): number {
  const [reading] = gauges.read('process_start_time_seconds');
  return reading === undefined ? now() : Math.round(reading.value * 1_000);
}
