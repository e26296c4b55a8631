/** Stores that are lost or damaged, with the real program, and crashes while they are brought back. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCorpus } from '../support/corpus-generator.ts';
import { createRandom } from '../support/corpus-random.ts';
import {
  commandJson,
  endOf,
  type Place,
  runCommand,
  startCommand,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { startCollector } from '../support/running-server.ts';

const KILLS = Number(process.env['HALL_MONITOR_KILLS'] ?? 5);
const PRUNER = fileURLToPath(new URL('../support/prune-forever.ts', import.meta.url));

interface Totals {
  readonly totals: Readonly<Record<string, number>>;
}

let place: Place;
let store: string;
let remove: () => void;
let before: readonly Totals[];
const random = createRandom(7);

const totals = async (): Promise<readonly Totals[]> => {
  const reports: Totals[] = [];
  for (const kind of ['model', 'daily', 'tool', 'session', 'project'])
    reports.push(await commandJson<Totals>(place, 'report', kind, '--no-sync'));
  return reports;
};

const storesAside = (): readonly string[] =>
  readdirSync(place.home).filter((file) => /^hall-monitor\.db\.\d/.test(file));

beforeAll(async () => {
  const temporary = temporaryFolder();
  ({ remove } = temporary);
  const claudeDir = join(temporary.folder, 'claude');
  writeCorpus(claudeDir, { mb: 8 });
  place = { home: join(temporary.folder, 'home'), claudeDir };
  store = join(place.home, 'hall-monitor.db');
  await commandJson(place, 'import');
  await commandJson(place, 'archive', 'update');
  before = await totals();
});
afterAll(() => remove());

describe('a collector that starts on a store with a page of zeros', () => {
  it('puts it aside, rebuilds it, says so for as long as it runs, and serves the same totals', async () => {
    const bytes = readFileSync(store);
    bytes.fill(0, 40_960, 45_056);
    writeFileSync(store, bytes);
    const collector = await startCollector(place);
    try {
      await collector.ready();
      expect(collector.said()).toContain('It was rebuilt from');
      const { ready, warnings } = await collector.json<{ ready: boolean; warnings: string[] }>(
        '/readyz',
      );
      expect(ready).toBe(true);
      expect(warnings).toEqual([expect.stringContaining('It was rebuilt from')]);
    } finally {
      await collector.stop();
    }
    expect(await totals()).toEqual(before);
    expect(storesAside()).toHaveLength(1);
  });
});

describe('an import that was killed and whose log was cut off after that', () => {
  it('loses nothing', async () => {
    const child = startCommand({ ...place, home: `${place.home}-cut` }, ['import', '--json']);
    const cut = join(`${place.home}-cut`, 'hall-monitor.db');
    const ended = endOf(child);
    await until('some of the log', () => {
      const size = statSync(`${cut}-wal`, { throwIfNoEntry: false })?.size ?? 0;
      return size > 100_000 || child.exitCode !== null ? true : undefined;
    });
    child.kill('SIGKILL');
    await ended;
    const wal = statSync(`${cut}-wal`, { throwIfNoEntry: false });
    if (wal !== undefined) truncateSync(`${cut}-wal`, Math.floor(wal.size / 2) + 11);
    await commandJson({ ...place, home: `${place.home}-cut` }, 'import');
    const model = await commandJson<Totals>(
      { ...place, home: `${place.home}-cut` },
      'report',
      'model',
      '--no-sync',
    );
    expect(model.totals).toEqual(before[0]!.totals);
  });
});

describe('a restore that is killed', () => {
  it('leaves a store that can be used, whenever that happens', async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const child = startCommand(place, ['archive', 'restore', '--json']);
      const ended = endOf(child);
      const timer = setTimeout(() => child.kill('SIGKILL'), random.between(50, 900));
      await ended;
      clearTimeout(timer);
      const { code, stderr } = await runCommand(place, 'import', '--json');
      expect(stderr).not.toContain('Error');
      expect(code).toBe(0);
      expect(await totals()).toEqual(before);
    }
  });
});

describe('rows that leave while the process is killed', () => {
  it('are gone with what is remembered of them, or not at all', async () => {
    const count = (sql: string): number => {
      const db = new Database(store, { readonly: true });
      try {
        return Number(db.prepare(sql).pluck().get());
      } finally {
        db.close();
      }
    };
    const all =
      count('SELECT count(*) FROM request') +
      count('SELECT count(*) FROM tool_call') +
      count('SELECT count(*) FROM occurrence');
    for (let kill = 0; kill < KILLS; kill++) {
      const child = spawn(process.execPath, [PRUNER, place.home], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const closed = once(child, 'close');
      await once(child.stdout, 'data');
      const timer = setTimeout(() => child.kill('SIGKILL'), random.between(5, 150));
      await closed;
      clearTimeout(timer);
      const left =
        count('SELECT count(*) FROM request') +
        count('SELECT count(*) FROM tool_call') +
        count('SELECT count(*) FROM occurrence');
      expect(left + count('SELECT count(*) FROM key_ledger')).toBe(all);
      expect(await totals()).toEqual(before);
    }
    expect(count('SELECT count(*) FROM key_ledger')).toBeGreaterThan(100);
    // Everything is read again from its beginning.
    const db = new Database(store);
    db.prepare(`UPDATE origin SET position = '', lines = 0, bytes = 0`).run();
    db.close();
    await commandJson(place, 'import');
    expect(await totals()).toEqual(before);
  });
});
