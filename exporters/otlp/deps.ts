import { z } from 'zod';
import type { ExporterDeps } from '../../src/component.ts';
import type { Gauges } from '../../src/runtime/gauges.ts';
import type { OtlpConfig } from './config.ts';

/** What the push of metrics is given: it runs in the serving thread, where gauges are known. */
export interface OtlpMetricsDeps extends ExporterDeps {
  readonly gauges: Gauges;
  readonly resource: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly version: string;
}

/** The section of the configuration, which was checked where it was loaded. */
export const otlpMetricsConfig = z.strictObject({
  section: z
    .custom<OtlpConfig>((value) => typeof value === 'object' && value !== null)
    .nullable()
    .default(null)
    .describe('The section `otlp` and where this program itself is reached.'),
});

/** The same, once checked. */
export type OtlpMetricsConfig = z.infer<typeof otlpMetricsConfig>;
