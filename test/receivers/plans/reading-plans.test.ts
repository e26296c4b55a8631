import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasPlanNews } from '../../../receivers/plans/has-plan-news.ts';
import {
  feature,
  KeptPlans,
  lookAt,
  PlanHome,
  plansReceiver,
  statusesOf,
} from '../../support/plan-home.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
let home: PlanHome;
let kept: KeptPlans;

beforeEach(() => {
  home = new PlanHome();
  kept = new KeptPlans();
});
afterEach(() => home[Symbol.dispose]());

const look = () => lookAt(home, kept);
const hasNews = (nowMs = Date.now()) =>
  hasPlanNews({ enabled: true, roots: [] }, [home.project], kept.origins(), nowMs);
const reasons = (): readonly (readonly [string, string | undefined])[] =>
  kept.rejects.map(({ reason, name }) => [reason, name]);

describe('a plan', () => {
  it('that was sent is not sent again, until it changes', async () => {
    home.write('a', 'plan.md', '# A');
    home.manifest('a', [feature('F0')]);
    expect(hasNews()).toBe(true);
    expect(await look()).toHaveLength(1);
    expect(hasNews()).toBe(false);
    expect(await look()).toEqual([]);
    home.write('a', 'prompts/01-a.md', 'Do it.');
    expect(hasNews()).toBe(false);
    home.manifest('a', [feature('F0', 'completed')]);
    expect(hasNews()).toBe(true);
    expect((await look()).map(statusesOf)).toEqual([{ F0: 'completed' }]);
    expect(hasNews()).toBe(false);
  });

  it('that changes without its size and its time is sent again', async () => {
    const lines = [feature('F0', 'completed'), feature('F1', 'in_progress')];
    const swapped = [feature('F0', 'in_progress'), feature('F1', 'completed')];
    const file = home.manifest('a', lines);
    utimesSync(file, 1000, 1000);
    await look();
    home.manifest('a', swapped);
    utimesSync(file, 1000, 1000);
    expect((await look()).map(statusesOf)).toEqual([{ F0: 'in_progress', F1: 'completed' }]);
  });

  it('that is moved stays the same plan, with one origin', async () => {
    home.manifest('a', [feature('F0'), 'nonsense']);
    const [before] = await look();
    expect(reasons()).toEqual([['invalid_json', undefined]]);
    home.move('a');
    expect(hasNews()).toBe(true);
    const [after, ...others] = await look();
    expect(others).toEqual([]);
    expect(after?.folders).toMatchObject([
      { location: 'complete', folderId: before?.folders[0]?.folderId },
    ]);
    expect(kept.batches[0]?.origin).toMatchObject({
      path: home.path('a', '', { location: 'complete' }),
      movedFrom: home.path('a'),
    });
    // What was told of a manifest is not told again because it lies elsewhere.
    expect(reasons()).toEqual([]);
    expect(kept.origins()).toHaveLength(1);
    home.move('a', 'active');
    expect(await look()).toMatchObject([{ folders: [{ location: 'active' }] }]);
    expect(kept.origins()).toHaveLength(1);
    expect(await look()).toEqual([]);
  });

  it('that is gone is told of once, and again when it comes back', async () => {
    home.manifest('a', [feature('F0')]);
    home.manifest('b', [feature('F0')]);
    await look();
    rmSync(home.path('a'), { recursive: true });
    expect(hasNews()).toBe(true);
    expect(await look()).toMatchObject([{ name: 'a', folders: [] }]);
    expect(kept.batches[0]).toMatchObject({ origin: { path: home.path('a') }, rejects: [] });
    expect(hasNews()).toBe(false);
    expect(await look()).toEqual([]);
    home.manifest('a', [feature('F0')]);
    expect(await look()).toMatchObject([{ name: 'a', folders: [{ location: 'active' }] }]);
  });

  it('is gone with the folder that all plans lie in', async () => {
    home.manifest('a', [feature('F0')]);
    writeFileSync(path.join(home.project, 'package.json'), '{}');
    await look();
    rmSync(path.join(home.project, 'dev'), { recursive: true });
    expect(await look()).toMatchObject([{ name: 'a', folders: [] }]);
  });

  it.each(['away', 'empty'])('is not gone because its project is %s', async (how) => {
    home.manifest('a', [feature('F0')]);
    await look();
    renameSync(home.project, `${home.project}-elsewhere`);
    if (how === 'empty') mkdirSync(home.project);
    expect(await look()).toEqual([]);
    rmSync(home.project, { recursive: true, force: true });
    renameSync(`${home.project}-elsewhere`, home.project);
    expect(await look()).toEqual([]);
  });

  it('that loses all its files is still one', async () => {
    home.manifest('a', [feature('F0')]);
    await look();
    rmSync(home.path('a', 'manifest.jsonl'));
    expect(await look()).toMatchObject([
      { folders: [{ location: 'active', planWrittenMs: null, manifest: null }] },
    ]);
    expect(kept.batches[0]?.entries).toEqual(new Map([['plan_folder', 1]]));
  });

  it('is never written to, and its commands are never run', async () => {
    const witness = path.join(home.folder, 'witness');
    home.manifest('a', [feature('F0', 'pending', { verification: `touch ${witness}` })]);
    home.write('a', 'plan.md', '# A');
    const before = readdirSync(home.project, { recursive: true });
    const text = readFileSync(home.path('a', 'manifest.jsonl'));
    await look();
    await look();
    expect(readdirSync(home.project, { recursive: true })).toEqual(before);
    expect(readFileSync(home.path('a', 'manifest.jsonl'))).toEqual(text);
    expect(readdirSync(home.folder)).toEqual(['project']);
  });

  it('of 10,000 features is read whole', async () => {
    home.manifest(
      'a',
      Array.from({ length: 10_000 }, (_, index) => feature(`F${index}`)),
    );
    const [snapshot] = await look();
    expect(snapshot?.folders[0]?.manifest?.features).toHaveLength(10_000);
  });
});

describe('a manifest that may be half written', () => {
  const lines = [feature('F0', 'completed'), feature('F1'), feature('F2')];

  it('is sent as such, and its garbage is told only when it stays', async () => {
    home.manifest('a', [...lines.slice(0, 1), lines[1]!.slice(0, 9)], { ageMs: 0 });
    const receiver = plansReceiver(home, kept);
    const { signal } = new AbortController();
    await receiver.look(signal);
    expect(kept.snapshots).toMatchObject([{ folders: [{ manifest: { isSettled: false } }] }]);
    expect(kept.rejects).toEqual([]);
    expect(hasNews(Date.now())).toBe(false);
    expect(hasNews(Date.now() + 2000)).toBe(true);
    kept.clear();
    await lookAt(home, kept, {}, { now: () => Date.now() + 2000 });
    expect(kept.snapshots).toMatchObject([{ folders: [{ manifest: { isSettled: true } }] }]);
    expect(reasons()).toEqual([['invalid_json', undefined]]);
    expect(await lookAt(home, kept, {}, { now: () => Date.now() + 4000 })).toEqual([]);
    expect(kept.rejects).toEqual([]);
  });

  it('is looked at once only where nothing is odd about it', async () => {
    home.manifest('a', lines);
    let nowMs = Date.now();
    const receiver = plansReceiver(home, kept, {}, { now: () => nowMs });
    const { signal } = new AbortController();
    await receiver.look(signal);
    nowMs += 100_000;
    home.manifest('a', [feature('F0', 'completed'), feature('F1', 'completed'), lines[2]!], {
      ageMs: -99_500,
    });
    expect(await receiver.look(signal)).toBe(1);
    expect(kept.snapshots.at(-1)).toMatchObject({ folders: [{ manifest: { isSettled: false } }] });
    nowMs += 5000;
    expect(await receiver.look(signal)).toBe(0);
    // One feature less than before may be one that is not written yet.
    home.manifest('a', lines.slice(1), { ageMs: -104_500 });
    expect(await receiver.look(signal)).toBe(1);
    nowMs += 5000;
    expect(await receiver.look(signal)).toBe(1);
    expect(kept.snapshots.at(-1)).toMatchObject({ folders: [{ manifest: { isSettled: true } }] });
    expect(await receiver.look(signal)).toBe(0);
  });

  it('is taken for whole when it stays as it is, whatever its time says', async () => {
    home.manifest('a', lines, { ageMs: -9_000_000 });
    await look();
    expect(kept.snapshots).toMatchObject([{ folders: [{ manifest: { isSettled: false } }] }]);
    await lookAt(home, kept, {}, { now: () => Date.now() + 1500 });
    expect(kept.snapshots).toMatchObject([{ folders: [{ manifest: { isSettled: true } }] }]);
    expect(await lookAt(home, kept, {}, { now: () => Date.now() + 3000 })).toEqual([]);
  });

  it('says nothing while it is empty, and is told of when it stays so', async () => {
    const file = home.manifest('a', lines);
    await look();
    truncateSync(file);
    expect(await look()).toMatchObject([{ folders: [{ manifest: null }] }]);
    expect(kept.rejects).toEqual([]);
    home.manifest('a', lines);
    expect((await look()).map(statusesOf)).toMatchObject([{ F2: 'pending' }]);
    home.manifest('a', []);
    expect(await look()).toMatchObject([{ folders: [{ manifest: null }] }]);
    expect(kept.rejects).toEqual([
      { reason: 'empty_manifest', line: 1, offsetBytes: 0, lengthBytes: 0 },
    ]);
  });
});

describe('what lies outside the project', () => {
  const SECRET = feature('SECRET');

  it('is not read through a link, and is told of once', async () => {
    const outside = home.make('outside');
    writeFileSync(path.join(outside, 'manifest.jsonl'), SECRET);
    writeFileSync(path.join(outside, 'plan.md'), '');
    home.make('project', 'dev', 'active');
    symlinkSync(outside, home.path('folder'));
    home.write('file', 'plan.md', '# File');
    symlinkSync(path.join(outside, 'manifest.jsonl'), home.path('file', 'manifest.jsonl'));
    home.manifest('text', [feature('F0')]);
    symlinkSync('/etc/passwd', home.path('text', 'plan.md'));
    symlinkSync('/nowhere', home.path('dangling'));
    const found = await look();
    expect(found.map(({ name }) => name)).toEqual(['file', 'text']);
    expect(found[0]?.folders[0]?.manifest).toBeNull();
    expect(found[1]?.folders[0]?.planWrittenMs).toBeNull();
    expect(reasons()).toEqual([
      ['outside_root', 'active/manifest.jsonl'],
      ['outside_root', 'active'],
      ['outside_root', 'active/plan.md'],
    ]);
    expect(JSON.stringify(kept.batches)).not.toContain('SECRET');
    expect(hasNews()).toBe(false);
    await look();
    expect(kept.batches).toEqual([]);
  });

  it('is not looked into where all plans are a link', async () => {
    const outside = home.make('outside');
    home.make('outside', 'a');
    writeFileSync(path.join(outside, 'a/manifest.jsonl'), SECRET);
    home.make('project', 'dev');
    symlinkSync(outside, path.join(home.project, 'dev/active'));
    expect(await look()).toEqual([]);
    expect(reasons()).toEqual([['outside_root', undefined]]);
    await look();
    expect(kept.batches).toEqual([]);
  });

  it('takes no plan away that a link has been put in place of', async () => {
    home.manifest('a', [feature('F0')]);
    await look();
    rmSync(home.path('a'), { recursive: true });
    symlinkSync(home.make('outside'), home.path('a'));
    expect(await look()).toEqual([]);
    expect(reasons()).toEqual([['outside_root', 'active']]);
    await look();
    expect(kept.batches).toEqual([]);
    rmSync(home.path('a'));
    expect(await look()).toMatchObject([{ name: 'a', folders: [] }]);
  });

  it('begins outside the git worktree: a link inside it is followed', async () => {
    mkdirSync(path.join(home.project, '.git'));
    writeFileSync(path.join(home.project, '.git/HEAD'), 'ref: refs/heads/main');
    const plans = home.make('project', 'plans', 'a');
    writeFileSync(path.join(plans, 'manifest.jsonl'), feature('F0'));
    home.make('project', 'dev', 'active');
    symlinkSync('../../plans/a', home.path('a'));
    expect(await look()).toMatchObject([
      { name: 'a', folders: [{ path: home.path('a'), manifest: { features: [{ id: 'F0' }] } }] },
    ]);
  });

  it('is not reached by a plan in both places that is one folder', async () => {
    home.manifest('a', [feature('F0')]);
    home.make('project', 'dev', 'complete');
    symlinkSync('../active/a', home.path('a', '', { location: 'complete' }));
    expect(await look()).toMatchObject([{ folders: [{ location: 'active' }] }]);
  });
});

describe('what is no file', () => {
  it.skipIf(process.platform === 'win32')('is not waited for', async () => {
    home.write('pipe', 'plan.md', '');
    spawnSync('mkfifo', [home.path('pipe', 'manifest.jsonl')]);
    home.make('project', 'dev/active/folder/manifest.jsonl');
    home.make('project', 'dev/active/plan/plan.md');
    spawnSync('mkfifo', [home.path('fifo')]);
    expect((await look()).map(({ name, folders }) => [name, folders[0]?.manifest])).toEqual([
      ['folder', null],
      ['pipe', null],
      ['plan', null],
    ]);
    expect(reasons()).toEqual([
      ['not_a_file', 'active/manifest.jsonl'],
      ['not_a_file', 'active/manifest.jsonl'],
      ['not_a_file', 'active/plan.md'],
    ]);
    expect(hasNews()).toBe(false);
    expect(await look()).toEqual([]);
  });

  it('or too long takes nothing away that was known', async () => {
    home.manifest('a', [feature('F0', 'pending', { description: 'x'.repeat(2000) })]);
    expect(await lookAt(home, kept, { maxManifestBytes: 1024 })).toMatchObject([
      { folders: [{ manifest: null }] },
    ]);
    expect(reasons()).toEqual([['too_long', 'active/manifest.jsonl']]);
    expect(hasNews()).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('what may not be read', () => {
  const trouble = async (): Promise<string | undefined> => {
    for (const folder of [home.folder, home.project]) chmodSync(folder, 0o755);
    const receiver = plansReceiver(home, kept);
    kept.clear();
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      await receiver.look(new AbortController().signal);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    return receiver.trouble?.();
  };

  it.each<[string, () => string, number]>([
    ['the manifest', () => home.path('a', 'manifest.jsonl'), 0],
    ['the folder of the plan', () => home.path('a'), 0o444],
    ['the folder of all plans', () => path.join(home.project, 'dev/active'), 0o444],
    ['the folder of all plans, not even its names', () => path.join(home.project, 'dev/active'), 0],
    ['the folder above', () => path.join(home.project, 'dev'), 0],
  ])('is told of, and is read when it may be: %s', async (_name, what, mode) => {
    home.manifest('a', [feature('F0')]);
    chmodSync(what(), mode);
    expect(await trouble()).toContain(home.project);
    expect(kept.rejects.map(({ reason }) => reason)).toContain('unreadable');
    expect(kept.snapshots.map(statusesOf)).not.toContainEqual({ F0: 'pending' });
    expect(await trouble()).toContain(home.project);
    expect(kept.rejects).toEqual([]);
    chmodSync(what(), 0o755);
    expect(await trouble()).toBeUndefined();
    expect(kept.snapshots.map(statusesOf)).toEqual([{ F0: 'pending' }]);
  });

  it('is not taken for gone', async () => {
    home.manifest('a', [feature('F0')]);
    home.write('b', 'plan.md', '', { location: 'complete' });
    expect(await trouble()).toBeUndefined();
    for (const folder of ['dev/active', 'dev/complete', 'dev', '.']) {
      const place = path.join(home.project, folder);
      if (folder !== '.') chmodSync(place, 0);
      await trouble();
      expect(kept.snapshots).toEqual([]);
      chmodSync(place, 0o755);
    }
  });
});

describe('plans without end', () => {
  it('are followed up to a number, and the rest is told of', { timeout: 60_000 }, async () => {
    for (let plan = 0; plan < 5010; plan++)
      mkdirSync(home.path(`p${String(plan).padStart(5, '0')}`), { recursive: true });
    home.write('p00000', 'plan.md', '');
    home.write('p05005', 'plan.md', '');
    expect((await look()).map(({ name }) => name)).toEqual(['p00000']);
    expect(reasons()).toEqual([['too_many', undefined]]);
    await look();
    expect(kept.batches).toEqual([]);
  });
});
