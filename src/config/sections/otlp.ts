import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';

/** OTLP to a backend. */
export const otlp = z
  .strictObject({
    enabled: z
      .boolean()
      .default(DEFAULTS.otlp.enabled)
      .describe('Whether anything is sent by OTLP; where to is told by the `OTEL_*` variables.'),
  })
  .prefault({})
  .describe('Metrics, traces and logs to an OpenTelemetry backend.');
