import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { createHooksHome, type HooksHome } from '../../support/hooks-home.ts';

const AT_MS = Date.parse('2026-11-20T09:07:00Z');
const PLUGIN = 'hall-monitor@hall-monitor';
const HOOKS_OF_PLUGIN = join(import.meta.dirname, '../../../plugin/hooks/hooks.json');

let home: HooksHome;

beforeEach(() => {
  home = createHooksHome();
});

afterEach(() => home[Symbol.dispose]());

/** Has the store know of events: name, scope, count and time of each. */
const hear = (...heard: readonly (readonly [string, string, number, number])[]): void => {
  mkdirSync(home.data, { mode: 0o700, recursive: true });
  const db = openStore(home.data);
  const insert = db.prepare('INSERT INTO hook_event VALUES (?, ?, ?, ?)');
  for (const one of heard) insert.run(one);
  db.close();
};

/** Lays out the files that the client writes when it installs a plugin. */
const installPlugin = (settings: string, isOn: boolean): void => {
  const installPath = join(home.root, 'cache', 'hall-monitor', '0.1.0');
  home.write(join(installPath, 'hooks', 'hooks.json'), '');
  copyFileSync(HOOKS_OF_PLUGIN, join(installPath, 'hooks', 'hooks.json'));
  home.write(settings, JSON.stringify({ enabledPlugins: { [PLUGIN]: isOn, 'other@x': true } }));
  home.write(
    join(home.user, '..', 'plugins', 'installed_plugins.json'),
    JSON.stringify({ version: 2, plugins: { [PLUGIN]: [{ scope: 'user', installPath }] } }),
  );
};

interface Status {
  readonly files: readonly {
    readonly scope: string;
    readonly fault: string | null;
    readonly exists: boolean;
    readonly events: readonly { readonly event: string; readonly current: boolean }[];
  }[];
  readonly heard: readonly unknown[];
  readonly spool: unknown;
}

const status = async (env: Readonly<Record<string, string>> = {}): Promise<Status> =>
  JSON.parse((await home.run('status --json', env)).out) as Status;

describe('hall-monitor hooks status', () => {
  it('says how to begin where nothing is registered and nothing was ever heard', async () => {
    const { code, out, err } = await home.run('status');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`user     ${home.user}: no such file\n`);
    expect(out).toContain(`Spool  ${home.spool}: 0 waiting\n`);
    expect(out).toContain('Install the hooks with `hall-monitor hooks install`.');
    expect(home.exists(home.data)).toBe(false);
  });

  it('tells for each event where it is registered, how often it was heard, when last and from where', async () => {
    await home.run('install --events Stop,PreToolUse,Setup');
    await home.run('install --scope local --mode http --events Stop');
    hear(
      ['Stop', 'user', 1200, AT_MS - 1000],
      ['Stop', 'local', 34, AT_MS],
      ['PreToolUse', 'plugin', 5, AT_MS - 86_400_000],
      ['Elsewhere', 'unknown', 1, AT_MS],
    );
    const { out } = await home.run('status');
    expect(out).toContain(`user     ${home.user}: 3 events\n`);
    expect(out).toContain(`local    ${home.local}: 1 event\n`);
    expect(out).toMatch(/^Stop +user spool, local http +1,234 +2026-11-20 09:07 +local$/m);
    expect(out).toMatch(/^PreToolUse +user spool +5 +2026-11-19 09:07 +plugin$/m);
    expect(out).toMatch(/^Setup +user spool +0 +never$/m);
    expect(out).toMatch(/^Elsewhere +1 +2026-11-20 09:07 +unknown$/m);
    expect(out).not.toContain('hooks install');
  });

  it('prints JSON and nothing else', async () => {
    await home.run('install --events Stop');
    hear(['Stop', 'user', 2, AT_MS]);
    home.write(join(home.spool, 'new', '1.2-user'), '{}');
    home.write(join(home.spool, 'tmp', '1.3-user'), '{');
    home.write(join(home.spool, 'tmp', '1.4-user'), '{');
    const { files, heard, spool } = await status();
    expect(files.map(({ scope }) => scope)).toEqual(['user', 'project', 'local']);
    expect(files[0]).toEqual({
      scope: 'user',
      path: home.user,
      plugin: null,
      exists: true,
      fault: null,
      events: [{ event: 'Stop', mode: 'spool', current: true }],
    });
    expect(heard).toEqual([
      { event: 'Stop', scope: 'user', count: 2, last_at: '2026-11-20T09:07:00.000Z' },
    ]);
    expect(spool).toEqual({ path: home.spool, waiting: 1, unfinished: 2 });
  });

  it('finds our plugin where it is switched on, with what it registers', async () => {
    installPlugin(home.local, true);
    const { files } = await status();
    expect(files[3]).toMatchObject({ scope: 'plugin', plugin: PLUGIN, fault: null });
    expect(files[3]?.events.every(({ current }) => current)).toBe(true);
    const { out } = await home.run('status');
    expect(out).toMatch(/^plugin +hall-monitor@hall-monitor: \d+ events$/m);
    expect(out).toMatch(/^Stop +plugin spool /m);
  });

  it('passes over a plugin that narrower settings switch off', async () => {
    installPlugin(home.user, true);
    home.write(home.local, JSON.stringify({ enabledPlugins: { [PLUGIN]: false } }));
    expect((await status()).files).toHaveLength(3);
  });

  it('says that a plugin is switched on but not installed', async () => {
    home.write(home.user, JSON.stringify({ enabledPlugins: { [PLUGIN]: true } }));
    expect((await home.run('status')).out).toContain('switched on but not installed');
  });

  it('tells of a file that cannot be read, and of all others', async () => {
    home.write(home.project, '{"hooks": []}');
    await home.run('install --events Stop');
    const { files } = await status();
    expect(files.map(({ fault }) => fault !== null)).toEqual([false, true, false]);
    expect((await home.run('status')).out).toContain(
      '`hooks` must be an object (line 1, column 11)',
    );
  });

  it('notices hooks that write to another spool, or call another port', async () => {
    await home.run('install --events Stop');
    await home.run('install --scope local --mode http --events Stop');
    const env = { HALL_MONITOR_HOME: join(home.root, 'moved'), HALL_MONITOR_PORT: '1234' };
    const { files } = await status(env);
    expect(files.map(({ events }) => events[0]?.current)).toEqual([false, undefined, false]);
    const { out } = await home.run('status', env);
    expect(out).toContain('write them anew with `hall-monitor hooks install --scope user`');
    expect(out).toContain('write them anew with `hall-monitor hooks install --scope local`');
  });

  it('shows one file once: in the home folder the settings of the project are those of the user', async () => {
    const env = { HOME: join(home.root, 'project') };
    await home.run('install --events Stop', env);
    expect((await status(env)).files.map(({ scope }) => scope)).toEqual(['user', 'local']);
  });
});
