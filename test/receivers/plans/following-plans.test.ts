import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type * as Fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlansConfig } from '../../../receivers/plans/config.ts';
import { TransientError } from '../../../src/errors.ts';
import type { ReceiverDeps } from '../../../src/component.ts';
import {
  feature,
  KeptPlans,
  lookAt,
  NEVER_MS,
  PlanHome,
  type RunningPlans,
  runPlans,
  statusesOf,
} from '../../support/plan-home.ts';

/** Stands for the file system where it has no watches left. */
const exhausted = vi.hoisted(() => ({ isSo: false, made: 0 }));
vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof Fs>();
  const watch = ((...given: Parameters<typeof real.watch>) => {
    if (!exhausted.isSo) return real.watch(...given);
    exhausted.made += 1;
    throw Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), {
      code: 'ENOSPC',
      syscall: 'watch',
    });
  }) as typeof real.watch;
  return { ...real, watch };
});

let home: PlanHome;
let kept: KeptPlans;
let running: RunningPlans | undefined;

beforeEach(() => {
  home = new PlanHome();
  kept = new KeptPlans();
  exhausted.isSo = false;
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  home[Symbol.dispose]();
});

const start = (
  settings: Partial<PlansConfig> = {},
  more: Partial<ReceiverDeps> = {},
): RunningPlans => {
  running = runPlans(home, kept, settings, more);
  return running;
};
const has = (id: string, status: string | null) => (snapshot: Parameters<typeof statusesOf>[0]) =>
  statusesOf(snapshot)[id] === status;
const isNamed = (name: string) => (snapshot: { readonly name: string }) => snapshot.name === name;

describe('a plan that is followed', () => {
  it('is read when its manifest changes, and no other is', async () => {
    for (let plan = 0; plan < 100; plan++) home.manifest(`p${plan}`, [feature('F0')]);
    const one = start();
    await one.until(isNamed('p99'));
    kept.clear();
    home.manifest('p7', [feature('F0', 'in_progress')]);
    await one.until(has('F0', 'in_progress'));
    appendFileSync(home.path('p8', 'manifest.jsonl'), feature('F1', 'failed'));
    await one.until(has('F1', 'failed'));
    expect(new Set(kept.snapshots.map(({ name }) => name))).toEqual(new Set(['p7', 'p8']));
  });

  it('is followed from the making of the first folder to its completion and back', async () => {
    const one = start();
    home.write('a', 'plan.md', '# A', { ageMs: 0 });
    expect(await one.until(isNamed('a'))).toMatchObject({
      folders: [{ location: 'active', manifest: null }],
    });
    home.manifest('a', [feature('F0')], { ageMs: 0 });
    await one.until(has('F0', 'pending'));
    home.move('a');
    await one.until(({ folders }) => folders[0]?.location === 'complete');
    home.manifest('a', [feature('F0', 'completed')], { location: 'complete' });
    await one.until(has('F0', 'completed'));
    kept.clear();
    home.move('a', 'active');
    await one.until(({ folders }) => folders[0]?.location === 'active');
    home.manifest('a', [feature('F0', 'failed')]);
    await one.until(has('F0', 'failed'));
    rmSync(home.path('a'), { recursive: true });
    await one.until(({ folders }) => folders.length === 0);
    home.manifest('a', [feature('F9')]);
    await one.until(has('F9', 'pending'));
    home.manifest('a', [feature('F9', 'completed')]);
    await one.until(has('F9', 'completed'));
  });

  it('is read at once where nothing is in doubt, and otherwise when it is quiet', async () => {
    for (const name of ['a', 'b']) home.manifest(name, [feature('F0'), feature('F1')]);
    const one = start({ debounceMs: NEVER_MS });
    await one.until(isNamed('b'));
    await one.until(isNamed('a'));
    kept.clear();
    // Half of a manifest, one with a line cut off, and one that was moved.
    home.manifest('a', [feature('F0', 'failed')], { ageMs: 0 });
    home.manifest('b', [feature('F0', 'completed'), feature('F1')], { ageMs: 0 });
    await one.until(has('F0', 'completed'));
    writeFileSync(home.path('a', 'manifest.jsonl'), `${feature('F0', 'failed')}\n{"id":"F1","st`);
    home.manifest('b', [feature('F0', 'completed'), feature('F1', 'in_progress'), feature('F2')], {
      ageMs: 0,
    });
    await one.until(has('F2', 'pending'));
    home.move('a');
    home.manifest('b', [feature('F0', 'completed'), feature('F1', 'completed'), feature('F2')], {
      ageMs: 0,
    });
    await one.until(has('F1', 'completed'));
    expect(kept.snapshots.map(({ name }) => name)).toEqual(['b', 'b', 'b']);
  });

  it('is read once more where a line has other words, so that what it said before can be gone', async () => {
    home.manifest('a', [feature('F0'), feature('F1')]);
    const one = start({ debounceMs: 0 });
    await one.until(isNamed('a'));
    home.manifest('a', [feature('F0', 'pending', { description: 'Other' }), feature('F1')], {
      ageMs: 0,
    });
    await one.until(({ folders }) => folders[0]?.manifest?.features[0]?.description === 'Other');
    const settled = await one.until(({ folders: [read] }) => {
      const { features = [], isSettled } = read?.manifest ?? {};
      return isSettled === true && features[0]?.description === 'Other';
    });
    expect(statusesOf(settled)).toEqual({ F0: 'pending', F1: 'pending' });
  });

  it('is never told of as gone while it is moved', async () => {
    home.manifest('a', [feature('F0')]);
    const one = start({ debounceMs: 0 });
    await one.until(isNamed('a'));
    for (let time = 0; time < 100; time++) {
      home.move('a', time % 2 === 0 ? 'complete' : 'active');
      await new Promise((resolve) => setImmediate(resolve));
    }
    home.manifest('a', [feature('F0', 'completed')]);
    await one.until(has('F0', 'completed'));
    expect(kept.snapshots.filter(({ folders }) => folders.length !== 1)).toEqual([]);
  });

  it('is read again when the file is replaced by another one', async () => {
    home.manifest('a', [feature('F0')]);
    const one = start();
    await one.until(isNamed('a'));
    const temporary = home.path('a', '.manifest.tmp');
    writeFileSync(temporary, feature('F0', 'completed'));
    renameSync(temporary, home.path('a', 'manifest.jsonl'));
    expect(await one.until(has('F0', 'completed'))).toMatchObject({ name: 'a' });
  });

  it('is told of as half written, and a second later as it stays', async () => {
    home.manifest('a', [feature('F0'), feature('F1')]);
    const one = start();
    await one.until(isNamed('a'));
    kept.clear();
    const file = home.path('a', 'manifest.jsonl');
    writeFileSync(file, `${feature('F0')}\n${feature('F1').slice(0, 12)}`);
    await one.until(({ folders }) => folders[0]?.manifest?.isSettled === false);
    expect(kept.rejects).toEqual([]);
    await one.until(({ folders }) => folders[0]?.manifest?.isSettled === true);
    expect(kept.rejects.map(({ reason }) => reason)).toEqual(['invalid_json']);
    writeFileSync(file, `${feature('F0')}\n${feature('F1', 'completed')}`);
    await one.until(has('F1', 'completed'));
    truncateSync(file);
    writeFileSync(file, `${feature('F0', 'failed')}\n${feature('F1', 'completed')}`);
    await one.until(has('F0', 'failed'));
    expect(kept.rejects).toHaveLength(1);
  });

  it('vanishes while it is read, and nothing comes of it', async () => {
    const one = start({ debounceMs: 0 });
    for (let time = 0; time < 100; time++) {
      home.manifest('a', [feature('F0')], { ageMs: 0 });
      await new Promise((resolve) => setImmediate(resolve));
      rmSync(home.path('a'), { recursive: true });
    }
    home.manifest('b', [feature('F0')]);
    await one.until(isNamed('b'));
    expect(one.receiver.trouble?.()).toBeUndefined();
    expect(kept.rejects).toEqual([]);
  });

  it('is found in a project that a session has just begun to work in', async () => {
    const project = home.make('another');
    home.manifest('a', [feature('F0')], { project });
    const one = start({}, { projects: () => [] });
    one.tellProjects([path.join(project, 'src')]);
    one.tellProjects([project]);
    expect(await one.until(isNamed('a'))).toMatchObject({ checkout: project });
    home.manifest('a', [feature('F0', 'completed')], { project });
    await one.until(has('F0', 'completed'));
  });

  it.each(['dev', 'dev/active', 'dev/active/a'])(
    'is followed also where a session works in %s itself',
    async (folder) => {
      home.manifest('a', [feature('F0')]);
      mkdirSync(path.join(home.project, '.git'));
      const inner = path.join(home.project, folder);
      const one = start({}, { projects: () => [inner, home.project] });
      await one.until(isNamed('a'));
      home.manifest('a', [feature('F0', 'completed')]);
      await one.until(has('F0', 'completed'));
      home.manifest('b', [feature('F0', 'failed')]);
      expect(await one.until(has('F0', 'failed'))).toMatchObject({ checkout: home.project });
    },
  );

  it('belongs to the git checkout that its project has become', async () => {
    home.manifest('a', [feature('F0')]);
    const one = start({ sweepIntervalMs: 100 });
    await one.until(({ branch }) => branch === null);
    writeFileSync(path.join(home.make('project', '.git'), 'HEAD'), 'ref: refs/heads/main');
    await one.until(({ branch }) => branch === 'main');
    home.manifest('a', [feature('F0', 'completed')]);
    await one.until(has('F0', 'completed'));
    expect(kept.snapshots.map(({ branch }) => branch)).toEqual([null, 'main', 'main']);
  });

  it('is found by looking where nothing told of it', async () => {
    const project = home.make('another');
    home.manifest('a', [feature('F0')], { project });
    const told: string[] = [];
    const one = start({ sweepIntervalMs: 100 }, { projects: () => told });
    told.push(project);
    expect(await one.until(isNamed('a'))).toMatchObject({ checkout: project });
  });

  it('is told of once the files of a switched branch are all there', async () => {
    const git = home.make('project', '.git');
    writeFileSync(path.join(git, 'HEAD'), 'ref: refs/heads/main');
    home.manifest('a', [feature('F0')]);
    const one = start();
    await one.until(isNamed('a'));
    kept.clear();
    writeFileSync(path.join(git, 'index.lock'), '');
    home.manifest('a', [feature('F0', 'completed')]);
    await vi.waitFor(() => expect(one.receiver.waiting?.()).toBeGreaterThan(0));
    writeFileSync(path.join(git, 'HEAD'), 'ref: refs/heads/other');
    rmSync(path.join(git, 'index.lock'));
    await one.until(has('F0', 'completed'));
    expect(kept.snapshots.map(({ branch }) => branch)).toEqual(['other']);
  });

  it('is not followed where that is switched off', async () => {
    home.manifest('a', [feature('F0')]);
    const one = start({ enabled: false, sweepIntervalMs: 100 });
    one.tellProjects([home.project]);
    await one.stop();
    expect(kept.batches).toEqual([]);
  });
});

describe('a system without watches', () => {
  it('is looked at again and again instead, and that is said once', async () => {
    exhausted.isSo = true;
    home.manifest('a', [feature('F0')]);
    const one = start({ pollIntervalMs: 20 });
    await one.until(isNamed('a'));
    home.manifest('a', [feature('F0', 'completed')]);
    await one.until(has('F0', 'completed'));
    home.manifest('b', [feature('F0')]);
    await one.until(isNamed('b'));
    home.move('a');
    await one.until(({ folders }) => folders[0]?.location === 'complete');
    expect(one.warnings).toEqual([
      'Changes of plans are not told by the system; looking for them instead.',
    ]);
    expect(exhausted.made).toBeGreaterThan(1);
  });
});

describe('a store that cannot be written to', () => {
  it('gets everything later, once', async () => {
    home.manifest('a', [feature('F0')]);
    let refusals = 3;
    const one = start(
      {},
      {
        sink: async (batches) => {
          if (refusals-- > 0) throw new TransientError('the disk is full', { retryAfterMs: 5 });
          await kept.sink(batches);
        },
      },
    );
    await one.until(isNamed('a'));
    refusals = 2;
    home.manifest('a', [feature('F0', 'completed')]);
    await one.until(has('F0', 'completed'));
    expect(kept.snapshots.map(statusesOf)).toEqual([{ F0: 'pending' }, { F0: 'completed' }]);
    await vi.waitFor(() => expect(one.receiver.trouble?.()).toBeUndefined());
  });
});

describe('after a restart', () => {
  it('only what changed meanwhile is sent', async () => {
    for (const name of ['a', 'b', 'c', 'd']) home.manifest(name, [feature('F0')]);
    const one = start();
    await one.until(isNamed('d'));
    await one.stop();
    kept.clear();
    home.manifest('b', [feature('F0', 'completed')]);
    home.move('c');
    rmSync(home.path('d'), { recursive: true });
    mkdirSync(home.path('e'));
    expect(
      (await lookAt(home, kept)).map(({ name, folders }) => [name, folders[0]?.location]),
    ).toEqual([
      ['b', 'active'],
      ['c', 'complete'],
      ['d', undefined],
    ]);
    expect(await lookAt(home, kept)).toEqual([]);
  });
});
