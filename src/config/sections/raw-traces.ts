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
  })
  .prefault({})
  .describe('The transcripts themselves, for those who want to read old conversations.');
