import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDoctorHome, DOCTOR_NOW_MS, type DoctorHome } from '../../support/doctor-home.ts';

const DAY_MS = 86_400_000;
let home: DoctorHome;

beforeEach(async () => {
  home = await createDoctorHome();
});

afterEach(() => home[Symbol.dispose]());

const hooks = async (env = {}): Promise<string> => (await home.area('hooks', env)).join('\n');
const spool = async (): Promise<string> => (await home.area('spool')).join('\n');

/** Has the store know of events: name, count and time of each. */
const hear = (...heard: readonly (readonly [string, number, number])[]): void =>
  home.fill(({ db }) => {
    const insert = db.prepare(`INSERT INTO hook_event VALUES (?, 'user', ?, ?)`);
    for (const one of heard) insert.run(one);
  });

describe("doctor's look at the hooks", () => {
  it('says how to install them where there are none', async () => {
    expect(await hooks()).toMatch(
      /^warning No hooks are installed: .* -> hall-monitor hooks install$/,
    );
  });

  it('says in which scopes they are installed, and that two of them cost twice', async () => {
    await home.run('install --events Stop,PreToolUse');
    expect(await hooks()).toBe(`ok 2 events in the user scope (${home.user}).`);
    await home.run('install --scope local --events Stop');
    expect(await hooks()).toContain(
      'note The same events are registered in several places (user, local): each counts once, and costs its time twice. -> hall-monitor hooks uninstall --scope user',
    );
  });

  it('finds hooks wrong that write to the spool of another data folder', async () => {
    await home.run('install --events Stop', { HALL_MONITOR_HOME: join(home.root, "else's where") });
    const found = await hooks();
    expect(found).toContain(
      `error Hooks of the user scope write to ${join(home.root, "else's where", 'spool')}`,
    );
    expect(found).toContain('-> hall-monitor hooks install --scope user');
  });

  it('finds hooks wrong that call another port', async () => {
    await home.run('install --mode http --events Stop', { HALL_MONITOR_PORT: '4242' });
    expect(await hooks()).toContain(
      'error Hooks of the user scope call http://127.0.0.1:4242/hooks',
    );
  });

  it('says that shared hooks go by the environment of whoever runs them', async () => {
    await home.run('install --scope project --events Stop');
    expect(await hooks()).toContain(
      'note Hooks of the project scope write to where HALL_MONITOR_HOME says',
    );
  });

  it.each([
    [
      'disableAllHooks',
      { disableAllHooks: true },
      /error disableAllHooks is true in .* -> Remove disableAllHooks/,
    ],
    [
      'urls',
      { allowedHttpHookUrls: ['https://other/*'] },
      /error allowedHttpHookUrls in .* does not allow http/,
    ],
  ])('finds what keeps them from running: %s', async (_name, settings, expected) => {
    home.write(home.local, JSON.stringify(settings));
    await home.run('install --mode http --events Stop', { HALL_MONITOR_PORT: String(home.port) });
    expect(await hooks()).toMatch(expected);
  });

  it('does not take for an order of an administrator what a project says', async () => {
    await home.run('install --events Stop');
    home.write(home.project, '{"allowManagedHooksOnly":true}');
    expect(await hooks()).not.toContain('error');
  });

  it('says what was never heard: all, what every session has, or what is rare', async () => {
    await home.run('install --events Stop,PreToolUse,Setup');
    hear();
    expect(await hooks()).toContain('warning Nothing was ever heard of the hooks.');
  });

  it('misses what every session has', async () => {
    await home.run('install --events Stop,PreToolUse,Setup');
    hear(['PreToolUse', 1234, DOCTOR_NOW_MS]);
    const found = await hooks();
    expect(found).toContain('ok 1,234 events heard, the last just now.');
    expect(found).toContain(
      'warning Registered, but never heard, although every session has them: Stop.',
    );
    expect(found).toContain('note Registered and not heard so far: Setup.');
  });

  it('notices that hooks fell silent while transcripts went on', async () => {
    await home.run('install --events Stop');
    home.fill((store) => {
      store.db
        .prepare(`INSERT INTO hook_event VALUES ('Stop', 'user', 9, ?)`)
        .run(DOCTOR_NOW_MS - 3 * DAY_MS);
      store.activity({ stretchesMs: [DOCTOR_NOW_MS - 5000, DOCTOR_NOW_MS] });
    });
    expect(await hooks()).toContain('warning Hooks have told nothing for more than a day of work');
  });

  it('goes on where settings are no JSON', async () => {
    home.write(home.project, '{ "token": "geheim" ');
    const { code, out } = await home.doctor();
    expect(code).toBe(0);
    expect(out).toContain(home.project);
    expect(out).not.toContain('geheim');
  });
});

describe("doctor's look at the spool", () => {
  it('says nothing where hooks need none, and finds its absence wrong where they do', async () => {
    expect(await spool()).toBe('');
    await home.run('install --events Stop', { HALL_MONITOR_HOME: join(home.root, 'other') });
    mkdirSync(home.data, { mode: 0o700 });
    expect(await spool()).toMatch(
      /^error .* does not exist, so what hooks tell is lost\. -> hall-monitor serve/,
    );
  });

  it('says that payloads wait while nobody takes them', async () => {
    await home.run('install --events Stop');
    expect(await spool()).toBe('ok Nothing waits in the spool.');
    home.write(join(home.spool, 'new', '1.2-user'), '{}');
    expect(await spool()).toBe(
      'note 1 payload waits in the spool, and nobody takes it. -> hall-monitor serve',
    );
    expect(home.exists(join(home.spool, 'new', '1.2-user'))).toBe(true);
  });

  it('warns of payloads that could not be used', async () => {
    home.write(join(home.spool, 'dead', '1-a'), 'x');
    expect(await spool()).toContain('dead holds 1 payload that could not be used.');
    home.fill(({ db }) => {
      const insert = db.prepare(
        `INSERT INTO dead_letter (path, name, line, offset_bytes, length_bytes, reason, seen_at_ms) VALUES ('/s', ?, 0, 0, 1, ?, ?)`,
      );
      insert.run('1-a', 'invalid_json', DOCTOR_NOW_MS - DAY_MS * 3);
      insert.run('', 'a line of a transcript', DOCTOR_NOW_MS);
    });
    expect(await spool()).toContain(
      'warning 1 payload could not be used (invalid_json 1), the last 3 days ago;',
    );
  });
});

describe("doctor's look at the agreement of the sources", () => {
  it('names the session in which they differ most', async () => {
    home.fill((store) => {
      store.db
        .prepare(`INSERT INTO hook_event VALUES ('PreToolUse', 'user', 9, ?)`)
        .run(DOCTOR_NOW_MS);
      for (let call = 0; call < 10; call += 1) {
        store.toolCall({ session: 'cccccccc-1', atMs: DOCTOR_NOW_MS - DAY_MS });
      }
      store.db.exec('UPDATE tool_call SET seen = CASE WHEN id <= 9 THEN 3 ELSE 1 END');
    });
    expect(await home.area('agreement')).toEqual([
      'warning Hooks and transcripts agree on 90.0 % of the last 7 days, 1 session. Tool calls: 9 told by both, 1 by transcripts only, 0 by hooks only. Prompts: 0 told by both, 0 by transcripts only, 0 by hooks only. -> hall-monitor explain cccccccc-1',
    ]);
  });

  it('has nothing to say where there is nothing to compare', async () => {
    hear();
    expect(await home.area('agreement')).toEqual([
      'ok Nothing to compare: no hook told of the last 7 days.',
    ]);
  });
});
