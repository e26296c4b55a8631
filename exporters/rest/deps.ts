import { z } from 'zod';
import type { ExporterDeps } from '../../src/component.ts';
import type { Conversations } from '../../src/records/conversation.ts';
import type { EntryPages } from '../../src/records/entry-query.ts';
import type { Gauges } from '../../src/runtime/gauges.ts';

/** What the REST interface and the live stream are given. */
export interface RestDeps extends ExporterDeps {
  readonly entries: EntryPages;
  /** Conversations as the raw traces have them. */
  readonly conversations: Conversations;
  readonly gauges: Gauges;
  /** Data folder; exports are written to `exports` in it. */
  readonly dataDir: string;
  /** Version of this program. */
  readonly version: string;
}

/** Configuration of the REST interface and the live stream. */
export const restConfig = z.strictObject({
  timezone: z
    .string()
    .default('UTC')
    .describe('IANA time zone of hours, days, weeks and months where a request names none.'),
  sse: z
    .strictObject({
      heartbeatMs: z
        .int()
        .min(1_000)
        .default(15_000)
        .describe('Milliseconds between two signs of life on a stream without news.'),
      bufferBytes: z
        .int()
        .min(16_384)
        .default(1_048_576)
        .describe(
          'Bytes kept for a client that does not read; with more it is cut off and can resume.',
        ),
      maxClients: z
        .int()
        .min(1)
        .default(100)
        .describe('Streams open at a time; one more is answered with 503.'),
      connectsPerMinute: z
        .int()
        .min(1)
        .default(5)
        .describe(
          'Streams that one address may open within 60 seconds; one more is answered with 429.',
        ),
    })
    .prefault({})
    .describe('The live stream (server-sent events).'),
});

/** The same, once checked. */
export type RestConfig = z.infer<typeof restConfig>;
