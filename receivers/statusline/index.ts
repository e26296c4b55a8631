import type { InstallableReceiver } from '../../src/component.ts';
import type { StatuslineConfig } from './config.ts';
import { createStatusline } from './receiver.ts';

/** Takes the rate limits that Claude Code tells its status line. */
export const statusline: InstallableReceiver<StatuslineConfig> = {
  name: 'statusline',
  config: async () => (await import('./config.ts')).statuslineConfig,
  create: createStatusline,
};
