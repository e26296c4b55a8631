import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';

/** Raw traces. */
export const rawTraces = z
  .strictObject({
    enabled: z
      .boolean()
      .default(DEFAULTS.rawTraces.enabled)
      .describe(
        'Whether the lines of transcripts themselves are kept, secrets removed, beyond the days after which Claude Code deletes them.',
      ),
    redact: z
      .literal(true)
      .default(DEFAULTS.rawTraces.redact)
      .describe(
        'Secrets are always removed before anything is written; this cannot be switched off.',
      ),
    keepDays: z
      .int()
      .min(1)
      .max(36_500)
      .default(DEFAULTS.rawTraces.keepDays)
      .describe('Days after which lines are deleted, told by their own time.'),
    maxBytes: z
      .int()
      .min(0)
      .default(DEFAULTS.rawTraces.maxBytes)
      .describe(
        'Bytes that `raw-traces.db` may take; beyond that the sessions that were active longest ago are deleted, and counted. 0: no limit.',
      ),
  })
  .prefault({})
  .describe('The transcripts themselves, for those who want to read old conversations.');
