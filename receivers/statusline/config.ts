import { z } from 'zod';

/** Settings of the status line receiver. */
export const statuslineConfig = z.strictObject({
  folder: z.string().min(1).describe('Folder that the command of the status line writes to.'),
  sweepIntervalMs: z
    .int()
    .min(100)
    .default(2000)
    .describe('Milliseconds between two looks at what status lines left.'),
});

/** The same, once checked. */
export type StatuslineConfig = z.output<typeof statuslineConfig>;
