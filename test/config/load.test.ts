import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/errors.ts';

let home = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hall-monitor-config-'));
});

afterEach(() => rmSync(home, { recursive: true }));

const linux = { platform: 'linux', workingDir: '/srv/here' } as const;

function write(document: unknown): void {
  writeFileSync(
    join(home, 'config.json'),
    typeof document === 'string' ? document : JSON.stringify(document),
  );
}

async function failure(env: Record<string, string>): Promise<ConfigError> {
  const error: unknown = await loadConfig({ env: { HALL_MONITOR_HOME: home, ...env } }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return error as ConfigError;
}

describe('the configuration', () => {
  it('has every default where nothing is set', async () => {
    const { config, configFile } = await loadConfig({ env: { HOME: '/home/dev' }, ...linux });
    expect(configFile).toBeNull();
    expect(config).toMatchObject({
      home: '/home/dev/.local/share/hall-monitor',
      host: '127.0.0.1',
      port: 9464,
      claudeDirs: ['/home/dev/.claude', '/home/dev/.config/claude'],
      token: null,
      timezone: null,
      transcripts: { watch: 'auto', sweepIntervalMs: 30_000, pollIntervalMs: 1000 },
      sse: { heartbeatMs: 15_000, bufferBytes: 1_048_576 },
    });
  });

  it.each([
    ['darwin', {}, '/home/dev/Library/Application Support/hall-monitor'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/hall-monitor'],
    [
      'win32',
      { LOCALAPPDATA: 'C:\\Users\\dev\\AppData\\Local' },
      'C:\\Users\\dev\\AppData\\Local\\hall-monitor',
    ],
  ] as const)('keeps its data where %s does', async (platform, env, expected) => {
    const { config } = await loadConfig({
      env: { HOME: '/home/dev', ...env },
      platform,
      workingDir: '/',
    });
    expect(config.home).toBe(expected);
  });

  it('looks for Claude Code where Claude Code is told to be', async () => {
    const env = { HOME: '/home/dev', CLAUDE_CONFIG_DIR: '/elsewhere' };
    expect((await loadConfig({ env, ...linux })).config.claudeDirs).toEqual(['/elsewhere']);
    const listed = { ...env, HALL_MONITOR_CLAUDE_DIRS: '/one:~/two:three' };
    expect((await loadConfig({ env: listed, ...linux })).config.claudeDirs).toEqual([
      '/one',
      '/home/dev/two',
      '/srv/here/three',
    ]);
    const onWindows = { HALL_MONITOR_CLAUDE_DIRS: 'C:\\one;D:\\two' };
    expect(
      (await loadConfig({ env: onWindows, platform: 'win32', workingDir: 'C:\\' })).config
        .claudeDirs,
    ).toEqual(['C:\\one', 'D:\\two']);
  });

  it('lets flags win over the environment, and that over the file', async () => {
    write({
      port: 1,
      host: 'file',
      timezone: 'UTC',
      transcripts: { watch: 'poll', pollIntervalMs: 500 },
    });
    const env = {
      HALL_MONITOR_HOME: home,
      HALL_MONITOR_PORT: '2',
      HALL_MONITOR_HOST: 'env',
      HALL_MONITOR_TRANSCRIPTS_WATCH: 'events',
    };
    const { config, sourceOf, configFile } = await loadConfig({
      env,
      flags: { port: 3, host: undefined },
    });
    expect(config).toMatchObject({
      port: 3,
      host: 'env',
      timezone: 'UTC',
      transcripts: { watch: 'events', pollIntervalMs: 500, sweepIntervalMs: 30_000 },
    });
    expect(configFile).toBe(join(home, 'config.json'));
    expect([['port'], ['host'], ['timezone'], ['token']].map(sourceOf)).toEqual([
      'flag',
      'environment',
      'file',
      'default',
    ]);
  });

  it('takes an empty variable for an absent one', async () => {
    const { config } = await loadConfig({
      env: { HALL_MONITOR_HOME: home, HALL_MONITOR_PORT: '', HALL_MONITOR_TOKEN: '' },
    });
    expect(config).toMatchObject({ port: 9464, token: null });
  });

  it('reads paths in the file from the folder of the file', async () => {
    write({ pricing: { overrideFile: 'prices.json' }, claudeDirs: ['./claude'] });
    const { config } = await loadConfig({ env: { HALL_MONITOR_HOME: home } });
    expect(config.pricing.overrideFile).toBe(join(home, 'prices.json'));
    expect(config.claudeDirs).toEqual([join(home, 'claude')]);
  });

  it('reads the file that is named instead of the one in the data folder', async () => {
    write({ port: 1 });
    writeFileSync(join(home, 'other.json'), '{"port": 2, "$schema": "x"}');
    const env = { HALL_MONITOR_HOME: home, HALL_MONITOR_CONFIG: join(home, 'other.json') };
    expect((await loadConfig({ env })).config.port).toBe(2);
  });
});

describe('a wrong configuration', () => {
  it.each([
    [
      { HALL_MONITOR_PORT: 'abc' },
      'port cannot be "abc" (HALL_MONITOR_PORT): allowed is a whole number from 0 to 65535.',
    ],
    [
      { HALL_MONITOR_PORT: '70000' },
      'port cannot be 70000 (HALL_MONITOR_PORT): allowed is a whole number from 0 to 65535.',
    ],
    [
      { HALL_MONITOR_TRANSCRIPTS_WATCH: 'no' },
      'transcripts.watch cannot be "no" (HALL_MONITOR_TRANSCRIPTS_WATCH): allowed is one of "auto", "events", "poll".',
    ],
    [
      { HALL_MONITOR_RAW_TRACES_REDACT: 'false' },
      'rawTraces.redact cannot be false (HALL_MONITOR_RAW_TRACES_REDACT): allowed is only true.',
    ],
  ])('in the environment is named: %j', async (env, message) => {
    const error = await failure(env);
    expect(error.message).toBe(message);
    expect(error.hint).toBe(`Correct ${Object.keys(env)[0]}.`);
  });

  it('in the file is named with the file, every fault of it', async () => {
    write({ prot: 1, sse: { maxClients: 0, mixClients: 1 } });
    const error = await failure({});
    expect(error.message).toContain('sse.maxClients cannot be 0');
    expect(error.message).toContain(
      `Unknown key "prot" in ${join(home, 'config.json')}: known here are home, host, port`,
    );
    expect(error.message).toContain('Unknown key "sse.mixClients"');
  });

  it.each([
    ['{"port": }', 'is not JSON'],
    ['[1]', 'must hold one JSON object'],
  ])('that is no JSON object is said to be none: %s', async (text, message) => {
    write(text);
    expect((await failure({})).message).toContain(message);
  });

  it('that is named but not there is an error', async () => {
    const error = await failure({ HALL_MONITOR_CONFIG: join(home, 'nowhere.json') });
    expect(error.message).toContain('nowhere.json');
    expect(error.hint).toContain('HALL_MONITOR_CONFIG');
  });

  it('never shows a secret', async () => {
    write({ token: 12_345_678 });
    expect((await failure({})).message).not.toContain('12345678');
  });
});
