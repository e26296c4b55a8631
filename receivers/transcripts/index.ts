import type { Installable } from '../../src/component.ts';
import { type TranscriptsConfig, transcriptsConfig } from './config.ts';
import { createTranscripts, type TranscriptsComponent, type TranscriptsDeps } from './receiver.ts';

/** Reads what Claude Code writes of every session, first all there is and then whatever is added. */
export const transcripts = {
  name: 'transcripts',
  config: transcriptsConfig,
  create: (settings: TranscriptsConfig, deps: TranscriptsDeps): TranscriptsComponent =>
    createTranscripts(settings, deps),
} satisfies Installable<TranscriptsConfig, TranscriptsDeps>;
