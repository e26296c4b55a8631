import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';

/** What holds for every exporter that pushes. */
export const exports = z
  .strictObject({
    backlogBytes: z
      .int()
      .min(0)
      .default(DEFAULTS.exports.backlogBytes)
      .describe(
        'Bytes that the store may keep beyond the hot window for exporters whose far side is away; beyond that the oldest entries are dropped for that exporter alone, and counted.',
      ),
  })
  .prefault({})
  .describe('What holds for every exporter that sends to somewhere else.');
