import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countCommits, gitAdd, repositoryOf } from '../../src/runtime/git.ts';

let root = '';
let folder = '';
const git = (...args: readonly string[]): string =>
  spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd: root,
    encoding: 'utf8',
  }).stdout.trim();

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'hall-monitor-git-')));
  folder = join(root, 'docs', '-metrics; touch x');
  mkdirSync(folder, { recursive: true });
  git('init', '--quiet');
  git('commit', '--quiet', '--allow-empty', '-m', 'one');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('git', () => {
  it('adds the files that are named to the index, and nothing else, and commits nothing', async () => {
    const head = git('rev-parse', 'HEAD');
    for (const name of ['a.json', '--all', '*.json', ':(glob)b', 'other']) {
      writeFileSync(join(folder, name), name);
    }
    expect(await gitAdd(folder, ['a.json', '--all', '*.json', ':(glob)b'])).toBeUndefined();
    expect(git('diff', '--cached', '--name-only', '-z').split('\0').toSorted()).toEqual([
      '',
      ...['*.json', '--all', ':(glob)b', 'a.json'].map((name) => `docs/-metrics; touch x/${name}`),
    ]);
    expect(git('rev-parse', 'HEAD')).toBe(head);
  });

  it('says why it does not', async () => {
    expect(await gitAdd(folder, ['missing'])).toMatch(/did not match any files/);
    writeFileSync(join(root, '.gitignore'), '*.json\n');
    writeFileSync(join(folder, 'a.json'), '');
    expect(await gitAdd(folder, ['a.json'])).toMatch(/ignored/);
    const outside = mkdtempSync(join(tmpdir(), 'hall-monitor-no-git-'));
    expect(await gitAdd(outside, ['a'])).toMatch(/not a git repository/i);
    rmSync(outside, { recursive: true });
  });

  it('knows the repository and its commits', async () => {
    expect(await repositoryOf(folder)).toBe(root);
    expect(await countCommits(folder)).toBe(1);
    git('commit', '--quiet', '--allow-empty', '-m', 'two');
    expect(await countCommits(folder)).toBe(2);
  });

  it('knows nothing where there is none, or no folder', async () => {
    expect(await repositoryOf('/')).toBeNull();
    expect(await countCommits('/')).toBeNull();
    expect(await repositoryOf(join(root, 'missing'))).toBeNull();
  });
});
