import type { InstallableReceiver } from '../../src/component.ts';
import type { PlansConfig } from './config.ts';
import { createPlans } from './receiver.ts';

/** Follows the plans that lie below `dev/active` and `dev/complete` of the projects that sessions work in. */
export const plans: InstallableReceiver<PlansConfig> = {
  name: 'plans',
  config: async () => (await import('./config.ts')).plansConfig,
  create: createPlans,
};
