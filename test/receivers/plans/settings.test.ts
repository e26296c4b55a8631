import { describe, expect, it } from 'vitest';
import { plansConfig } from '../../../receivers/plans/config.ts';
import { receiverSettings } from '../../../src/cli/receiver-settings.ts';
import { loadConfig } from '../../../src/config/load.ts';

describe('the settings of plans', () => {
  it('come from the environment, with paths made absolute', async () => {
    const { config } = await loadConfig({
      env: {
        HOME: '/home/dev',
        HALL_MONITOR_PLANS_ROOTS: 'here:/there',
        HALL_MONITOR_PLANS_ENABLED: 'false',
        HALL_MONITOR_PLANS_DEBOUNCE_MS: '0',
      },
      platform: 'linux',
      workingDir: '/work',
    });
    expect(config.plans).toMatchObject({
      enabled: false,
      roots: ['/work/here', '/there'],
      debounceMs: 0,
    });
  });

  it('are those of the receiver, with the same defaults', async () => {
    const { config } = await loadConfig({ env: { HOME: '/nowhere' }, workingDir: '/' });
    const { plans } = receiverSettings(config);
    expect(plansConfig.parse({})).toEqual(plans);
    expect(plansConfig.parse(plans)).toEqual(plans);
  });
});
