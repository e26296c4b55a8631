import type { InstallablePusher } from '../../src/component.ts';
import type { RawTracesConfig } from './pusher.ts';

/** The lines of transcripts, secrets removed, in a file of their own. */
export const rawTraces: InstallablePusher<RawTracesConfig> = {
  name: 'raw-traces',
  isWanted: ({ enabled }) => enabled,
  create: async (config, deps) => {
    const { createPusher } = await import('./pusher.ts');
    return createPusher(config, deps);
  },
};
