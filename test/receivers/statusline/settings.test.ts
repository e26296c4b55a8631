import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { statuslineConfig } from '../../../receivers/statusline/config.ts';
import { receiverSettings } from '../../../src/cli/receiver-settings.ts';
import { loadConfig } from '../../../src/config/load.ts';

it('the settings of the status line are those of the receiver, with the same defaults', async () => {
  const env = { HOME: '/nowhere', HALL_MONITOR_HOME: '/data' };
  const { config } = await loadConfig({ env, workingDir: '/', platform: 'linux' });
  const { statusline } = receiverSettings(config);
  expect(statusline.folder).toBe('/data/statusline');
  expect(statuslineConfig.parse({ folder: '/data/statusline' })).toEqual(statusline);
});

it('its README has all its parts', () => {
  const url = new URL('../../../receivers/statusline/README.md', import.meta.url);
  const headings = [...readFileSync(url, 'utf8').matchAll(/^## (.+)$/gm)].map(([, text]) => text);
  expect(headings).toEqual(['What it reads', 'Configuration', 'Limits', 'Example']);
});
