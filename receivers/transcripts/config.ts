import { z } from 'zod';

/** Settings of the transcript receiver. */
export const transcriptsConfig = z.strictObject({
  claudeDirs: z
    .array(z.string())
    .describe('Configuration folders of Claude Code; transcripts lie in `projects` below them.'),
  watch: z.enum(['auto', 'events', 'poll']).default('auto').describe('How changes are noticed.'),
  sweepIntervalMs: z
    .int()
    .min(1000)
    .default(30_000)
    .describe('Milliseconds between two looks at every file.'),
  pollIntervalMs: z
    .int()
    .min(100)
    .default(1000)
    .describe('Milliseconds between two quick looks without events.'),
  threads: z.int().min(0).max(16).default(2).describe('Threads that read while much is new.'),
});

/** The same, once checked. */
export type TranscriptsConfig = z.output<typeof transcriptsConfig>;
