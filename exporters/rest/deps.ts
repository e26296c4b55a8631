import { z } from 'zod';
import type { ExporterDeps } from '../../src/component.ts';
import type { EntryPages } from '../../src/records/entry-query.ts';
import type { Gauges } from '../../src/runtime/gauges.ts';

/** What the REST interface and the live stream are given. */
export interface RestDeps extends ExporterDeps {
  readonly entries: EntryPages;
  readonly gauges: Gauges;
  /** Data folder; exports are written to `exports` in it. */
  readonly dataDir: string;
  /** Version of this program. */
  readonly version: string;
}

/** Configuration of the REST interface and the live stream. */
export const restConfig = z.strictObject({
  timezone: z.string().default('UTC').describe('IANA time zone of hours, days, weeks and months where a request names none.'),
  live: z
    .strictObject({
      heartbeatMs: z.int().min(1_000).max(120_000).default(15_000).describe('Milliseconds between the comments that keep an idle stream open.'),
      maxClients: z.int().min(1).max(2_000).default(100).describe('Streams that may be open at the same time.'),
      maxBufferBytes: z
        .int()
        .min(65_536)
        .default(1_048_576)
        .describe('Bytes that may wait for one client; a client that is further behind is cut off and can resume.'),
      opensPerWindow: z.int().min(1).default(5).describe('Streams that one address may open within `windowMs`.'),
      windowMs: z.int().min(1_000).default(60_000).describe('Milliseconds of the window for `opensPerWindow`.'),
    })
    .prefault({})
    .describe('The live stream of events.'),
});

/** The same, once checked. */
export type RestConfig = z.infer<typeof restConfig>;
