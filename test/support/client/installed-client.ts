import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackage, packageFolder, type FetchedPackage } from '../fetched-package.ts';

/** The version of Claude Code that the tests drive. */
export const CLIENT_VERSION = '2.1.329';

const CLIENT: FetchedPackage = {
  name: '@anthropic-ai/claude-code',
  version: CLIENT_VERSION,
  folder: 'claude-code',
  sizeMb: 361,
  isWhole: (folder) => programIn(folder) !== undefined,
};

/** Path of the client's program; throws where it was never fetched. */
export function clientProgram(): string {
  const folder = packageFolder(CLIENT);
  const program = programIn(folder);
  if (program === undefined) throw new Error(`There is no Claude Code in ${folder}.`);
  return program;
}

/** Whether the client is here and runs; where it is not here it is fetched first, which takes a while. */
export function ensureClient(): boolean {
  if (!ensurePackage(CLIENT)) return false;
  const { status, stdout } = spawnSync(clientProgram(), ['--version'], { encoding: 'utf8' });
  return status === 0 && stdout.startsWith(CLIENT_VERSION);
}

/**
 * The program of this platform, which lies in an optional dependency of its own. The package's `bin` is no use here: it is
 * a placeholder that an install script replaces, and install scripts are not run.
 */
function programIn(folder: string): string | undefined {
  const scope = join(folder, 'node_modules', '@anthropic-ai');
  if (!existsSync(scope)) return undefined;
  return readdirSync(scope)
    .flatMap((name) => [join(scope, name, 'claude'), join(scope, name, 'claude.exe')])
    .find((file) => existsSync(file));
}
