// What `npm test` runs: every Vitest project, then one line with the counts. Arguments go to Vitest.
// With HALL_MONITOR_TEST_STRICT=1 a test left out is a failure.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'hall-monitor-test-'));
const countsFile = process.env.HALL_MONITOR_TEST_COUNTS || join(folder, 'counts.json');

/** The counts of the run, undefined where Vitest did not get that far. */
const readCounts = () => {
  try {
    return JSON.parse(readFileSync(countsFile, 'utf8'));
  } catch {
    return undefined;
  }
};

rmSync(countsFile, { force: true });
const done = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'scripts', 'omissions.js')}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, HALL_MONITOR_TEST_COUNTS: countsFile } },
);
const { passed, failed } = readCounts() ?? { passed: 0, failed: 1 };
rmSync(folder, { recursive: true, force: true });
// Whoever asked for the counts says them as the last word.
if (!process.env.HALL_MONITOR_TEST_COUNTS) {
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
}
process.exitCode = done.status !== 0 || failed > 0 || passed === 0 ? done.status || 1 : 0;
