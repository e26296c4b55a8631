import { execFile } from 'node:child_process';
import { isSystemError } from '../errors.ts';

/** What git answered; `code` is null where there is no git. */
interface GitAnswer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 64 * 1024;

/**
 * Adds files of one folder to the index of the repository that it lies in, and nothing else; never commits.
 *
 * Returns why that could not be done, in git's words; undefined where it was.
 */
export async function gitAdd(
  folder: string,
  names: readonly string[],
): Promise<string | undefined> {
  // Names are paths, whatever characters they have, and no monitor of the repository's is started.
  const { code, stderr } = await git(folder, [
    '--literal-pathspecs',
    '-c',
    'core.fsmonitor=false',
    'add',
    '--',
    ...names,
  ]);
  if (code === 0) {
    return undefined;
  }
  return code === null
    ? 'git is not installed'
    : (stderr.trim().split('\n')[0] ?? `git ended with ${code}`);
}

/** The folder of the repository that a folder lies in; null where it lies in none, or there is no git. */
export async function repositoryOf(folder: string): Promise<string | null> {
  const { code, stdout } = await git(folder, ['rev-parse', '--show-toplevel']);
  const root = stdout.trim();
  return code === 0 && root !== '' ? root : null;
}

/** How many commits lead to the one that is checked out; null where there is none. */
export async function countCommits(folder: string): Promise<number | null> {
  const { code, stdout } = await git(folder, ['rev-list', '--count', 'HEAD']);
  return code === 0 && /^\d+$/.test(stdout.trim()) ? Number(stdout) : null;
}

/** Runs git without a shell, in a folder; it can ask nothing and never takes long. */
function git(folder: string, args: readonly string[]): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...args],
      { cwd: folder, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve({ code: 0, stdout, stderr });
          return;
        }
        if (isSystemError(error) && error.code !== 'ENOENT') {
          reject(error);
          return;
        }
        const code = typeof error.code === 'number' ? error.code : null;
        resolve({ code: isSystemError(error) ? null : (code ?? 1), stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}
