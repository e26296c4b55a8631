import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptFolder } from '../../../receivers/statusline/kept-folder.ts';
import { keepLimits, MAX_KEPT } from '../../../receivers/statusline/kept-limits.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hall-monitor-kept-'));
  folder = join(root, 'home', 'statusline');
});

afterEach(() => rmSync(root, { recursive: true }));

const payload = (session_id: unknown, used_percentage: unknown, more: object = {}): object => ({
  session_id,
  rate_limits: { five_hour: { used_percentage, resets_at: 1_800_000_000 } },
  ...more,
});

describe('what a status line leaves of rate limits', () => {
  it('is one file a session, for the user alone, with nothing else of the payload', () => {
    const more = { cwd: '/secret', cost: { total_cost_usd: 1 }, transcript_path: '/secret/a' };
    expect(keepLimits(folder, payload('a', 1, more))).toBe(true);
    expect(keepLimits(folder, payload('a', 2, more))).toBe(true);
    expect(keepLimits(folder, payload('b', 3, more))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['a.json', 'b.json']);
    expect(statSync(join(folder, 'a.json')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'))).toEqual(payload('a', 2));
  });

  it('keeps the time since when a session says the same', () => {
    keepLimits(folder, payload('a', 1));
    utimesSync(join(folder, 'a.json'), 1_000, 1_000);
    expect(keepLimits(folder, payload('a', 1, { cost: { total_cost_usd: 9 } }))).toBe(false);
    expect(statSync(join(folder, 'a.json')).mtimeMs).toBe(1_000_000);
    expect(keepLimits(folder, payload('a', 2))).toBe(true);
    expect(statSync(join(folder, 'a.json')).mtimeMs).toBeGreaterThan(1_000_000);
  });

  it.each([
    ['without a session', payload(undefined, 1)],
    ['with a path for a session', payload('../a', 1)],
    ['with an object for a session', payload({}, 1)],
    ['without limits', { session_id: 'a' }],
    ['with null for limits', { session_id: 'a', rate_limits: null }],
    ['with more than anybody needs', payload('a', 'x'.repeat(5_000))],
    ['that is no object', 12],
    ['that is null', null],
  ])('is nothing of a payload %s', (_what, given) => {
    expect(keepLimits(folder, given)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  it('never piles up, however many sessions there are', () => {
    for (let session = 0; session < MAX_KEPT; session++) {
      keepLimits(folder, payload(`s${session}`, 1));
      utimesSync(join(folder, `s${session}.json`), session, session);
    }
    keepLimits(folder, payload('newest', 1));
    const names = readdirSync(folder);
    expect(names).toHaveLength(MAX_KEPT / 2 + 1);
    expect(names).toContain('newest.json');
    expect(names).toContain(`s${MAX_KEPT - 1}.json`);
    expect(names).not.toContain('s0.json');
  });
});

describe('the folder as it is read', () => {
  const NOW_MS = Date.now();

  it('shows whole files, the oldest first, and no links, folders or drafts', () => {
    keepLimits(folder, payload('a', 1));
    keepLimits(folder, payload('b', 1));
    utimesSync(join(folder, 'b.json'), NOW_MS / 1_000 - 60, NOW_MS / 1_000 - 60);
    writeFileSync(join(root, 'outside'), '{}');
    symlinkSync(join(root, 'outside'), join(folder, 'link.json'));
    mkdirSync(join(folder, 'folder.json'));
    writeFileSync(join(folder, 'c.1.tmp'), '{');
    const kept = new KeptFolder(folder);
    expect(kept.entries(NOW_MS).map(({ name }) => name)).toEqual(['b.json', 'a.json']);
    expect(kept.read('link.json')).toBeUndefined();
    expect(kept.read('folder.json')).toBeUndefined();
    expect(kept.read('gone.json')).toBeUndefined();
    expect(existsSync(join(folder, 'c.1.tmp'))).toBe(true);
  });

  it('loses what every window of is over, and what nobody finished', () => {
    keepLimits(folder, payload('a', 1));
    writeFileSync(join(folder, 'c.1.tmp'), '{');
    const old = NOW_MS / 1_000 - 9 * 86_400;
    for (const name of ['a.json', 'c.1.tmp']) utimesSync(join(folder, name), old, old);
    expect(new KeptFolder(folder).entries(NOW_MS)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is empty where there is none', () => {
    expect(new KeptFolder(folder).entries(NOW_MS)).toEqual([]);
  });
});
