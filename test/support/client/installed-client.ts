import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version of Claude Code that the tests drive. */
export const CLIENT_VERSION = '2.1.329';

const PACKAGE = '@anthropic-ai/claude-code';
const FETCH_LIMIT_MS = 15 * 60_000;
const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** Where fetched programs are kept between runs. */
const cacheFolder = (): string =>
  process.env['HALL_MONITOR_TEST_CACHE'] || join(MODULES, '.cache', 'hall-monitor');

const clientFolder = (): string => join(cacheFolder(), `claude-code-${CLIENT_VERSION}`);

/** Path of the client's program; throws where it was never fetched. */
export function clientProgram(): string {
  const program = programIn(clientFolder());
  if (program === undefined) throw new Error(`There is no Claude Code in ${clientFolder()}.`);
  return program;
}

/** Whether the client is here and runs; where it is not here it is fetched first, which takes a while. */
export function ensureClient(): boolean {
  if (programIn(clientFolder()) === undefined) fetchClient();
  const program = programIn(clientFolder());
  if (program === undefined) return false;
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
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

/** Installs into a folder of its own and moves it into place when it is whole, as two runs may fetch at once. */
function fetchClient(): void {
  process.stderr.write(
    `Fetching ${PACKAGE}@${CLIENT_VERSION} (361 MB) into ${clientFolder()}, once …\n`,
  );
  mkdirSync(cacheFolder(), { recursive: true });
  const folder = mkdtempSync(join(cacheFolder(), 'fetching-'));
  try {
    const trouble = install(folder);
    if (trouble === undefined) moveIntoPlace(folder);
    else process.stderr.write(`Cannot fetch ${PACKAGE}: ${trouble}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns what went wrong, if anything. */
function install(folder: string): string | undefined {
  const { command, first, shell } = npmCommand();
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const args = ['install', '--prefix', folder, ...options, '--include=optional'];
  const { status, error } = spawnSync(
    command,
    [...first, ...args, '--fetch-retries=1', `${PACKAGE}@${CLIENT_VERSION}`],
    { cwd: folder, stdio: ['ignore', 2, 2], shell, timeout: FETCH_LIMIT_MS },
  );
  if (error !== undefined) return error.message;
  if (status !== 0) return `npm ended with ${status}.`;
  return programIn(folder) === undefined ? 'it has no program for this platform.' : undefined;
}

/** The npm that runs this, or the one on the PATH. */
function npmCommand(): {
  readonly command: string;
  readonly first: readonly string[];
  readonly shell: boolean;
} {
  const script = process.env['npm_execpath'] ?? '';
  const isUsable =
    basename(script) === 'npm-cli.js' && !script.startsWith(MODULES + sep) && existsSync(script);
  return isUsable
    ? { command: process.execPath, first: [script], shell: false }
    : { command: 'npm', first: [], shell: process.platform === 'win32' };
}

function moveIntoPlace(folder: string): void {
  try {
    renameSync(folder, clientFolder());
  } catch (error) {
    // Another run was faster, and what it fetched is the same.
    if (programIn(clientFolder()) === undefined) throw error;
  }
}
