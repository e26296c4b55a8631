import { z } from 'zod';

/** Settings of the hook receiver. */
export const hooksConfig = z.strictObject({
  spool: z.string().min(1).describe('Folder that hooks write to.'),
  sweepIntervalMs: z
    .int()
    .min(100)
    .default(1000)
    .describe('Milliseconds between two looks into the spool, which find what no event told of.'),
  maxPayloadBytes: z
    .int()
    .min(1024)
    .default(16 * 1024 * 1024)
    .describe('Bytes of the longest payload that is read.'),
});

/** The same, once checked. */
export type HooksConfig = z.output<typeof hooksConfig>;
