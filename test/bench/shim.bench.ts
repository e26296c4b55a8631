import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { shimCommand } from '../../receivers/hooks/shim.ts';
import { Spool } from '../../receivers/hooks/spool.ts';
import { until } from '../support/running-command.ts';
import type { Bench, Figures } from './bench.ts';
import { percentile, rounded, withFolder } from './bench.ts';

const SMALL_BYTES = 3 * 1024;
const LARGE_BYTES = 1024 * 1024;

/** What a hook's shell command takes from start to end, beside a shell that does nothing, one after the other in one run. */
export const run: Bench = ({ isQuick, note }) =>
  withFolder(async (folder) => {
    const spool = join(folder, 'spool');
    new Spool(spool, LARGE_BYTES).make();
    const command = shimCommand({ scope: 'user', spool });
    const runs = isQuick ? 50 : 500;
    const figures: Record<string, unknown> = {};
    for (const [name, bytes, count] of [
      ['payload_3_kib', SMALL_BYTES, runs],
      ['payload_1_mib', LARGE_BYTES, runs / 5],
    ] as const) {
      const input = payload(bytes);
      const shell: number[] = [];
      const shim: number[] = [];
      // The first pairs bring the programs into memory and are not counted.
      for (let pair = -5; pair < count; pair++) {
        const nothingMs = timeShell(':', input);
        const shimMs = timeShell(command, input);
        await takeOut(spool, input);
        if (pair < 0) continue;
        shell.push(nothingMs);
        shim.push(shimMs);
      }
      figures[name] = compared(shell, shim);
      note(`${name}: ${JSON.stringify(figures[name])}`);
    }
    return figures;
  });

/** A payload such as the client's, of this many bytes. */
const payload = (bytes: number): string => {
  const around = JSON.stringify({ hook_event_name: 'PostToolUse', tool_response: '' });
  return JSON.stringify({
    hook_event_name: 'PostToolUse',
    tool_response: 'x'.repeat(bytes - around.length),
  });
};

function timeShell(command: string, input: string): number {
  const startMs = performance.now();
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { input });
  const ms = performance.now() - startMs;
  if (status !== 0 || stdout.length + stderr.length > 0)
    throw new Error(`${command} ended with ${status} and said: ${stdout.toString()}`);
  return ms;
}

/** Sees to it that the payload was kept whole, and makes room for the next one. */
async function takeOut(spool: string, input: string): Promise<void> {
  const folder = join(spool, 'new');
  const name = await until('spooled payload', () => readdirSync(folder)[0]);
  if (readFileSync(join(folder, name), 'utf8') !== input)
    throw new Error('What was spooled is not what the hook was told.');
  rmSync(join(folder, name));
}

const compared = (shell: readonly number[], shim: readonly number[]): Figures => {
  const figure = (values: readonly number[], share: number): number =>
    rounded(percentile(values, share), 2);
  const more = shim.map((ms, index) => ms - shell[index]!);
  return {
    runs: shim.length,
    shell_p50_ms: figure(shell, 0.5),
    shell_p95_ms: figure(shell, 0.95),
    shim_p50_ms: figure(shim, 0.5),
    shim_p95_ms: figure(shim, 0.95),
    shim_p99_ms: figure(shim, 0.99),
    shim_max_ms: figure(shim, 1),
    p50_difference_ms: rounded(percentile(shim, 0.5) - percentile(shell, 0.5), 2),
    p95_difference_ms: rounded(percentile(shim, 0.95) - percentile(shell, 0.95), 2),
    median_of_differences_ms: figure(more, 0.5),
  };
};
