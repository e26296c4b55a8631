import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pluginHooksText } from '../../../src/cli/hooks/plugin-hooks.ts';

const root = join(import.meta.dirname, '../../..');
const text = (...path: readonly string[]): string => readFileSync(join(root, ...path), 'utf8');
const json = (...path: readonly string[]): Record<string, unknown> =>
  JSON.parse(text(...path)) as Record<string, unknown>;

describe('the plugin', () => {
  it('holds the hooks that install would write; `npm run plugin` brings them up to date', () => {
    expect(text('plugin', 'hooks', 'hooks.json')).toBe(pluginHooksText());
  });

  it('has the version of the package', () => {
    const { version } = json('package.json');
    expect(json('plugin', '.claude-plugin', 'plugin.json')['version']).toBe(version);
  });

  it('names no folder of anybody, and reaches no host', () => {
    expect(text('plugin', 'hooks', 'hooks.json')).not.toMatch(
      /https?:|\/home\/|\/Users\/|\/root\//,
    );
    expect(json('plugin', '.claude-plugin', 'plugin.json')['network']).toEqual({ hosts: [] });
  });

  it('is what the marketplace of this repository offers', () => {
    expect(json('.claude-plugin', 'marketplace.json')).toMatchObject({
      name: 'hall-monitor',
      plugins: [{ name: 'hall-monitor', source: './plugin' }],
    });
  });
});
