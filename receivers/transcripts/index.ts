import type { InstallableReceiver } from '../../src/component.ts';
import type { TranscriptsConfig } from './config.ts';
import { createTranscripts } from './receiver.ts';

/** Reads what Claude Code writes of every session, first all there is and then whatever is added. */
export const transcripts: InstallableReceiver<TranscriptsConfig> = {
  name: 'transcripts',
  config: async () => (await import('./config.ts')).transcriptsConfig,
  create: createTranscripts,
};
