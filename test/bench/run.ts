/**
 * Runs benchmarks: `npm run bench -- [name…] [--quick] [--mb 256] [--corpus DIR] [--with-ccusage | --ccusage PROGRAM]`.
 *
 * Each prints one line of JSON with its figures, units in their names; everything for people goes to stderr.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, BenchOptions } from './bench.ts';

const BENCHES: Readonly<Record<string, () => Promise<{ readonly run: Bench }>>> = {
  import: () => import('./import.bench.ts'),
  report: () => import('./report.bench.ts'),
  live: () => import('./live.bench.ts'),
  rest: () => import('./rest.bench.ts'),
  idle: () => import('./idle.bench.ts'),
  hooks: () => import('./hooks.bench.ts'),
  shim: () => import('./shim.bench.ts'),
  'client-hooks': () => import('./client-hooks.bench.ts'),
  plans: () => import('./plans.bench.ts'),
  archive: () => import('./archive.bench.ts'),
  'raw-traces': () => import('./raw-traces.bench.ts'),
  otlp: () => import('./otlp.bench.ts'),
  clickhouse: () => import('./clickhouse.bench.ts'),
  rebuild: () => import('./rebuild.bench.ts'),
  'hot-store': () => import('./hot-store.bench.ts'),
  reports: () => import('./reports.bench.ts'),
  history: () => import('./history.bench.ts'),
  sizes: () => import('./sizes.bench.ts'),
};
const CCUSAGE = '@ccusage/ccusage-linux-x64@20.0.24';
const QUICK_MB = 32;

const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** The program to compare with, installed into a temporary folder; undefined where there is none for this machine. */
function installedCcusage(): string | undefined {
  const folder = join(tmpdir(), 'hall-monitor-ccusage');
  const program = join(folder, 'node_modules', '@ccusage', 'ccusage-linux-x64', 'bin', 'ccusage');
  if (!existsSync(program))
    spawnSync('npm', ['install', '--no-save', '--prefix', folder, CCUSAGE], {
      stdio: ['ignore', 2, 2],
    });
  if (existsSync(program)) {
    spawnSync('chmod', ['u+x', program]);
    return program;
  }
  note(`${CCUSAGE} cannot be installed here; nothing is compared.`);
  return undefined;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    mb: { type: 'string' },
    corpus: { type: 'string' },
    'with-ccusage': { type: 'boolean', default: false },
    ccusage: { type: 'string' },
  },
});
const options: BenchOptions = {
  isQuick: values.quick,
  mb: Number(values.mb ?? (values.quick ? QUICK_MB : 256)),
  corpus: values.corpus,
  ccusage: values.ccusage ?? (values['with-ccusage'] ? installedCcusage() : undefined),
  note: (text) => note(`  ${text}`),
};
const machine = {
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? 'unknown',
  node: process.versions.node,
};
for (const name of positionals.length === 0 ? Object.keys(BENCHES) : positionals) {
  const load = BENCHES[name];
  if (load === undefined) {
    note(`There is no benchmark ${name}; there are ${Object.keys(BENCHES).join(', ')}.`);
    process.exitCode = 2;
    break;
  }
  note(name);
  const { run } = await load();
  const figures = await run(options);
  process.stdout.write(
    `${JSON.stringify({ bench: name, at: new Date().toISOString(), ...machine, ...figures })}\n`,
  );
}
