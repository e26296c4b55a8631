import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { Installable } from '../../src/component.ts';
import { liveTotals } from '../../src/rollups/live-totals.ts';
import { createMetricProducer } from '../../src/rollups/metric-producer.ts';
import { readMetrics } from '../../src/rollups/metric-readings.ts';
import { claudeCodeReadings } from './claude-code-names.ts';
import type { PrometheusConfig, PrometheusDeps } from './deps.ts';
import { prometheusConfig } from './deps.ts';
import { readWithinBudget } from './size-budget.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Totals of everything in the format of Prometheus, at `/metrics`. */
export const prometheus: Installable<PrometheusConfig, PrometheusDeps> = {
  name: 'prometheus',
  config: prometheusConfig,
  create: (config, deps) => {
    const { resource, now, log } = deps;
    const startMs = now();
    let maxSeries = config.maxSeries;
    const producer = createMetricProducer({
      read: () => {
        const { readings, fits } = readAll({ ...config, maxSeries }, deps);
        maxSeries = fits;
        return readings;
      },
      naming: 'prometheus',
      startMs: () => startMs,
      now,
    });
    const exporter = new PrometheusExporter({
      preventServerStart: true,
      metricProducers: [producer],
    });
    const provider = new MeterProvider({
      resource: resourceFromAttributes(resource),
      readers: [exporter],
    });
    const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
    const expose = async (): Promise<Response> => {
      const { resourceMetrics, errors } = await exporter.collect();
      if (errors.length > 0) {
        log.error({ err: errors[0] }, 'Not all metrics could be collected.');
      }
      return new Response(`${serializer.serialize(resourceMetrics).trimEnd()}\n`, {
        headers: { 'content-type': CONTENT_TYPE },
      });
    };
    const run = async (signal: AbortSignal): Promise<void> => {
      await aborted(signal);
      await provider.shutdown();
    };
    return {
      name: 'prometheus',
      routes: [{ method: 'GET', path: '/metrics', handle: expose }],
      run,
    };
  },
};

/** Everything as of one moment, however often it takes to fit it in. */
function readAll(
  { maxSeries, claudeCodeNames }: PrometheusConfig,
  { reader, gauges, now }: PrometheusDeps,
): ReturnType<typeof readWithinBudget> {
  const totals = liveTotals(reader.db, now());
  const told = new Map<string, ReturnType<typeof gauges.read>>();
  const reading = (name: string): ReturnType<typeof gauges.read> => {
    const readings = told.get(name) ?? gauges.read(name);
    told.set(name, readings);
    return readings;
  };
  return readWithinBudget((limit) => {
    const ours = readMetrics({ totals: () => totals, reading, maxSeries: limit });
    return claudeCodeNames ? [...ours, ...claudeCodeReadings(ours)] : ours;
  }, maxSeries);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
