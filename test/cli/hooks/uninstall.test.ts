import { chmodSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHooksHome, type HooksHome } from '../../support/hooks-home.ts';

let home: HooksHome;

beforeEach(() => {
  home = createHooksHome();
});

afterEach(() => home[Symbol.dispose]());

const HAND_WRITTEN: readonly (readonly [string, string])[] = [
  ['two spaces', '{\n  "model": "opus",\n  "env": {\n    "A": "b"\n  }\n}\n'],
  ['four spaces', '{\n    "model": "opus",\n    "permissions": {"allow": ["Bash(ls)"]}\n}\n'],
  ['tabs', '{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": []\n\t}\n}\n'],
  ['line ends of Windows', '{\r\n  "model": "opus",\r\n  "hooks": {}\r\n}\r\n'],
  ['no line end at the end', '{\n  "model": "opus"\n}'],
  ['one line', '{"model":"opus","hooks":{"Stop":[{"hooks":[{"type":"command","command":"x"}]}]}}'],
  ['one line with spaces', '{ "model": "opus", "hooks": { "Stop": [ ] } }\n'],
  ['nothing', '{}'],
  ['nothing but space', ' {\n\n } \n\n'],
  ['commas first', '{ "model": "opus"\n, "env": { "A": "b" }\n}\n'],
  [
    'escapes and wide characters',
    '{"a\\u0062": "\\ud83d\\ude00 é\\/", "n": 1.0e+2, "é": "日本"}\n',
  ],
  ['a byte order mark', '\ufeff{\n  "model": "opus"\n}\n'],
  [
    'hooks of others',
    '{\n  "hooks": {\n    "Stop": [{"matcher": "*", "hooks": [{"type": "command", "command": "x"}]}],\n' +
      '    "Strange": [ ]\n  },\n  "model": "opus"\n}\n',
  ],
];

describe('install, then uninstall', () => {
  it.each(HAND_WRITTEN)('gives back every byte of a file with %s', async (_, text) => {
    home.write(home.user, text);
    chmodSync(home.user, 0o644);
    expect((await home.run('install')).code).toBe(0);
    expect(home.read(home.user)).not.toBe(text);
    const { code, err } = await home.run('uninstall');
    expect(code).toBe(0);
    expect(err).toContain('is what it was before, byte by byte');
    expect(home.read(home.user)).toBe(text);
    expect(statSync(home.user).mode & 0o777).toBe(0o644);
    expect(readdirSync(dirname(home.user))).toEqual(['settings.json']);
    expect(readdirSync(join(home.data, 'backups'))).toEqual([]);
  });

  it('gives back the oldest state after several installs', async () => {
    const text = '{ "hooks": { } }';
    home.write(home.user, text);
    await home.run('install --events Stop');
    await home.run('install --mode http');
    await home.run('install --events all');
    await home.run('uninstall');
    expect(home.read(home.user)).toBe(text);
  });

  it('leaves no file and no folder where there was none', async () => {
    await home.run('install --scope local');
    await home.run('install --scope local --events Stop');
    const { err } = await home.run('uninstall --scope local');
    expect(err).toContain('which did not exist before');
    expect(readdirSync(join(home.root, 'project'))).toEqual([]);
  });

  it('leaves a folder that install made where something else is in it by now', async () => {
    await home.run('install');
    home.write(join(dirname(home.user), 'other'), '');
    await home.run('uninstall');
    expect(readdirSync(dirname(home.user))).toEqual(['other']);
  });

  it('keeps scopes apart', async () => {
    home.write(home.project, '{ }');
    await home.run('install --scope project');
    await home.run('install --scope user');
    await home.run('uninstall --scope user');
    expect(home.read(home.project)).toContain('"Stop"');
    await home.run('uninstall --scope project');
    expect(home.read(home.project)).toBe('{ }');
  });
});

describe('uninstall of a file that was changed since', () => {
  it('takes our hooks only, and what they would leave empty', async () => {
    home.write(home.user, '{\n  "model": "opus"\n}\n');
    await home.run('install');
    home.write(home.user, home.read(home.user).replace('"opus"', '"sonnet"'));
    const { err } = await home.run('uninstall');
    expect(err).toContain('Took the hooks out');
    expect(home.read(home.user)).toBe('{\n  "model": "sonnet"\n}\n');
  });

  it('keeps what was empty before', async () => {
    home.write(home.user, '{"hooks":{"Stop":[]},"model":"opus"}');
    await home.run('install --events Stop,Setup');
    home.write(home.user, home.read(home.user).replace('"opus"', '"sonnet"'));
    await home.run('uninstall');
    expect(home.read(home.user)).toBe('{"hooks":{"Stop":[]},"model":"sonnet"}');
  });

  it('keeps a hook that a person put beside ours', async () => {
    await home.run('install --events Stop');
    const theirs = '{ "type": "command", "command": "mine" },';
    home.write(home.user, home.read(home.user).replace('"hooks": [\n', `"hooks": [ ${theirs}\n`));
    await home.run('uninstall');
    expect(JSON.parse(home.read(home.user))).toEqual({
      hooks: { Stop: [{ hooks: [{ type: 'command', command: 'mine' }] }] },
    });
  });

  it('keeps an edit that lies between two installs', async () => {
    home.write(home.user, '{\n  "model": "opus"\n}\n');
    await home.run('install --events Stop');
    home.write(home.user, home.read(home.user).replace('"opus"', '"sonnet"'));
    await home.run('install --events Setup');
    await home.run('uninstall');
    expect(home.read(home.user)).toBe('{\n  "model": "sonnet"\n}\n');
  });

  it('needs no backup', async () => {
    home.write(home.user, '{\n  "model": "opus"\n}\n');
    await home.run('install');
    await home.run('uninstall', { HALL_MONITOR_HOME: join(home.root, 'other') });
    expect(home.read(home.user)).toBe('{\n  "model": "opus"\n}\n');
  });

  it('refuses what it cannot parse', async () => {
    await home.run('install');
    home.write(home.user, '{');
    const { code, err } = await home.run('uninstall');
    expect(code).toBe(78);
    expect(err).toContain('line 1, column 2');
  });
});

describe('hall-monitor hooks uninstall', () => {
  it('says that there is nothing to do', async () => {
    const { code, err } = await home.run('uninstall');
    expect(code).toBe(0);
    expect(err).toContain('There are no hooks of Hall Monitor');
    home.write(home.user, '{ }');
    await home.run('uninstall');
    expect(home.read(home.user)).toBe('{ }');
  });

  it('writes nothing in a dry run', async () => {
    await home.run('install');
    const before = home.read(home.user);
    const { out, err } = await home.run('uninstall --dry-run');
    expect(out).toMatch(/^-\s+"Stop": \[$/m);
    expect(err).toBe('Nothing was written.\n');
    expect(home.read(home.user)).toBe(before);
    await home.run('uninstall');
    expect(home.exists(home.user)).toBe(false);
  });

  it('prints JSON', async () => {
    await home.run('install');
    const { out } = await home.run('uninstall --json');
    expect(JSON.parse(out)).toMatchObject({ scope: 'user', written: true, how: 'removed' });
  });

  it('names a backup that is damaged, and writes nothing', async () => {
    home.write(home.user, '{ }');
    await home.run('install');
    const before = home.read(home.user);
    const [name = ''] = readdirSync(join(home.data, 'backups'));
    home.write(join(home.data, 'backups', name), '{"settings": 1}');
    const { code, err } = await home.run('uninstall');
    expect(code).toBe(78);
    expect(err).toContain(name);
    expect(home.read(home.user)).toBe(before);
  });
});
