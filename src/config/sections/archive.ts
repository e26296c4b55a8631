import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';

/** The archive. */
export const archive = z
  .strictObject({
    enabled: z
      .boolean()
      .default(DEFAULTS.archive.enabled)
      .describe('Whether everything that is recorded is also written to files.'),
  })
  .prefault({})
  .describe('The archive: JSON lines by day, from which a lost store can be built again.');
