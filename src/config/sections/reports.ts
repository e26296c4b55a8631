import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';

/** Report files. */
export const reports = z
  .strictObject({
    folder: z
      .string()
      .min(1)
      .nullable()
      .default(DEFAULTS.reports.folder)
      .describe('Folder that report files are written to while `serve` runs. Null: none are.'),
    gitAdd: z
      .boolean()
      .default(DEFAULTS.reports.gitAdd)
      .describe(
        'Whether report files that changed are added to the index of the repository that the folder lies in. Nothing is ever committed.',
      ),
  })
  .prefault({})
  .describe('Files that other programs read, written anew every minute.');
