import { describe, expect, it } from 'vitest';
import { type SchemaNode, configJsonSchema, schemaAt } from '../../src/config/allowed.ts';
import { DEFAULTS } from '../../src/config/defaults.ts';
import { describeConfig } from '../../src/config/describe.ts';
import { SETTINGS, valueAt } from '../../src/config/environment.ts';
import { maskSecrets } from '../../src/config/mask.ts';
import { configSchema } from '../../src/config/schema.ts';

describe('the reference of all settings', () => {
  it('explains every setting and names its variable', () => {
    const text = describeConfig();
    for (const { path, variable } of SETTINGS) {
      expect(text).toContain(`\`${path.join('.')}\``);
      expect(text).toContain(`\`${variable}\``);
      expect(schemaAt(path)?.description?.length).toBeGreaterThan(20);
    }
  });

  it('is that of the documentation', async () => {
    await expect(describeConfig()).toMatchFileSnapshot('../../docs/config.md');
  });

  it('leaves no setting of the schema without a variable', () => {
    const named = new Set(SETTINGS.map(({ path }) => path.join('.')));
    const leaves = (node: SchemaNode, before: readonly string[]): readonly string[] =>
      node.properties === undefined
        ? [before.join('.')]
        : Object.entries(node.properties).flatMap(([key, inner]) =>
            leaves(inner, [...before, key]),
          );
    expect(new Set(leaves(configJsonSchema(), []))).toEqual(named);
  });

  it('names units where there are any', () => {
    for (const { path } of SETTINGS) {
      const unit = /(Ms|Bytes)$/.exec(path.at(-1) ?? '')?.[1];
      if (unit !== undefined) {
        expect(schemaAt(path)?.description).toMatch(unit === 'Ms' ? /Milliseconds/ : /Bytes/);
      }
    }
  });

  it('gives the schema’s defaults, which are those in force without a file', () => {
    const parsed = configSchema.parse({ home: '/h', claudeDirs: ['/c'] });
    expect(parsed).toEqual({ ...DEFAULTS, home: '/h', claudeDirs: ['/c'] });
    expect(SETTINGS.every(({ path }) => valueAt(parsed, path) !== undefined)).toBe(true);
  });
});

describe('a configuration that is shown', () => {
  it('has its secrets masked', () => {
    const config = configSchema.parse({ home: '/h', claudeDirs: ['/c'], token: 'not for anybody' });
    expect(JSON.stringify(maskSecrets(config))).not.toContain('anybody');
    expect(maskSecrets({ ...config, token: null }).token).toBeNull();
  });
});
