import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  environmentOf,
  LAUNCHER,
  type Place,
  temporaryFolder,
} from '../support/running-command.ts';

/** How a benchmark is wanted. */
export interface BenchOptions {
  readonly isQuick: boolean;
  /** Size of a corpus that is made, in MiB. */
  readonly mb: number;
  /** A corpus that is there already, with its `answer.json`. */
  readonly corpus: string | undefined;
  /** A program to compare with. */
  readonly ccusage: string | undefined;
  /** Tells a person how far it is. */
  readonly note: (text: string) => void;
}

/** What a benchmark found; units are part of the names. */
export type Figures = Readonly<Record<string, unknown>>;

/** One benchmark. */
export type Bench = (options: BenchOptions) => Promise<Figures>;

/** What a program took from start to end. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number | null;
  readonly peakRssMib: number | null;
  readonly stdout: string;
}

const TIME = '/usr/bin/time';

/** The value in the middle, or the mean of the two there. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}

/** The value that this share of all values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return (
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? 0
  );
}

/** To as many digits as a figure of this size is worth. */
export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** Runs something with a folder that is gone afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const { folder, remove } = temporaryFolder();
  try {
    return await work(folder);
  } finally {
    remove();
  }
}

/** Runs a program to its end. Processor time and memory come from GNU time, and are null where that is not there. */
export async function measure(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<Cost> {
  const report = join(folder, 'time.txt');
  const isTimed = existsSync(TIME);
  const [program = '', ...args] = isTimed
    ? [TIME, '-q', '-f', '%U %S %M', '-o', report, ...command]
    : command;
  const startMs = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const wallMs = performance.now() - startMs;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}.`);
  const [user, system, peak] = isTimed
    ? readFileSync(report, 'utf8').trim().split(' ').map(Number)
    : [];
  const hasReport = user !== undefined && system !== undefined && peak !== undefined;
  return {
    wallMs,
    cpuMs: hasReport ? (user + system) * 1000 : null,
    peakRssMib: hasReport ? peak / 1024 : null,
    stdout,
  };
}

/** The same for a command of ours. */
export const measureCommand = (
  place: Place,
  folder: string,
  ...args: readonly string[]
): Promise<Cost> => measure([process.execPath, LAUNCHER, ...args], environmentOf(place), folder);

/** Medians of several runs of one program. */
export function summary(prefix: string, costs: readonly Cost[]): Figures {
  const cpu = costs.flatMap(({ cpuMs }) => cpuMs ?? []);
  const peaks = costs.flatMap(({ peakRssMib }) => peakRssMib ?? []);
  return {
    [`${prefix}_wall_ms`]: rounded(median(costs.map(({ wallMs }) => wallMs)), 0),
    [`${prefix}_cpu_ms`]: cpu.length === 0 ? null : rounded(median(cpu), 0),
    [`${prefix}_peak_rss_mib`]: peaks.length === 0 ? null : rounded(median(peaks)),
  };
}

/** What one program takes of what the other does, pair by pair, so that a busy minute weighs on both. */
export const medianRatio = (
  ours: readonly Cost[],
  theirs: readonly Cost[],
  of: (cost: Cost) => number | null,
): number | null => {
  const ratios = ours.flatMap((cost, index) => {
    const [left, right] = [of(cost), of(theirs[index]!)];
    return left === null || right === null || right === 0 ? [] : [left / right];
  });
  return ratios.length === 0 ? null : rounded(median(ratios), 3);
};

/** Waits for a moment. */
export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));
