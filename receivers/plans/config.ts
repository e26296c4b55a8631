import { z } from 'zod';

/** Settings of the plan receiver. */
export const plansConfig = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether plans are looked for at all.'),
  roots: z
    .array(z.string().min(1))
    .default([])
    .describe('Project folders beside those that sessions have worked in.'),
  debounceMs: z
    .int()
    .min(0)
    .max(5000)
    .default(150)
    .describe(
      'Milliseconds that a plan is left alone before it is read where a change leaves it in doubt: new, moved, or half written. Any other change is read at once.',
    ),
  sweepIntervalMs: z
    .int()
    .min(1000)
    .default(30_000)
    .describe('Milliseconds between two looks at every plan, which find what no event told of.'),
  pollIntervalMs: z
    .int()
    .min(100)
    .default(1000)
    .describe('Milliseconds between two looks at the active plans of which no events are told.'),
  maxManifestBytes: z
    .int()
    .min(64 * 1024)
    .default(32 * 1024 * 1024)
    .describe('Bytes of the longest manifest that is read.'),
});

/** The same, once checked. */
export type PlansConfig = z.output<typeof plansConfig>;
