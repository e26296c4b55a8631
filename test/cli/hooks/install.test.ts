import { chmodSync, readdirSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { REGISTRABLE_EVENTS, USUAL_EVENTS } from '../../../receivers/hooks/events.ts';
import { createHooksHome, type HooksHome } from '../../support/hooks-home.ts';

let home: HooksHome;

beforeEach(() => {
  home = createHooksHome();
});

afterEach(() => home[Symbol.dispose]());

interface Settings {
  readonly hooks: Readonly<
    Record<string, readonly { readonly hooks: readonly Readonly<Record<string, unknown>>[] }[]>
  >;
}

const settings = (path: string): Settings => JSON.parse(home.read(path)) as Settings;
const mode = (path: string): number => statSync(path).mode & 0o777;
const FOREIGN = `{
  "hooks": {
    "Stop": [
      { "matcher": "", "hooks": [{ "type": "command", "command": "say done" }] },
      { "hooks": [] }
    ],
    "PreToolUse": [{ "matcher": "Bash", "hooks": [{ "type": "command", "command": "check" }] }]
  },
  "model": "opus"
}
`;

describe('hall-monitor hooks install', () => {
  it('registers the usual events in the settings of the user, each in a group of its own', async () => {
    const { code, out, err } = await home.run('install');
    expect(code).toBe(0);
    const { hooks } = settings(home.user);
    expect(Object.keys(hooks)).toEqual(USUAL_EVENTS);
    expect(hooks['Stop']).toEqual([
      { hooks: [{ type: 'command', command: expect.any(String) as string, timeout: 5 }] },
    ]);
    expect(hooks['PreToolUse']?.[0]?.hooks[0]).toMatchObject({ async: true });
    expect(hooks['Stop']?.[0]?.hooks[0]?.['command']).toContain(`s='${home.spool}'`);
    expect(out).toMatch(/^--- \/dev\/null\n\+\+\+ .*settings\.json\n@@ /);
    expect(err).toContain(
      `Wrote ${home.user}: ${USUAL_EVENTS.length} events are told to the spool.`,
    );
    expect(home.read(home.user).endsWith('\n}\n')).toBe(true);
  });

  it('makes the spool, the backup and a new settings file for their owner alone', async () => {
    await home.run('install');
    const folders = ['', 'tmp', 'new'].map((name) => mode(join(home.spool, name)));
    expect([...folders, mode(join(home.data, 'backups'))]).toEqual([0o700, 0o700, 0o700, 0o700]);
    const [backup = ''] = readdirSync(join(home.data, 'backups'));
    expect([mode(home.user), mode(join(home.data, 'backups', backup))]).toEqual([0o600, 0o600]);
  });

  it('honours CLAUDE_CONFIG_DIR, and leaves an empty one aside', async () => {
    const dir = join(home.root, 'elsewhere');
    await home.run('install --events Stop', { CLAUDE_CONFIG_DIR: dir });
    expect(home.exists(join(dir, 'settings.json'))).toBe(true);
    expect(home.exists(home.user)).toBe(false);
    await home.run('install --events Stop', { CLAUDE_CONFIG_DIR: '' });
    expect(home.exists(home.user)).toBe(true);
  });

  it('names no folder of one person in settings that a project shares', async () => {
    await home.run('install --scope project --events all');
    expect(Object.keys(settings(home.project).hooks)).toEqual(REGISTRABLE_EVENTS);
    expect(home.read(home.project)).not.toContain(home.root);
    expect(home.read(home.project)).toContain('-project');
    await home.run('install --scope local --events Stop');
    expect(home.read(home.local)).toContain(home.spool);
    expect(home.exists(home.user)).toBe(false);
  });

  it('changes nothing the second time, and says so', async () => {
    home.write(home.user, FOREIGN);
    await home.run('install');
    const before = home.read(home.user);
    const { ino } = statSync(home.user);
    const { code, out, err } = await home.run('install');
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toContain('nothing to change');
    expect([home.read(home.user), statSync(home.user).ino]).toEqual([before, ino]);
  });

  it('leaves foreign hooks where they are, and stands after them', async () => {
    home.write(home.user, FOREIGN);
    await home.run('install --events Stop,PostToolUse');
    const text = home.read(home.user);
    expect(Object.keys(settings(home.user).hooks)).toEqual(['Stop', 'PreToolUse', 'PostToolUse']);
    expect(settings(home.user).hooks['Stop']).toHaveLength(3);
    expect(text).toContain(FOREIGN.slice(0, FOREIGN.indexOf('\n    ],')));
    expect(text).toContain(FOREIGN.slice(FOREIGN.indexOf('    "PreToolUse"'), -20).split('\n')[0]);
    expect(text.endsWith('\n  "model": "opus"\n}\n')).toBe(true);
  });

  it('replaces what it had installed before', async () => {
    home.write(home.user, FOREIGN);
    await home.run('install --events Stop,PreToolUse,Setup');
    await home.run('install --mode http --events PreToolUse');
    const { hooks } = settings(home.user);
    expect(hooks['Stop']).toHaveLength(2);
    expect(Object.keys(hooks)).toEqual(['Stop', 'PreToolUse']);
    expect(hooks['PreToolUse']?.[1]).toEqual({
      hooks: [
        {
          type: 'http',
          url: 'http://127.0.0.1:9464/hooks',
          headers: { 'X-Hall-Monitor-Scope': 'user' },
          timeout: 5,
        },
      ],
    });
  });

  it('gives a handler that was put under a matcher its own group again', async () => {
    await home.run('install --events Stop');
    home.write(
      home.user,
      home.read(home.user).replace('"hooks": [\n', '"matcher": "x", "hooks": [\n'),
    );
    await home.run('install --events Stop');
    expect(settings(home.user).hooks['Stop']).toHaveLength(1);
    expect(home.read(home.user)).not.toContain('matcher');
  });

  it('writes nothing in a dry run', async () => {
    home.write(home.user, FOREIGN);
    const { code, out, err } = await home.run('install --dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(/^\+ +"SessionStart": \[$/m);
    expect(err).toBe('Nothing was written.\n');
    expect(home.read(home.user)).toBe(FOREIGN);
    expect(home.exists(home.data)).toBe(false);
  });

  it('prints JSON and nothing else on standard output', async () => {
    const { out } = await home.run('install --json --events Stop --dry-run');
    expect(JSON.parse(out)).toMatchObject({
      scope: 'user',
      settings_file: home.user,
      changed: true,
      written: false,
      mode: 'spool',
      events: ['Stop'],
      diff: expect.stringContaining('+++') as string,
      warnings: [],
    });
  });

  it('writes to the end of a link and keeps the link and the permissions', async () => {
    const target = join(home.root, 'dotfiles', 'claude.json');
    home.write(target, '{}');
    chmodSync(target, 0o640);
    home.write(join(home.root, 'home', '.claude', 'keep'), '');
    symlinkSync(target, home.user);
    await home.run('install --events Stop');
    expect(readlinkSync(home.user)).toBe(target);
    expect(mode(target)).toBe(0o640);
    expect(home.read(target)).toContain('"Stop"');
    expect(readdirSync(join(home.root, 'dotfiles'))).toEqual(['claude.json']);
    await home.run('uninstall');
    expect(readlinkSync(home.user)).toBe(target);
    expect([home.read(target), mode(target)]).toEqual(['{}', 0o640]);
  });
});

describe('what install refuses', () => {
  it.each([
    ['{"a": 1,}', 'line 1, column 9'],
    ['{\n  // no\n  "a": 1\n}', 'comments are not allowed (line 2, column 3)'],
    ['{\n  "a" 1\n}', 'a colon is missing (line 2, column 7)'],
    ['{"a": 1', 'a closing brace is missing (line 1, column 8)'],
    ['', 'line 1, column 1'],
    ['[]', 'it must hold one JSON object (line 1, column 1)'],
    ['{\n "hooks": []}', '`hooks` must be an object (line 2, column 11)'],
    ['{"hooks": {"Stop": {}}}', '`hooks.Stop` must be a list of groups (line 1, column 20)'],
    ['{"hooks": {"Stop": [1]}}', 'a group in `hooks.Stop` must be an object'],
    ['{"hooks": {"Stop": [{}]}}', 'a group in `hooks.Stop` must have a list of hooks'],
    ['{"hooks": {"Stop": [{"hooks": [1]}]}}', 'a hook in `hooks.Stop` must be an object'],
    ['{"hooks": {}, "hooks": {}}', 'the key `hooks` is there twice'],
    ['{"hooks": {"Stop": [], "Stop": []}}', 'the key `Stop` is there twice'],
    ['{"a": "\u0001"}', 'a control character in a text'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'it is not UTF-8'],
  ])('is the file %j, naming the place', async (content, message) => {
    home.write(home.user, content);
    const { code, out, err } = await home.run('install');
    expect({ code, out }).toEqual({ code: 78, out: '' });
    expect(err).toContain(`Cannot edit ${home.user}: `);
    expect(err).toContain(message);
    expect(err).toContain('Nothing was written.');
    expect(home.read(home.user)).toBe(content.toString());
    expect(home.exists(home.data)).toBe(false);
  });

  it('is a link that leads nowhere', async () => {
    home.write(join(home.root, 'home', '.claude', 'keep'), '');
    symlinkSync(join(home.root, 'nowhere'), home.user);
    const { code, err } = await home.run('install');
    expect(code).toBe(78);
    expect(err).toContain('it is a link that leads nowhere');
  });

  it('is a folder in the place of the file', async () => {
    home.write(join(home.user, 'file'), '');
    const { code, err } = await home.run('install');
    expect(code).toBe(78);
    expect(err).toContain('it is no file');
  });

  it('is an event that nobody knows, listing those that there are', async () => {
    const { code, err } = await home.run('install --events Stop,Stopp');
    expect(code).toBe(2);
    expect(err).toContain('There is no event Stopp.');
    expect(err).toContain('SessionStart, Setup');
    expect((await home.run('install --events ,')).code).toBe(2);
    expect((await home.run('install --events toString')).code).toBe(2);
  });

  it.each(['WorktreeCreate', 'FileChanged', 'PreModelSwitch', 'MessageDisplay', 'Elicitation'])(
    'is %s, which changes the client by being registered',
    async (event) => {
      const { code, err } = await home.run(`install --events Stop,${event}`);
      expect(code).toBe(2);
      expect(err).toContain(
        `behaves differently as soon as anything is registered for ${event}, so Hall Monitor does not`,
      );
      expect(home.exists(home.user)).toBe(false);
    },
  );

  it('is a mode or scope that does not exist', async () => {
    expect((await home.run('install --mode smoke')).code).toBe(2);
    expect((await home.run('install --scope managed')).code).toBe(2);
  });

  it('is HTTP where the port is left to the system', async () => {
    const { code, err } = await home.run('install --mode http', { HALL_MONITOR_PORT: '0' });
    expect(code).toBe(78);
    expect(err).toContain('Set HALL_MONITOR_PORT, or use --mode spool.');
  });
});

describe('install over HTTP', () => {
  it('keeps commands where the client has no HTTP hooks, and names the token by its variable', async () => {
    const env = {
      HALL_MONITOR_TOKEN: 'secret',
      HALL_MONITOR_HOST: '0.0.0.0',
      HALL_MONITOR_PORT: '1234',
    };
    const { err } = await home.run('install --mode http --events SessionStart,Stop', env);
    const { hooks } = settings(home.user);
    expect(hooks['SessionStart']?.[0]?.hooks[0]).toMatchObject({ type: 'command' });
    expect(hooks['Stop']?.[0]?.hooks[0]).toMatchObject({
      type: 'http',
      url: 'http://127.0.0.1:1234/hooks',
      allowedEnvVars: ['HALL_MONITOR_TOKEN'],
    });
    expect(home.read(home.user)).not.toContain('secret');
    expect(err).toContain('Warning: While the collector is down, Claude Code shows an error');
  });

  it.each([
    ['{"allowedHttpHookUrls": []}', true],
    ['{"allowedHttpHookUrls": ["https://*", "http://127.0.0.1:9464"]}', true],
    ['{"allowedHttpHookUrls": ["http://127.0.0.1:*/hooks"]}', false],
    ['{}', false],
  ])('warns where %s does not allow it', async (content, warns) => {
    home.write(home.user, content);
    const { err } = await home.run('install --mode http');
    expect(err.includes('allowedHttpHookUrls')).toBe(warns);
  });
});

it('install warns of switches that keep hooks from running, and installs them', async () => {
  home.write(home.user, '{"disableAllHooks": true, "allowManagedHooksOnly": true}');
  const { code, err } = await home.run('install --events Stop');
  expect(code).toBe(0);
  expect(err).toContain('Warning: disableAllHooks is true');
  expect(err).toContain('Warning: allowManagedHooksOnly is true');
  expect(home.read(home.user)).toContain('"Stop"');
});
