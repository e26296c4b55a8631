import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { maskSecrets } from '../../src/config/mask.ts';
import { configSchema } from '../../src/config/schema.ts';
import { ConfigError } from '../../src/errors.ts';

const HOME = '/nowhere/at/all';

const load = (settings: Readonly<Record<string, string>>) =>
  loadConfig({
    env: {
      HALL_MONITOR_HOME: HOME,
      ...Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [`HALL_MONITOR_CLICKHOUSE_${name}`, value]),
      ),
    },
  });

const faultOf = async (settings: Readonly<Record<string, string>>): Promise<string> => {
  const error: unknown = await load(settings).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).message;
};

describe('the settings of ClickHouse', () => {
  it('can all be set in the environment', async () => {
    const { config } = await load({
      URL: 'https://clickhouse.example.com:8443',
      USER: 'collector',
      PASSWORD: '12345',
      DATABASE: 'team',
      TTL_DAYS: '0',
      BATCH_ROWS: '500',
      CLUSTER: 'main',
      REPLICATED: 'true',
      MIGRATE: 'false',
      ASYNC_INSERT: '1',
    });
    expect(config.clickhouse).toMatchObject({
      url: 'https://clickhouse.example.com:8443',
      user: 'collector',
      password: '12345',
      database: 'team',
      ttlDays: 0,
      batchRows: 500,
      cluster: 'main',
      replicated: true,
      migrate: false,
      asyncInsert: true,
    });
  });

  it.each(['http://127.0.0.1:8123', 'http://localhost:8123', 'http://[::1]:8123'])(
    'let %s be, for it is this machine',
    async (url) => {
      expect((await load({ URL: url })).config.clickhouse.url).toBe(url);
    },
  );

  it.each(['http://10.0.0.7:8123', 'http://localhost.example.com', 'http://127.0.0.1.example.com'])(
    'refuse %s, unless others may read along',
    async (url) => {
      expect(await faultOf({ URL: url })).toContain('clickhouse.allowHttp');
      const { config } = await load({ URL: url, ALLOW_HTTP: 'true' });
      expect(config.clickhouse.url).toBe(url);
    },
  );

  it.each([
    ['DATABASE', 'a`; DROP TABLE x'],
    ['DATABASE', 'a.b'],
    ['DATABASE', '1a'],
    ['CLUSTER', "a'b"],
    ['CLUSTER', 'a b'],
  ])('refuse %s=%s, which is no plain name', async (name, value) => {
    expect(await faultOf({ [name]: value })).toMatch(/allowed is a name of letters/);
  });

  it.each([
    ['BATCH_ROWS', '99', 'a whole number from 100 to 500'],
    ['BATCH_ROWS', '501', 'a whole number from 100 to 500'],
    ['URL', 'ftp://127.0.0.1', 'an address such as'],
    ['URL', '127.0.0.1:8123', 'an address such as'],
    ['COMPRESSION', 'brotli', 'one of "auto", "on", "off"'],
  ])('refuse %s=%s', async (name, value, allowed) => {
    expect(await faultOf({ [name]: value })).toContain(allowed);
  });

  it.each(['?password=c4n4ry', '?request_timeout=abc', '#there', '/db?database=other'])(
    'refuse an address with %s, for it would be settings of the client',
    async (end) => {
      const fault = await faultOf({ URL: `http://127.0.0.1:8123${end}` });
      expect(fault).toContain('without ? and #');
      expect(fault).not.toContain('c4n4ry');
    },
  );

  it('show no password, neither where it stands nor where it should not', async () => {
    const { config } = await load({ URL: 'http://127.0.0.1:8123', PASSWORD: 'c4n4ry' });
    expect(JSON.stringify(maskSecrets(config))).not.toContain('c4n4ry');
    expect(maskSecrets(config).clickhouse.password).toBe('********');
    const fault = await faultOf({ URL: 'http://me:c4n4ry@127.0.0.1:8123' });
    expect(fault).toContain('without user and password');
    expect(fault).not.toContain('c4n4ry');
  });
});

describe('docs/clickhouse.md', () => {
  it('has a configuration that is one', () => {
    const text = readFileSync(new URL('../../docs/clickhouse.md', import.meta.url), 'utf8');
    const [, json = ''] = /```json\n([^]*?)```/.exec(text) ?? [];
    const settings = JSON.parse(json) as object;
    const { clickhouse } = configSchema.parse({ home: '/h', claudeDirs: ['/c'], ...settings });
    expect(clickhouse).toMatchObject({ migrate: false, asyncInsert: true });
  });
});
