import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { createStoreFixture } from '../support/store-fixture.ts';

const AT_MS = Date.parse('2026-11-20T09:07:00Z');

let home = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hall-monitor-cli-'));
  createStoreFixture(join(home, 'hall-monitor.db')).db.close();
});

afterEach(() => rmSync(home, { recursive: true }));

const run = async (...args: readonly string[]) => {
  let out = '';
  let err = '';
  const code = await runCli(['archive', ...args], {
    env: { HALL_MONITOR_HOME: home, HALL_MONITOR_TIMEZONE: 'UTC' },
    print: (text) => void (out += text),
    note: (text) => void (err += text),
    nowMs: () => AT_MS,
    columns: 100,
    isInteractive: false,
    hasColour: false,
  });
  return { code, out, err };
};

describe('archive', () => {
  it('explains itself', async () => {
    expect((await run('verify', '--help')).out).toContain('Exit code 1 where anything differs');
    expect((await run('update', '--help')).out).toContain(
      'brings the archive up to date once'.slice(7),
    );
  });

  it('has nothing to verify where there is no archive, and says how to get one', async () => {
    const { code, out, err } = await run('verify');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('hall-monitor archive update');
  });

  it('is made by update and found sound by verify', async () => {
    expect(JSON.parse((await run('update', '--json')).out)).toMatchObject({
      folder: join(home, 'archive'),
      added_lines: 0,
      healed_files: 0,
      damaged_files: 0,
    });
    const { code, out } = await run('verify', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ sound: true, faults: [], totals: { lines: 0 } });
    expect((await run('verify')).out).toContain('The archive is sound.');
  });

  it('shows names of strange files as text', async () => {
    await run('update');
    writeFileSync(join(home, 'archive', 'requests', 'evil\u001b[2J'), '');
    const { code, out } = await run('verify');
    expect(code).toBe(0);
    expect(out).toContain('evil\\x1b[2J');
    expect(out).not.toContain('\u001b');
  });

  it('names what is damaged in text and as JSON', async () => {
    await run('update');
    const file = join(home, 'archive', 'plans', 'open.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"seq":0', '"seq":1'));
    const { code, out } = await run('verify', '--json');
    expect(code).toBe(1);
    expect((JSON.parse(out) as { faults: object[] }).faults).toEqual([
      expect.objectContaining({ file: 'plans/open.json' }),
    ]);
    expect((await run('verify')).out).toContain('plans/open.json, line 1 or 2: ');
    expect(readdirSync(join(home, 'archive')).toSorted()).toContain('plans');
  });
});
