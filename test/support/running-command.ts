import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a Hall Monitor keeps its data and what it reads. */
export interface Place {
  readonly home: string;
  readonly claudeDir: string;
  /** Where commands are started; where the tests are when left out. */
  readonly workDir?: string;
  /** Settings beside these two. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The launcher, which is what people start. */
export const LAUNCHER = fileURLToPath(new URL('../../bin/hall-monitor.js', import.meta.url));

/** Nothing of the environment of whoever runs this, so that no setting of theirs gets in and none of their data is read. */
export const environmentOf = ({ home, claudeDir, env = {} }: Place): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: join(home, 'nobody'),
  XDG_CACHE_HOME: join(tmpdir(), 'hall-monitor-compiled'),
  HALL_MONITOR_HOME: home,
  HALL_MONITOR_CLAUDE_DIRS: claudeDir,
  TZ: 'UTC',
  ...env,
});

/** Starts `hall-monitor <args>` with the Node that runs this. */
export const startCommand = (place: Place, args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: place.workDir,
    env: environmentOf(place),
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Resolves when a process is gone and everything it said was read. */
export function endOf(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Runs `hall-monitor <args>` to its end. */
export const runCommand = (place: Place, ...args: readonly string[]): Promise<Ended> =>
  endOf(startCommand(place, args));

/** The JSON that a command prints. */
export async function commandJson<T>(place: Place, ...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await runCommand(place, ...args, '--json');
  if (code !== 0) throw new Error(`hall-monitor ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Makes a folder for the time of one test. */
export function temporaryFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'hall-monitor-e2e-'));
  const remove = (): void => {
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { folder, remove };
}

/** Waits until `check` gives something; only a long time without it is a failure. */
export async function until<T>(
  what: string,
  check: () => T | undefined | Promise<T | undefined>,
  limitMs = 60_000,
): Promise<T> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`There was no ${what} within ${limitMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
