import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { Installable } from '../../src/component.ts';
import { createMetricProducer } from '../../src/rollups/metric-producer.ts';
import { readMetrics } from '../../src/rollups/metric-readings.ts';
import { metricTotals } from '../../src/rollups/metric-totals.ts';
import type { PrometheusConfig, PrometheusDeps } from './deps.ts';
import { prometheusConfig } from './deps.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Totals of everything in the format of Prometheus, at `/metrics`. */
export const prometheus: Installable<PrometheusConfig, PrometheusDeps> = {
  name: 'prometheus',
  config: prometheusConfig,
  create: ({ maxSeries }, { reader, gauges, resource, now, log }) => {
    const startMs = now();
    const producer = createMetricProducer({
      read: () =>
        readMetrics({
          totals: () => metricTotals(reader.db, now()),
          reading: gauges.read,
          maxSeries,
        }),
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
