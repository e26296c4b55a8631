import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isHeld, lockStore } from '../../../src/store/lock.ts';
import { createDoctorHome, DOCTOR_NOW_MS, type DoctorHome } from '../../support/doctor-home.ts';

let home: DoctorHome;
const servers: Server[] = [];

beforeEach(async () => {
  home = await createDoctorHome();
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  home[Symbol.dispose]();
});

/** Answers everything at the collector's port. */
const answer = async (text: string, status = 200): Promise<(string | undefined)[]> => {
  const tokens: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  });
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(home.port, '127.0.0.1', resolve));
  return tokens;
};

const holding = async (look: () => Promise<void>): Promise<void> => {
  mkdirSync(home.data, { recursive: true, mode: 0o700 });
  const lock = lockStore(home.data, 0, 4711);
  if (isHeld(lock)) throw new Error('the store is held');
  try {
    await look();
  } finally {
    lock.release();
  }
};

const transcript = (name: string): string => {
  const path = join(home.root, 'home', '.claude', 'projects', '-p', `${name}.jsonl`);
  home.write(path, '{}\n');
  return path;
};

describe('hall-monitor doctor', () => {
  it('finds nothing wrong where nothing was ever collected, and makes nothing', async () => {
    const before = readdirSync(home.root, { recursive: true });
    const { code, out, err } = await home.doctor();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`note  ${home.data} does not exist yet`);
    expect(out).toContain('        fix: hall-monitor import\n');
    expect(out).toMatch(/\d warnings?; nothing is wrong\.\n$/);
    expect(readdirSync(home.root, { recursive: true })).toEqual(before);
  });

  it('prints JSON with every finding, and whether all is well', async () => {
    symlinkSync(home.root, home.data);
    const { code, out } = await home.doctor(['--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([
        {
          area: 'data folder',
          level: 'error',
          message: `${home.data} is no folder, but a link or a file.`,
          fix: 'Set HALL_MONITOR_HOME to a folder of your own.',
        },
      ]) as unknown,
    });
  });

  it('teaches what it does, and refuses a project folder that is none', async () => {
    expect((await home.doctor(['--help'])).out).toContain('Exit codes:');
    const { code, err } = await home.doctor(['--project', 'nowhere']);
    expect(code).toBe(2);
    expect(err).toContain('There is no folder');
  });
});

describe('its look at the data folder', () => {
  it('says when others may look or write', async () => {
    mkdirSync(home.data);
    chmodSync(home.data, 0o755);
    expect(await home.area('data folder')).toContain(
      `warning Others may look into ${home.data}. -> chmod 700 ${home.data}`,
    );
    chmodSync(home.data, 0o777);
    expect(await home.area('data folder')).toContain(
      `error Others may write to ${home.data}. -> chmod 700 ${home.data}`,
    );
    chmodSync(home.data, 0o700);
    expect(await home.area('data folder')).toContain(`ok ${home.data} is there and yours alone.`);
  });

  it('says when others may read the store', async () => {
    home.fill(() => undefined);
    chmodSync(join(home.data, 'hall-monitor.db'), 0o644);
    expect((await home.area('data folder')).join('\n')).toContain(
      'warning Others may read the store',
    );
  });
});

describe('its look at the store', () => {
  it('calls a sound store sound and tells how old the last entry of each source is', async () => {
    home.fill((store) => {
      store.request({ atMs: DOCTOR_NOW_MS - 3_600_000 });
      store.activity({ stretchesMs: [DOCTOR_NOW_MS - 3_600_000, DOCTOR_NOW_MS - 1_800_000] });
    });
    const found = (await home.area('store')).join('\n');
    expect(found).toContain('ok The store is sound');
    expect(found).toContain('ok Transcripts: last entry 30 min ago, 10 lines or payloads.');
    expect(found).toContain('note No collector runs');
  });

  it('works with a store of an older schema', async () => {
    mkdirSync(home.data, { mode: 0o700 });
    const db = new Database(join(home.data, 'hall-monitor.db'));
    const sql = (name: string): string =>
      readFileSync(join(import.meta.dirname, '../../../src/store', name), 'utf8');
    db.exec(sql('migrations/0001-initial.sql'));
    db.pragma('user_version = 1');
    db.close();
    await home.run('install --events Stop');
    const { code, out } = await home.doctor();
    expect(code).toBe(0);
    expect(out).toContain('warn  The store was made by an older version');
    expect(out).not.toContain('could not be looked at');
    const after = new Database(join(home.data, 'hall-monitor.db'), { readonly: true });
    expect(after.pragma('user_version', { simple: true })).toBe(1);
    after.close();
  });

  it('finds a newer, an empty and a broken store wrong, and goes on looking', async () => {
    home.fill(({ db }) => void db.pragma('user_version = 99'));
    expect((await home.area('store'))[0]).toMatch(
      /^error The store .* has schema 99; .* -> Use the newer/,
    );
    writeFileSync(join(home.data, 'hall-monitor.db'), '');
    expect((await home.area('store'))[0]).toMatch(
      /^warning .* older version.* -> hall-monitor import$/,
    );
    writeFileSync(join(home.data, 'hall-monitor.db'), 'no database '.repeat(1000));
    const { code, out } = await home.doctor();
    expect(code).toBe(1);
    expect(out).toMatch(/FAIL  Cannot open the store [^]*fix: hall-monitor db rebuild/);
    expect(out).toContain('Telemetry settings');
  });

  it('looks at a store that a collector holds, and passes on why it is not ready', async () => {
    home.fill((store) => store.request({ atMs: DOCTOR_NOW_MS }));
    const tokens = await answer(
      '{"ready":false,"reasons":["The first reading is under way."]}',
      503,
    );
    await holding(async () => {
      const found = (await home.area('store', { HALL_MONITOR_TOKEN: 'secret' })).join('\n');
      expect(found).toContain('warning The collector (process 4711) at http://127.0.0.1');
      expect(found).toContain('is not ready: The first reading is under way.');
      expect(found).not.toContain('secret');
    });
    expect(tokens).toEqual(['Bearer secret']);
  });

  it('tells a collector that is ready from one of another folder, and from another program', async () => {
    home.fill(() => undefined);
    const tokens = await answer('{"ready":true,"reasons":[]}');
    await holding(async () => {
      expect((await home.area('store')).join('\n')).toContain('ok A collector (process 4711) runs');
    });
    const token = { HALL_MONITOR_TOKEN: 'secret' };
    expect((await home.area('store', token)).join('\n')).toContain('does not write to');
    expect(tokens.at(-1)).toBeUndefined();
    servers.pop()?.close();
    await answer('<html>');
    expect((await home.area('store')).join('\n')).toContain('warning Another program listens');
  });

  it('does not take an import for a collector', async () => {
    home.fill(() => undefined);
    await holding(async () => {
      expect((await home.area('store')).join('\n')).toContain(
        'note Something (process 4711) writes to the store, but no collector answers',
      );
    });
  });
});

describe('its look at the transcripts', () => {
  it('says how many were not read', async () => {
    transcript('a');
    transcript('b');
    expect((await home.area('transcripts')).join('\n')).toMatch(
      /note 2 transcripts, .* none of them was read yet\. -> hall-monitor import/,
    );
    home.fill(() => undefined);
    expect((await home.area('transcripts')).join('\n')).toMatch(
      /note 2 transcripts, .*; 2 of them hold more than was read\. -> hall-monitor import/,
    );
  });

  it('knows one folder by two names, and misses a folder that was asked for', async () => {
    transcript('a');
    const claude = join(home.root, 'home', '.claude');
    symlinkSync(claude, join(home.root, 'again'));
    const found = await home.area('transcripts', {
      HALL_MONITOR_CLAUDE_DIRS: [claude, join(home.root, 'again'), join(home.root, 'gone')].join(
        ':',
      ),
    });
    expect(found.join('\n')).toContain(`again are the same folder; it is read once.`);
    expect(found.join('\n')).toContain(
      `warning ${join(home.root, 'gone', 'projects')} does not exist.`,
    );
    expect(found.join('\n')).toContain('note 1 transcript,');
  });
});
