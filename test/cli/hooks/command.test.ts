import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pluginHooksText } from '../../../src/cli/hooks/plugin-hooks.ts';
import { createHooksHome, type HooksHome } from '../../support/hooks-home.ts';

const MEBIBYTE = 1024 * 1024;
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

let home: HooksHome;

beforeEach(() => {
  home = createHooksHome();
});

afterEach(() => home[Symbol.dispose]());

interface Handlers {
  readonly hooks: Readonly<
    Record<string, readonly { readonly hooks: readonly { readonly command: string }[] }[]>
  >;
}

/** The command that stands in the settings, as the client takes it from there. */
const installed = async (scope = 'user'): Promise<string> => {
  await home.run(`install --scope ${scope}`);
  const text = home.read(scope === 'user' ? home.user : home.project);
  return (JSON.parse(text) as Handlers).hooks['Stop']?.[0]?.hooks[0]?.command ?? '';
};

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
}

/** Runs a command as the client does; it must end well and print nothing. */
const expectQuiet = (
  command: string,
  payload: Uint8Array,
  { env, uid }: Surroundings = {},
): void => {
  const run = spawnSync('sh', ['-c', command], {
    input: payload,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    cwd: '/',
    ...(uid === undefined ? {} : { uid }),
  });
  expect({
    error: run.error,
    status: run.status,
    stdout: run.stdout.toString(),
    stderr: run.stderr.toString(),
  }).toEqual({ error: undefined, status: 0, stdout: '', stderr: '' });
};

const spooled = (spool = home.spool): string[] => readdirSync(join(spool, 'new'));

/** The one file in the spool; it gets there a moment after the command has ended. */
const theSpooled = async (spool?: string): Promise<string> => {
  await vi.waitFor(() => expect(spooled(spool)).toHaveLength(1), { timeout: 5000, interval: 10 });
  return join(spool ?? home.spool, 'new', spooled(spool)[0] ?? '');
};

const bytes = (size: number): Buffer => Buffer.alloc(size, 'abc\n"\\{}\u0000é');

describe.skipIf(platform() === 'win32')('the command of a hook', () => {
  it.each([
    ['a payload', Buffer.from('{"hook_event_name":"Stop"}')],
    ['nothing', Buffer.alloc(0)],
    ['line feeds, NULs and bytes that are no text', Buffer.from([10, 0, 13, 10, 255, 254, 0, 10])],
    ['1 MB', bytes(MEBIBYTE)],
    ['50 MB', bytes(50 * MEBIBYTE)],
  ])('puts %s into one file of the spool, for its owner alone', async (_, payload) => {
    expectQuiet(await installed(), payload);
    const file = await theSpooled();
    expect(readFileSync(file).equals(payload)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(file).toMatch(/-user$/);
    expect(readdirSync(join(home.spool, 'tmp'))).toEqual([]);
  });

  it('keeps every payload of many at a time', async () => {
    const command = await installed();
    const many = `${'sh -c "$1" <"$0" & '.repeat(40)} wait`;
    const payload = join(home.root, 'payload');
    writeFileSync(payload, bytes(10_000));
    const run = spawnSync('sh', ['-c', many, payload, command], { encoding: 'utf8' });
    expect(run.stdout + run.stderr).toBe('');
    await vi.waitFor(() => expect(spooled()).toHaveLength(40), { timeout: 5000, interval: 10 });
    for (const name of spooled()) {
      expect(statSync(join(home.spool, 'new', name)).size).toBe(10_000);
    }
  });

  it('reads its input to the end where there is no spool', async () => {
    const command = await installed();
    rmSync(home.spool, { recursive: true });
    expectQuiet(command, bytes(MEBIBYTE));
    expect(home.exists(home.spool)).toBe(false);
  });

  it('reads its input to the end where a file is in the place of the spool', async () => {
    const command = await installed();
    rmSync(home.spool, { recursive: true });
    writeFileSync(home.spool, '');
    expectQuiet(command, bytes(MEBIBYTE));
  });

  it('reads its input to the end where it may not write to the spool', async () => {
    const command = await installed();
    for (const folder of [join(home.spool, 'tmp'), join(home.spool, 'new')]) {
      chmodSync(folder, 0o555);
    }
    for (const folder of [home.root, home.data, home.spool]) chmodSync(folder, 0o755);
    expectQuiet(command, bytes(MEBIBYTE), isRoot ? { uid: NOBODY } : {});
    expect(spooled()).toEqual([]);
  });

  it('keeps what it has where it cannot be moved to its place', async () => {
    const command = await installed();
    rmSync(join(home.spool, 'new'), { recursive: true });
    expectQuiet(command, Buffer.from('{}'));
    const [name = ''] = readdirSync(join(home.spool, 'tmp'));
    expect(readFileSync(join(home.spool, 'tmp', name), 'utf8')).toBe('{}');
  });

  it('writes to a spool whose name a shell could misread', async () => {
    const data = join(home.root, 'it\'s $HOME `a` \\ "data"');
    await home.run('install --events Stop', { HALL_MONITOR_HOME: data });
    const { hooks } = JSON.parse(home.read(home.user)) as Handlers;
    expectQuiet(hooks['Stop']?.[0]?.hooks[0]?.command ?? '', Buffer.from('{}'));
    expect(readFileSync(await theSpooled(join(data, 'spool')), 'utf8')).toBe('{}');
  });
});

describe.skipIf(platform() === 'win32')('the command that a project or the plugin shares', () => {
  const pluginCommand = (): string =>
    (JSON.parse(pluginHooksText()) as Handlers).hooks['Stop']?.[0]?.hooks[0]?.command ?? '';
  const makeSpool = (data: string): string => {
    mkdirSync(join(data, 'spool', 'tmp'), { recursive: true });
    mkdirSync(join(data, 'spool', 'new'));
    return join(data, 'spool');
  };

  it.each<readonly [string, string, (root: string) => Record<string, string>]>([
    ['HALL_MONITOR_HOME', 'd', (root) => ({ HALL_MONITOR_HOME: join(root, 'd'), HOME: root })],
    ['XDG_DATA_HOME', 'x/hall-monitor', (root) => ({ XDG_DATA_HOME: join(root, 'x'), HOME: root })],
    ['~/.local/share', '.local/share/hall-monitor', (root) => ({ HOME: root })],
  ])('finds the spool of whoever runs it by %s', async (_, folder, env) => {
    const spool = makeSpool(join(home.root, folder));
    expectQuiet(pluginCommand(), Buffer.from('{}'), { env: env(home.root) });
    expect(await theSpooled(spool)).toMatch(/-plugin$/);
    expectQuiet(await installed('project'), Buffer.from('{}'), { env: env(home.root) });
    await vi.waitFor(() => expect(spooled(spool)).toHaveLength(2));
    expect(spooled(spool).some((name) => name.endsWith('-project'))).toBe(true);
  });

  it('makes nothing for somebody who has no Hall Monitor', () => {
    const env = { HOME: join(home.root, 'project') };
    expectQuiet(pluginCommand(), bytes(MEBIBYTE), { env });
    expect(readdirSync(env.HOME)).toEqual([]);
  });
});
