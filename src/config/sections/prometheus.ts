import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';

/** The Prometheus endpoint. */
export const prometheus = z
  .strictObject({
    claudeCodeNames: z
      .boolean()
      .default(DEFAULTS.prometheus.claudeCodeNames)
      .describe(
        'Whether `/metrics` also tells the totals under the names of the metrics of Claude Code itself (`claude_code_*`), for dashboards made for these. Not where telemetry of Claude Code is in the same Prometheus: there everything would count twice.',
      ),
  })
  .prefault({})
  .describe('What Prometheus scrapes at `/metrics`.');
