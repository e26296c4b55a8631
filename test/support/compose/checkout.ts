import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inContext } from './docker-context.ts';

/**
 * Copies what Docker would be given of a clean checkout: what is in version control, as it lies here, but for what
 * `.dockerignore` keeps out. Returns the paths.
 */
export function copyContext(repository: string, to: string): readonly string[] {
  const { status, stdout, stderr } = spawnSync('git', ['ls-files', '-z'], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`git ls-files ended with ${status}: ${stderr}`);
  const isIn = inContext(readFileSync(join(repository, '.dockerignore'), 'utf8'));
  // A file may be deleted and not committed yet.
  const paths = stdout
    .split('\0')
    .filter((path) => path !== '' && isIn(path) && existsSync(join(repository, path)));
  for (const path of paths) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(join(repository, path), join(to, path), { verbatimSymlinks: true });
  }
  return paths;
}
