import type { InstallableReceiver } from '../../src/component.ts';
import type { HooksConfig } from './config.ts';
import { createHookIntake } from './intake.ts';
import { createHooks } from './receiver.ts';

/** Takes what Claude Code tells its hooks, from a spool that they write to or over HTTP. */
export const hooks: InstallableReceiver<HooksConfig> = {
  name: 'hooks',
  config: async () => (await import('./config.ts')).hooksConfig,
  create: createHooks,
  intake: createHookIntake,
};
