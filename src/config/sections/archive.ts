import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';

/** The archive. */
export const archive = z
  .strictObject({
    enabled: z
      .boolean()
      .default(DEFAULTS.archive.enabled)
      .describe('Whether everything that is recorded is also written to files.'),
    sweepIntervalMs: z
      .int()
      .min(1_000)
      .max(3_600_000)
      .default(DEFAULTS.archive.sweepIntervalMs)
      .describe(
        'Milliseconds between two looks at the files of the archive, which find and heal what was deleted or damaged.',
      ),
    compressAfterDays: z
      .int()
      .min(1)
      .max(3_650)
      .default(DEFAULTS.archive.compressAfterDays)
      .describe('Days after which the files of a day are closed and compressed.'),
    keepDays: z
      .int()
      .min(1)
      .max(36_500)
      .nullable()
      .default(DEFAULTS.archive.keepDays)
      .describe('Days after which the files of a day are deleted. Null: they are kept for ever.'),
    compression: z
      .enum(['auto', 'zstd', 'gzip'])
      .default(DEFAULTS.archive.compression)
      .describe('How old files are compressed: by zstd where Node has it, by zstd, or by gzip.'),
    journal: z
      .boolean()
      .default(DEFAULTS.archive.journal)
      .describe(
        'Whether tool calls, activity and sessions are also written, day by day, in the short lines that older tools read, to `journal` in the data folder.',
      ),
  })
  .prefault({})
  .describe('The archive: JSON lines by day, from which a lost store can be built again.');
