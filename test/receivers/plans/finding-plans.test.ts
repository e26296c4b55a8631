import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProjects } from '../../../receivers/plans/project-folders.ts';
import { feature, KeptPlans, lookAt, PlanHome } from '../../support/plan-home.ts';

let home: PlanHome;
let kept: KeptPlans;

beforeEach(() => {
  home = new PlanHome();
  kept = new KeptPlans();
});
afterEach(() => home[Symbol.dispose]());

/** Makes a folder a git checkout, as far as its files tell. */
const git = (folder: string, head = 'ref: refs/heads/main\n'): string => {
  const place = path.join(folder, '.git');
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'HEAD'), head);
  utimesSync(path.join(place, 'HEAD'), 1000, 1000);
  return place;
};
/** Makes a folder a linked worktree of a checkout. */
const linked = (folder: string, gitDir: string, branch: string): void => {
  const place = path.join(gitDir, 'worktrees', branch);
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'HEAD'), `ref: refs/heads/plan/${branch}\n`);
  writeFileSync(path.join(place, 'commondir'), '../..\n');
  writeFileSync(path.join(folder, '.git'), `gitdir: ${place}\n`);
};
const told = (...folders: readonly string[]) => ({ projects: () => folders });

describe('plans', () => {
  it('are found in the folder that a session works in, with all that is known of them', async () => {
    home.write('alpha', 'plan.md', '# Alpha', { ageMs: 5000 });
    const file = home.manifest('alpha', [feature('F000', 'completed'), feature('F001')]);
    const [snapshot, ...others] = await lookAt(home, kept);
    expect(others).toEqual([]);
    const folder = statSync(home.path('alpha'));
    expect(snapshot).toEqual({
      kind: 'plan_snapshot',
      name: 'alpha',
      checkout: home.project,
      repository: home.project,
      branch: null,
      switchedMs: null,
      observedAtMs: expect.any(Number) as number,
      folders: [
        {
          location: 'active',
          path: home.path('alpha'),
          folderId: `${folder.dev}:${folder.ino}`,
          changedMs: Math.floor(folder.ctimeMs),
          planWrittenMs: Math.floor(statSync(home.path('alpha', 'plan.md')).mtimeMs),
          manifest: {
            path: file,
            modifiedMs: Math.floor(statSync(file).mtimeMs),
            isSettled: true,
            features: [
              expect.objectContaining({ id: 'F000', status: 'completed' }),
              expect.objectContaining({ id: 'F001', description: 'What F001 does' }),
            ],
          },
        },
      ],
    });
    expect(kept.batches).toMatchObject([
      {
        source: 'plan',
        origin: { path: home.path('alpha'), firstAtMs: null, writtenAtMs: statSync(file).mtimeMs },
        rejects: [],
        newestAtMs: null,
        checkpoint: { sessionId: null, lines: 2, bytes: statSync(file).size },
      },
    ]);
    expect(kept.batches[0]?.entries).toEqual(new Map([['plan_manifest', 1]]));
  });

  it('are found in both places, in their older form, and without a manifest', async () => {
    home.write('old', 'features.json', '{"features":[{"id":"types"}]}', { location: 'complete' });
    home.write('new', 'plan.md', '# New');
    home.manifest('both', [feature('a')]);
    home.manifest('both', [feature('b')], { location: 'complete' });
    const found = await lookAt(home, kept);
    expect(
      found.map(({ name, folders }) => [
        name,
        folders.map(({ location, manifest }) => [location, manifest?.features[0]?.id]),
      ]),
    ).toEqual([
      [
        'both',
        [
          ['active', 'a'],
          ['complete', 'b'],
        ],
      ],
      ['new', [['active', undefined]]],
      ['old', [['complete', 'types']]],
    ]);
    expect(kept.batches.map(({ origin }) => origin.path)).toEqual([
      home.path('both'),
      home.path('new'),
      home.path('old', '', { location: 'complete' }),
    ]);
  });

  it('are what has a file of a plan: other folders and files are none', async () => {
    home.write('sources', 'main.c', '');
    home.make('project', 'dev', 'active', 'empty');
    writeFileSync(path.join(home.project, 'dev/active/README.md'), '');
    expect(await lookAt(home, kept)).toEqual([]);
    expect(kept.batches).toEqual([]);
  });

  it('take the newer form where both are there', async () => {
    home.write('a', 'features.json', '{"features":[{"id":"older"}]}');
    home.manifest('a', [feature('newer')]);
    expect((await lookAt(home, kept))[0]?.folders[0]?.manifest?.features[0]?.id).toBe('newer');
  });

  it.each([
    'two words',
    'Ünïcode ✓ 日本',
    '..foo',
    "it's",
    '-rf',
    '%2e%2e',
    'a"b',
    'active',
    'dev',
  ])('may be called %j', async (name) => {
    home.manifest(name, [feature('a')]);
    const [snapshot] = await lookAt(home, kept);
    expect(snapshot?.name).toBe(name);
    expect(await lookAt(home, kept)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('may not be called what is no text', async () => {
    home.write('tab\there', 'plan.md', '');
    const bytes = Buffer.concat([Buffer.from(`${home.project}/dev/active/`), Buffer.from([0xff])]);
    mkdirSync(bytes);
    expect(await lookAt(home, kept)).toEqual([]);
    expect(kept.rejects.map(({ reason, name }) => [reason, name])).toEqual([
      ['invalid_path', 'tab\there'],
      ['invalid_path', '\ufffd'],
    ]);
    expect(kept.batches[0]?.origin.path).toBe(path.join(home.project, 'dev/active'));
    await lookAt(home, kept);
    expect(kept.batches).toEqual([]);
  });

  it('are found in configured folders too, each once', async () => {
    home.manifest('a', [feature('a')]);
    symlinkSync(home.project, path.join(home.folder, 'link'));
    const roots = [home.project, `${home.project}/`, path.join(home.folder, 'link')];
    expect(await lookAt(home, kept, { roots }, told())).toHaveLength(1);
  });

  it('are not looked for where that is switched off', async () => {
    home.manifest('a', [feature('a')]);
    expect(await lookAt(home, kept, { enabled: false })).toEqual([]);
  });
});

describe('a git checkout', () => {
  it('is found from any folder in it, also one that is gone', async () => {
    git(home.project);
    home.manifest('a', [feature('a')]);
    const inner = path.join(home.project, 'src/deep/gone');
    const [snapshot] = await lookAt(home, kept, {}, told(inner));
    expect(snapshot).toMatchObject({
      checkout: home.project,
      repository: home.project,
      branch: 'main',
      switchedMs: 1_000_000,
    });
  });

  it('may have plans in a folder of it', async () => {
    git(home.project);
    const project = home.make('project', 'packages', 'web');
    home.manifest('inner', [feature('a')], { project });
    home.manifest('outer', [feature('a')]);
    const found = await lookAt(home, kept, {}, told(project));
    expect(found.map(({ name, checkout }) => [name, checkout])).toEqual([
      ['inner', project],
      ['outer', home.project],
    ]);
  });

  it('shares its repository with the worktrees that are linked to it', async () => {
    const worktree = home.make('worktree');
    linked(worktree, git(home.project), 'a');
    const web = home.make('worktree', 'web');
    for (const project of [home.project, worktree, web])
      home.manifest('a', [feature('a')], { project });
    const found = await lookAt(home, kept, {}, told(home.project, web));
    expect(found.map(({ checkout, repository, branch }) => [checkout, repository, branch])).toEqual(
      [
        [home.project, home.project, 'main'],
        [web, path.join(home.project, 'web'), 'plan/a'],
        [worktree, home.project, 'plan/a'],
      ],
    );
  });

  it('is told of as git itself makes it', async (context) => {
    const run = (...args: readonly string[]) =>
      spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: home.project,
        encoding: 'utf8',
      });
    context.skip(run('init', '-b', 'trunk').status !== 0, 'no git');
    home.manifest('a', [feature('a')]);
    run('add', '.');
    run('commit', '-m', 'first');
    const worktree = path.join(home.folder, 'elsewhere');
    expect(run('worktree', 'add', worktree, '-b', 'plan/a').status).toBe(0);
    const later = { ...told(home.project, worktree), now: () => Date.now() + 60_000 };
    const found = await lookAt(home, kept, {}, later);
    expect(found.map(({ checkout, repository, branch }) => [checkout, repository, branch])).toEqual(
      [
        [home.project, home.project, 'trunk'],
        [worktree, home.project, 'plan/a'],
      ],
    );
    run('checkout', '--detach');
    expect(await lookAt(home, kept, {}, later)).toMatchObject([
      { checkout: home.project, branch: 'HEAD' },
    ]);
  });

  it('of a bare repository is known by the folder of that', async () => {
    const bare = home.make('bare.git');
    linked(home.project, bare, 'a');
    home.manifest('a', [feature('a')]);
    expect(await lookAt(home, kept)).toMatchObject([{ repository: bare, branch: 'plan/a' }]);
  });

  it('of a submodule is known by its own folder', async () => {
    const modules = home.make('.git', 'modules', 'project');
    writeFileSync(path.join(modules, 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(path.join(home.project, '.git'), 'gitdir: ../.git/modules/project\n');
    home.manifest('a', [feature('a')]);
    expect(await lookAt(home, kept)).toMatchObject([{ repository: home.project, branch: 'main' }]);
  });

  it.each<[string, string]>([
    ['garbage', 'nonsense'],
    ['nothing', ''],
    ['too much', `ref: refs/heads/${'x'.repeat(9000)}`],
    ['a control character', 'ref: refs/heads/a\u0001b'],
    ['a zero', 'ref: refs/heads/a\0b'],
  ])('whose HEAD is %s is none', async (_name, head) => {
    git(home.project, head);
    home.manifest('a', [feature('a')]);
    expect(await lookAt(home, kept)).toMatchObject([{ branch: null, repository: home.project }]);
  });

  it('whose branch is switched is told of anew, and the plan that is not there as gone', async () => {
    git(home.project);
    home.manifest('a', [feature('a')]);
    home.manifest('b', [feature('b')]);
    await lookAt(home, kept);
    git(home.project, 'ref: refs/heads/other');
    rmSync(home.path('b'), { recursive: true });
    const found = await lookAt(home, kept);
    expect(found.map(({ name, branch, folders }) => [name, branch, folders.length])).toEqual([
      ['a', 'other', 1],
      ['b', 'other', 0],
    ]);
  });

  it('that git is at work in is left alone until it is done', async () => {
    const place = git(home.project);
    home.manifest('a', [feature('a')]);
    writeFileSync(path.join(place, 'index.lock'), '');
    expect(await lookAt(home, kept)).toEqual([]);
    utimesSync(path.join(place, 'index.lock'), 1000, 1000);
    expect(await lookAt(home, kept)).toHaveLength(1);
  });
});

describe('folders that strangers name', () => {
  const { HOME: userHome = '/' } = process.env;

  it.each([
    '',
    '.',
    'relative/path',
    '//server/share',
    '\\\\server\\share',
    '/nul\0l',
    `/${'x'.repeat(5000)}`,
  ])('are passed over where they are no paths of this machine: %j', (folder) => {
    expect([...findProjects([folder]).keys()]).toEqual([]);
  });

  it('are passed over where they are gone', () => {
    const gone = Array.from({ length: 5000 }, (_, index) =>
      path.join(home.folder, `gone-${index}`),
    );
    const startedMs = performance.now();
    expect([...findProjects([...gone, home.project]).keys()]).toEqual([home.project]);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  it('make the home folder of the user a project only where it is told itself', () => {
    git(home.folder);
    const inner = home.make('project');
    expect([...findProjects([inner], home.folder).keys()]).toEqual([inner]);
    expect([...findProjects([inner, home.folder], home.folder).keys()]).toEqual([
      inner,
      home.folder,
    ]);
    expect(findProjects([path.join(userHome, 'gone')]).has(realpathSync(userHome))).toBe(false);
  });

  it('never make the root of the file system one', () => {
    expect([...findProjects(['/gone/for/ever']).keys()]).toEqual([]);
  });
});
