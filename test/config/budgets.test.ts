import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { layerOfEnvironment } from '../../src/config/environment.ts';
import { maskSecrets } from '../../src/config/mask.ts';

const ENV = {
  HALL_MONITOR_BUDGETS_DAY_USD: '20',
  HALL_MONITOR_BUDGETS_PROJECTS: '{"shop":{"dayUsd":2.5}}',
  HALL_MONITOR_BUDGETS_WEBHOOK_URL: 'https://hooks.example.com/secret-part',
};
const REST = { home: '/home/dev/data', claudeDirs: ['/home/dev/.claude'] };
const parse = (layer: object) => configSchema.safeParse({ ...REST, ...layer });

describe('budgets in the configuration', () => {
  it('are set by the environment, projects as JSON', () => {
    const { data } = parse(layerOfEnvironment(ENV, 'linux'));
    expect(data?.budgets).toMatchObject({
      dayUsd: 20,
      sessionUsd: null,
      projects: { shop: { dayUsd: 2.5 } },
      warnRatio: 0.8,
    });
  });

  it('are refused by name where projects are no JSON', () => {
    const layer = layerOfEnvironment({ HALL_MONITOR_BUDGETS_PROJECTS: 'shop=5' }, 'linux');
    expect(parse(layer).error?.issues.map(({ path }) => path.join('.'))).toEqual([
      'budgets.projects',
    ]);
  });

  it.for([0, -1, 2_000_000])('of %d dollars are refused', (dayUsd) => {
    expect(parse({ budgets: { dayUsd } }).success).toBe(false);
  });

  it('do not tell another machine without encryption, unless that is asked for', () => {
    const webhook = { url: 'http://chat.example.com/hook' };
    expect(parse({ budgets: { webhook } }).success).toBe(false);
    expect(parse({ budgets: { webhook: { ...webhook, allowHttp: true } } }).success).toBe(true);
    expect(parse({ budgets: { webhook: { url: 'http://127.0.0.1:8080/' } } }).success).toBe(true);
  });

  it('do not show the address of the webhook, which is often a secret', () => {
    const { data } = parse(layerOfEnvironment(ENV, 'linux'));
    expect(JSON.stringify(maskSecrets(data!))).not.toContain('secret-part');
  });
});
