import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../fetched-package.ts';

const MODULE = 'github.com/docker/compose/v5';
const BUILD_LIMIT_MS = 15 * 60_000;
const RECIPE = fileURLToPath(new URL('recipe', import.meta.url));
const PROGRAM = process.platform === 'win32' ? 'docker-compose.exe' : 'docker-compose';
const recipe = readFileSync(join(RECIPE, 'go.mod'), 'utf8');

/** The version of Compose that the tests build where Docker has none. */
export const COMPOSE_VERSION = /compose\/v5 v(\S+)/.exec(recipe)?.[1];

/** Go before this one cannot build it. */
export const LEAST_GO = /^go (\S+)$/m.exec(recipe)?.[1] ?? '';

/** Command that is Compose, with its first arguments. */
export type ComposeCommand = readonly [string, ...(readonly string[])];

const works = ([command, ...first]: ComposeCommand): boolean =>
  spawnSync(command, [...first, 'version'], { stdio: 'ignore' }).status === 0;

const buildFolder = (): string => join(cacheFolder(), `docker-compose-${COMPOSE_VERSION}`);

/** Docker's own Compose, or the one that was built; undefined where there is neither. */
export function composeCommand(): ComposeCommand | undefined {
  const candidates: readonly ComposeCommand[] = [
    ['docker', 'compose'],
    [join(buildFolder(), PROGRAM)],
  ];
  return candidates.find(works);
}

/** Whether there is a Compose; where there is none and Go is here it is built first, which takes minutes. */
export function ensureCompose(): boolean {
  if (composeCommand() !== undefined) return true;
  if (!isGoNewEnough()) return false;
  buildCompose();
  return composeCommand() !== undefined;
}

function isGoNewEnough(): boolean {
  const { stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  const found = /^go(\d[\d.]*)/.exec(stdout ?? '')?.[1];
  return found !== undefined && found.localeCompare(LEAST_GO, 'en', { numeric: true }) >= 0;
}

/** Builds in a folder of its own and moves it into place when it is whole, as two runs may build at once. */
function buildCompose(): void {
  process.stderr.write(
    `Building Docker Compose ${COMPOSE_VERSION} into ${buildFolder()}, once, for some minutes …\n`,
  );
  mkdirSync(cacheFolder(), { recursive: true });
  const folder = mkdtempSync(join(cacheFolder(), 'building-'));
  try {
    const trouble = build(folder);
    if (trouble === undefined) moveIntoPlace(folder);
    else process.stderr.write(`Cannot build Docker Compose: ${trouble}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns what went wrong, if anything. */
function build(folder: string): string | undefined {
  // A Go module in node_modules of ours would be found by whoever lists packages; only the program stays.
  const source = join(folder, 'source');
  cpSync(RECIPE, source, { recursive: true });
  const { status, error } = spawnSync(
    'go',
    ['build', '-mod=mod', '-trimpath', '-o', join(folder, PROGRAM), `${MODULE}/cmd`],
    {
      cwd: source,
      env: { ...process.env, GOFLAGS: '', GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' },
      stdio: ['ignore', 2, 2],
      timeout: BUILD_LIMIT_MS,
    },
  );
  if (error !== undefined) return error.message;
  if (status !== 0) return `go build ended with ${status}.`;
  rmSync(source, { recursive: true });
  return works([join(folder, PROGRAM)]) ? undefined : 'what was built does not run.';
}

function moveIntoPlace(folder: string): void {
  try {
    renameSync(folder, buildFolder());
  } catch (error) {
    // Another run was faster, and what it built is the same.
    if (!existsSync(join(buildFolder(), PROGRAM))) throw error;
  }
}
