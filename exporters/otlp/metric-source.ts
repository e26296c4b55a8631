import { join } from 'node:path';
import { AggregationTemporality, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { createMetricProducer } from '../../src/rollups/metric-producer.ts';
import { MAX_SERIES, type MetricReading, readMetrics } from '../../src/rollups/metric-readings.ts';
import { liveTotals } from '../../src/rollups/live-totals.ts';
import { storeIdentity } from '../../src/rollups/store-identity.ts';
import type { OtlpMetricsDeps } from './deps.ts';
import {
  differenceTo,
  firstFilled,
  isSentTotals,
  type SentTotals,
  totalsOf,
} from './metric-deltas.ts';
import { createStateFile } from './state-file.ts';

/** Where the values of a push come from. */
export interface MetricSource {
  readonly producer: MetricProducer;
  /** Called when a push begins; what it gives back keeps for good that the backend has it. */
  readonly begin: () => () => Promise<void>;
}

/** Since when the totals of a store are told. */
interface Beginning {
  readonly store: string;
  readonly startMs: number;
}

const isBeginning = (value: unknown): value is Beginning => {
  if (typeof value !== 'object' || value === null) return false;
  const { store, startMs } = value as Partial<Beginning>;
  return typeof store === 'string' && Number.isFinite(startMs);
};

/**
 * When a store was first made, which is kept beside it: one that is built anew from its archive goes on with its totals,
 * and a later beginning would say that all of them came since.
 */
async function beginningOf({ reader, dataDir, log }: OtlpMetricsDeps): Promise<number> {
  const file = createStateFile(join(dataDir, 'otlp', 'metrics-since.json'), isBeginning);
  const { id: store, madeAtMs } = storeIdentity(reader.db);
  const known = await file.read();
  if (known?.store === store) return Math.min(known.startMs, madeAtMs);
  // A full disk is no reason to send nothing: the next start keeps it.
  await file.write({ store, startMs: madeAtMs }).catch((error: unknown) => {
    log.warn({ err: error }, 'Since when metrics are told could not be kept on disk.');
  });
  return madeAtMs;
}

/** Totals since the store was made, and of the process since it began: a restart is no reset to the backend. */
export async function cumulativeSource(deps: OtlpMetricsDeps): Promise<MetricSource> {
  const { now, version } = deps;
  const sinceMs = await beginningOf(deps);
  const processStartMs = processStartOf(deps);
  const producer = createMetricProducer({
    read: () => readAll(deps),
    naming: 'opentelemetry',
    version,
    startMs: ({ from }) => (from === 'store' ? sinceMs : processStartMs),
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
    // Without history the totals of before count as sent; where the store is being filled they are not known yet.
    const totals = readAll(deps).filter(({ spec }) => spec.from === 'store');
    const fresh = hasHistory
      ? { ...head(), atMs: madeAtMs, series: {} }
      : { ...totalsOf(totals, head()), isFilling: totals.length === 0 };
    await file.write(fresh);
    return fresh;
  };
  let last = await first();
  let next = last;
  const producer = createMetricProducer({
    read: () => {
      const all = readAll(deps);
      const before = firstFilled(last, all);
      const { readings, sent } = differenceTo(before, all, head());
      next = { ...sent, isFilling: before.isFilling === true };
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
    totals: () => liveTotals(reader.db, now()),
    reading: gauges.read,
    maxSeries: MAX_SERIES,
  });

/** When this process began, as its own metric says; now where nobody says so. */
function processStartOf({ gauges, now }: OtlpMetricsDeps): number {
  const [reading] = gauges.read('process_start_time_seconds');
  return reading === undefined ? now() : Math.round(reading.value * 1_000);
}
