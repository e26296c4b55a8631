import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { isHeld, lockStore } from '../../src/store/lock.ts';
import { createStoreFixture } from '../support/store-fixture.ts';

const AT_MS = Date.parse('2026-11-20T09:07:00Z');
const SESSION = '5fb3233b-1111-4222-8333-444455556666';
const KEY = 'msg_01XFDUDYJgAACzvnptvVoYEL';

let home = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hall-monitor-cli-'));
  const store = createStoreFixture(join(home, 'hall-monitor.db'));
  store.request({
    session: SESSION,
    key: KEY,
    atMs: AT_MS,
    costNanoUsd: 1_500_000_000,
    project: '/home/dev/one',
  });
  store.request({
    session: 'other',
    atMs: AT_MS - 86_400_000,
    costNanoUsd: 5_000_000,
    project: '/home/dev/two',
  });
  store.toolCall({
    session: SESSION,
    atMs: AT_MS,
    tool: 'evil\u001b[2J',
    file: '/home/dev/one/a.ts',
  });
  store.db.close();
});

afterEach(() => rmSync(home, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  let out = '';
  let err = '';
  const code = await runCli(args, {
    env: { HALL_MONITOR_HOME: home, HALL_MONITOR_TIMEZONE: 'UTC', ...env },
    print: (text) => void (out += text),
    note: (text) => void (err += text),
    columns: 80,
    isInteractive: false,
    hasColour: false,
    nowMs: () => AT_MS + 60_000,
  });
  return { code, out, err };
}

const json = (text: string): unknown => JSON.parse(text);

describe('hall-monitor report', () => {
  it('prints a table that says what it counts, with the sum below', async () => {
    const { code, out, err } = await run(['report', 'daily', '--no-sync']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')[0]).toBe(
      'Daily report, all time, UTC. Tokens; cost in USD at list price.',
    );
    expect(out).toMatch(/^2026-11-19 .* \$0\.01$/m);
    expect(out).toMatch(/^Total .* 2 .* \$1\.51$/m);
  });

  it('shows no dollars where no price is known, and says so', async () => {
    const unpriced = join(home, 'unpriced');
    mkdirSync(unpriced, { mode: 0o700 });
    const store = createStoreFixture(join(unpriced, 'hall-monitor.db'));
    store.request({ atMs: AT_MS, model: 'gpt-nine', costBasis: 3 });
    store.db.close();
    const { out } = await run(['report', 'model', '--no-sync'], { HALL_MONITOR_HOME: unpriced });
    expect(out).toMatch(/^gpt-nine .* unknown$/m);
    expect(out).toContain('1 request has no known price: its tokens are counted, its cost is not.');
  });

  it('prints JSON and nothing else', async () => {
    const { out, err } = await run([
      'report',
      'project',
      '--json',
      '--no-sync',
      '--since',
      '2026-11-20',
    ]);
    expect(err).toBe('');
    expect(json(out)).toMatchObject({
      report: 'project',
      timezone: 'UTC',
      since: '2026-11-20T00:00:00.000Z',
      until: null,
      rows: [{ project: '/home/dev/one', requests: 1, cost_usd: 1.5 }],
      totals: { requests: 1, cost_usd: 1.5 },
    });
  });

  it('prints CSV with a header line', async () => {
    const { out } = await run(['report', 'model', '--csv', '--no-sync']);
    expect(out.split('\n').slice(0, 2)).toEqual([
      'model,requests,input_tokens,output_tokens,cache_read_input_tokens,cache_creation_5m_input_tokens,cache_creation_1h_input_tokens,web_search_requests,cost_usd,estimated_cost_usd,unpriced_requests,not_final_requests',
      'claude-opus-5-5,2,20,40,0,0,0,0,1.505,0,0,0',
    ]);
  });

  it.each(['hourly', 'weekly', 'monthly', 'session', 'tool', 'file', 'plan', 'source'])(
    'answers %s in all forms',
    async (kind) => {
      for (const form of [[], ['--json'], ['--csv']]) {
        const { code, out } = await run(['report', kind, '--no-sync', ...form]);
        expect(code).toBe(0);
        expect(out.length).toBeGreaterThan(40);
        expect(out.includes('\u001b')).toBe(form.includes('--csv') && kind === 'tool');
      }
    },
  );

  it('tells days in the zone asked for', async () => {
    const { out } = await run([
      'report',
      'hourly',
      '--json',
      '--no-sync',
      '--timezone',
      'Asia/Kathmandu',
    ]);
    expect(json(out)).toMatchObject({
      timezone: 'Asia/Kathmandu',
      rows: [{ hour: '2026-11-19T14' }, { hour: '2026-11-20T14' }],
    });
  });

  it.each([
    [['report', 'dayly'], 'Allowed choices are hourly, daily'],
    [['report'], "missing required argument 'kind'"],
    [['report', 'daily', '--since', 'soon', '--no-sync'], '--since cannot be "soon".'],
    [
      ['report', 'daily', '--since', '2026-11-02', '--until', '2026-11-01', '--no-sync'],
      'Nothing lies between',
    ],
    [['report', 'daily', '--timezone', 'Mars/X', '--no-sync'], 'Unknown time zone "Mars/X".'],
    [['report', 'daily', '--json', '--csv', '--no-sync'], '--json and --csv exclude each other'],
    [['report', 'daily', '--frob'], "unknown option '--frob'"],
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['sessions', '--limit', '0'], 'Allowed is a whole number from 1 on.'],
    [['sessions', '--full'], '--full goes with --messages'],
    [['sessions', 'other', '--messages', '--out', 'x'], '--messages and --out exclude each other'],
    [['tail', '--lines', '-1'], 'Allowed is a whole number from 0 on.'],
    [
      [
        'export',
        'kpi',
        '--into',
        fileURLToPath(new URL('../../package.json', import.meta.url)),
        '--no-sync',
      ],
      'shall be:\n<!-- hall-monitor:kpi -->\n<!-- /hall-monitor:kpi -->\n',
    ],
    [['serve', '--port', '99999'], 'Allowed is a whole number from 0 to 65535.'],
    [[], 'Usage: hall-monitor'],
  ])('ends with 2 and says why for %j', async (args, message) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  it('ends with 78 for a wrong setting, a wrong zone in it included', async () => {
    expect(await run(['report', 'daily', '--no-sync'], { HALL_MONITOR_PORT: 'x' })).toMatchObject({
      code: 78,
      out: '',
    });
    const zone = await run(['report', 'daily', '--no-sync'], { HALL_MONITOR_TIMEZONE: 'Mars/X' });
    expect(zone).toMatchObject({ code: 78, out: '' });
    expect(zone.err).toContain('Give an IANA name');
  });

  it('says what to do where there is no store', async () => {
    const { code, err } = await run(['report', 'daily', '--no-sync'], {
      HALL_MONITOR_HOME: join(home, 'none'),
    });
    expect(code).toBe(78);
    expect(err).toContain('hall-monitor import');
  });
});

describe('hall-monitor sessions', () => {
  it('lists the newest first, in 80 columns', async () => {
    const { out } = await run(['sessions', '--no-sync']);
    const lines = out.split('\n');
    expect(lines.findIndex((line) => line.startsWith('5fb3233b'))).toBeLessThan(
      lines.findIndex((line) => line.startsWith('other')),
    );
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('gives whole ids and unrounded figures as JSON', async () => {
    const { out } = await run(['sessions', '--json', '--no-sync', '--project', 'one']);
    expect(json(out)).toMatchObject({
      timezone: 'UTC',
      sessions: [{ session_id: SESSION, cost_usd: 1.5 }],
    });
  });

  it('writes sessions.json whole, also into a folder that is not there yet', async () => {
    const file = join(home, 'docs', 'metrics', 'sessions.json');
    const { code, out, err } = await run(['sessions', '--out', file, '--no-sync']);
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: `Wrote ${file}.\n` });
    expect(json(readFileSync(file, 'utf8'))).toMatchObject({
      totals: { total_sessions: 2, total_cost_usd: 1.51 },
    });
  });
});

describe('hall-monitor explain', () => {
  it('says where a request’s number comes from', async () => {
    const { code, out } = await run(['explain', KEY, '--no-sync']);
    expect(code).toBe(0);
    expect(out).toContain(`/claude/projects/one/${SESSION}.jsonl`);
    expect(out).toContain('line 7 (transcript)');
    expect(out).toContain('output 20 x $20/M = $0.0004');
  });

  it('takes the beginning of a session id', async () => {
    const { out } = await run(['explain', '5fb3233b', '--no-sync', '--json']);
    expect(json(out)).toMatchObject({
      kind: 'session',
      session_id: SESSION,
      requests: [{ key: KEY }],
    });
  });

  it('ends with 1 when nobody has the id', async () => {
    const { code, out, err } = await run(['explain', 'nobody\u001b[2J', '--no-sync']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('nobody\\x1b[2J');
  });
});

describe('hall-monitor pricing', () => {
  it('lists prices and explains one', async () => {
    expect((await run(['pricing', 'list', '--model', 'opus-5-5'])).out).toContain(
      'claude-opus-5-5',
    );
    const { out } = await run([
      'pricing',
      'explain',
      'claude-opus-5-5',
      '--json',
      '--input',
      '1000',
      '--output',
      '0',
    ]);
    expect(json(out)).toMatchObject({ basis: 'list', costUsd: 0.004 });
  });

  it('refuses counts that are none', async () => {
    expect(await run(['pricing', 'explain', 'claude-opus-5-5', '--input', '1.5'])).toMatchObject({
      code: 2,
      out: '',
    });
  });
});

describe('hall-monitor config', () => {
  it('shows what holds and where it comes from, without secrets', async () => {
    const { out, err } = await run(['config', 'show'], {
      HALL_MONITOR_TOKEN: 'very-secret',
      HALL_MONITOR_PROT: '1',
    });
    expect(out).toMatch(/^timezone +"UTC" +HALL_MONITOR_TIMEZONE$/m);
    expect(out).toMatch(/^port +9464 +\(default\)$/m);
    expect(out).not.toContain('very-secret');
    expect(err).toContain('HALL_MONITOR_PROT is set, but there is no such setting.');
  });

  it('writes a file for its owner alone that it can read again, and never over another', async () => {
    const file = join(home, 'config.json');
    expect((await run(['config', 'init'])).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(json((await run(['config', 'show', '--json'])).out)).toMatchObject({ port: 9464, home });
    writeFileSync(file, '{"port": 1}');
    expect((await run(['config', 'init'])).code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe('{"port": 1}');
  });

  it('prints the schema and the reference', async () => {
    expect(json((await run(['config', 'schema'])).out)).toMatchObject({
      type: 'object',
      additionalProperties: false,
    });
    expect((await run(['config', 'schema', '--markdown'])).out).toContain('# Configuration');
  });
});

describe('hall-monitor db', () => {
  it('finds a sound store sound', async () => {
    const { code, out } = await run(['db', 'check', '--json']);
    expect(code).toBe(0);
    expect(json(out)).toMatchObject({ ok: true, counts: { request: 2 } });
  });

  it('backs it up to a file of its own, and never over another', async () => {
    const file = join(home, 'backup.db');
    expect((await run(['db', 'backup', file])).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await run(['db', 'backup', file])).code).toBe(1);
    expect((await run(['db', 'backup', file, '--force'])).code).toBe(0);
    expect(existsSync(file)).toBe(true);
  });

  it('says what a backup cannot replace, and leaves nothing beside it', async () => {
    const folder = join(home, 'backups');
    mkdirSync(folder);
    const { code, err } = await run(['db', 'backup', folder, '--force']);
    expect({ code, isTraced: err.includes('    at ') }).toEqual({ code: 1, isTraced: false });
    expect(err).toContain(`Cannot write ${folder}: EISDIR`);
    expect(readdirSync(home).filter((name) => name.startsWith('backups'))).toEqual(['backups']);
  });
});

describe('hall-monitor db rebuild', () => {
  const noTranscripts = (): Record<string, string> => ({
    HALL_MONITOR_CLAUDE_DIRS: join(home, 'claude'),
  });

  it('keeps the old store beside the new one', async () => {
    const { code, out, err } = await run(['db', 'rebuild', '--json'], noTranscripts());
    expect(code).toBe(0);
    expect(json(out)).toMatchObject({ requests: 0, files: 0 });
    const kept = /kept as (\S+);/.exec(err)?.[1] ?? '';
    expect(existsSync(kept)).toBe(true);
    expect(json((await run(['report', 'daily', '--json'], noTranscripts())).out)).toMatchObject({
      rows: [],
    });
  });

  it('ends with 69 and touches nothing while a collector writes to the store', async () => {
    const lock = lockStore(home, 0, process.pid);
    try {
      const { code, err } = await run(['db', 'rebuild'], noTranscripts());
      expect(code).toBe(69);
      expect(err).toContain(`process ${process.pid}`);
      expect(json((await run(['db', 'check', '--json'])).out)).toMatchObject({
        counts: { request: 2 },
      });
    } finally {
      if (!isHeld(lock)) {
        lock.release();
      }
    }
  });
});

describe('help', () => {
  it.each([
    ['--help'],
    ['report', '--help'],
    ['sessions', '--help'],
    ['plans', '--help'],
    ['db', 'backup', '--help'],
    ['config', 'show', '--help'],
    ['pricing', 'explain', '--help'],
    ['serve', '--help'],
  ])('of %s %s %s ends with 0 and tells the exit codes', async (...args) => {
    const { code, out, err } = await run(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Exit codes:');
  });

  it('promises no command that is not there', async () => {
    const { out } = await run(['--help']);
    const commands = [...out.matchAll(/^ {2}([a-z]+) (?:\[options\]|\[command\]| ).*$/gm)].map(
      ([, name]) => name,
    );
    expect(new Set(commands)).toEqual(
      new Set([
        'archive',
        'doctor',
        'serve',
        'import',
        'report',
        'tail',
        'export',
        'tasks',
        'sessions',
        'plans',
        'explain',
        'pricing',
        'db',
        'hooks',
        'statusline',
        'config',
        'help',
      ]),
    );
  });

  it('tells the version', async () => {
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
