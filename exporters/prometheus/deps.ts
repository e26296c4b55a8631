import { z } from 'zod';
import type { ExporterDeps } from '../../src/component.ts';
import { MAX_SERIES } from '../../src/rollups/metric-readings.ts';
import type { Gauges } from '../../src/runtime/gauges.ts';

/** What the Prometheus endpoint is given. */
export interface PrometheusDeps extends ExporterDeps {
  /** What only the running process knows, under the metrics' names. */
  readonly gauges: Gauges;
  /** Describes this process, as OpenTelemetry resource attributes. */
  readonly resource: Readonly<Record<string, string>>;
}

/** Configuration of the Prometheus endpoint. */
export const prometheusConfig = z.strictObject({
  maxSeries: z
    .int()
    .min(10)
    .max(2_000)
    .default(MAX_SERIES)
    .describe('Series that one metric may have; the rest is added up under "other".'),
  claudeCodeNames: z
    .boolean()
    .default(false)
    .describe('Whether totals are also told under the names of the metrics of Claude Code itself.'),
});

/** The same, once checked. */
export type PrometheusConfig = z.infer<typeof prometheusConfig>;
