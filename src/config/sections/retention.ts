import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';

/** How long the store keeps every entry. */
export const retention = z
  .strictObject({
    hotDays: z
      .int()
      .min(1)
      .max(36_500)
      .nullable()
      .default(DEFAULTS.retention.hotDays)
      .describe(
        'Days after which single requests, tool calls and other entries leave the store, once the archive holds them; sums, sessions and plans stay. Null: they never leave.',
      ),
  })
  .prefault({})
  .describe('How long the store keeps every single entry.');
