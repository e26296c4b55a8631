import type { InstallablePusher } from '../../src/component.ts';
import type { OtlpConfig } from './config.ts';
import { resolveSettings } from './settings.ts';

/** Traces and logs by OTLP, each with a loop and a cursor of its own. */
export const otlp: InstallablePusher<OtlpConfig> = {
  name: 'otlp',
  isWanted: (config) => {
    const { traces, logs } = resolveSettings(config);
    return traces !== null || logs !== null;
  },
  create: async (config, deps) => {
    const { createPusher } = await import('./pusher.ts');
    return createPusher(config, deps);
  },
};
