import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A package that is too large to be a dependency, so that tests fetch it when they need it. */
export interface FetchedPackage {
  /** Name in the npm registry. */
  readonly name: string;
  readonly version: string;
  /** Name of its folder in the cache. */
  readonly folder: string;
  readonly sizeMb: number;
  /** Whether everything that is needed lies in this folder. */
  readonly isWhole: (folder: string) => boolean;
}

const FETCH_LIMIT_MS = 15 * 60_000;
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Where fetched packages are kept between runs. */
export const cacheFolder = (): string =>
  process.env['HALL_MONITOR_TEST_CACHE'] || join(MODULES, '.cache', 'hall-monitor');

/** Folder of a package, whether it was fetched or not. */
export const packageFolder = ({ folder, version }: FetchedPackage): string =>
  join(cacheFolder(), `${folder}-${version}`);

/** Whether the package is here; where it is not it is fetched first, which takes a while. */
export function ensurePackage(wanted: FetchedPackage): boolean {
  if (!wanted.isWhole(packageFolder(wanted))) fetchPackage(wanted);
  return wanted.isWhole(packageFolder(wanted));
}

/** Installs into a folder of its own and moves it into place when it is whole, as two runs may fetch at once. */
function fetchPackage(wanted: FetchedPackage): void {
  const { name, version, sizeMb } = wanted;
  process.stderr.write(
    `Fetching ${name}@${version} (${sizeMb} MB) into ${packageFolder(wanted)}, once …\n`,
  );
  mkdirSync(cacheFolder(), { recursive: true });
  const folder = mkdtempSync(join(cacheFolder(), 'fetching-'));
  try {
    const trouble = install(wanted, folder);
    if (trouble === undefined) moveIntoPlace(wanted, folder);
    else process.stderr.write(`Cannot fetch ${name}: ${trouble}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns what went wrong, if anything. */
function install({ name, version, isWhole }: FetchedPackage, folder: string): string | undefined {
  const { command, first, shell } = npmCommand();
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const args = ['install', '--prefix', folder, ...options, '--include=optional'];
  const { status, error } = spawnSync(
    command,
    [...first, ...args, '--fetch-retries=1', `${name}@${version}`],
    { cwd: folder, stdio: ['ignore', 2, 2], shell, timeout: FETCH_LIMIT_MS },
  );
  if (error !== undefined) return error.message;
  if (status !== 0) return `npm ended with ${status}.`;
  return isWhole(folder) ? undefined : 'it has no program for this platform.';
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

function moveIntoPlace(wanted: FetchedPackage, folder: string): void {
  try {
    renameSync(folder, packageFolder(wanted));
  } catch (error) {
    // Another run was faster, and what it fetched is the same.
    if (!wanted.isWhole(packageFolder(wanted))) throw error;
  }
}
