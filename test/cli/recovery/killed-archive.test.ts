import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openArchive } from '../../../exporters/archive/archive.ts';
import { compressionFor } from '../../../exporters/archive/compression.ts';
import { openCollector } from '../../../src/cli/collector.ts';
import { readCursor } from '../../../src/store/cursor-table.ts';
import { STORE_FILE } from '../../../src/store/open.ts';
import { createReader } from '../../../src/store/reader.ts';
import { failingFiles, Killed, type Manner } from '../../exporters/archive/failing-files.ts';
import { RecoveryHome } from './recovery-home.ts';

let full: RecoveryHome;
let before: object;
beforeAll(async () => {
  full = new RecoveryHome();
  await full.fill();
  before = totals(full);
  rmSync(full.archive, { recursive: true });
}, 60_000);
afterAll(() => full[Symbol.dispose]());

const EVERY = 7;
const TABLES = ['total_request', 'total_tool', 'rollup_request'] as const;

/** What is summed up, and how many rows there are. */
const totals = (home: RecoveryHome): object => {
  const state = home.state();
  const rows = ['request', 'tool_call', 'occurrence'].map((table) => state[table]!.length);
  return [rows, TABLES.map((table) => state[table])];
};

/** Archives a home's store until a step of it is the last one; says how many there were. */
const archiveUntil = async (
  { home, archive: root }: RecoveryHome,
  at: number,
  manner: Manner,
): Promise<number> => {
  const { files, steps } = failingFiles(at, manner);
  const collector = await openCollector({ home, overrideFile: null, waitMs: 0 });
  const reader = createReader(path.join(home, STORE_FILE));
  const { store, saveCursor } = collector;
  try {
    const archive = await openArchive({
      files,
      root,
      journalRoot: null,
      reader,
      cursors: {
        load: (exporter) => readCursor(store.db, exporter),
        save: async (exporter, seq, refused = []) => saveCursor(exporter, seq, refused),
      },
      clocks: { now: Date.now, monotonicMs: performance.now.bind(performance) },
      limits: {
        compressAfterDays: 7,
        keepDays: 365,
        compression: compressionFor('auto'),
        maxSegmentBytes: 100_000,
        batchLines: 400,
      },
      count: () => undefined,
      warn: () => undefined,
    });
    while (await archive.advance());
    await archive.look(true);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  } finally {
    reader.close();
    collector.close();
  }
  return steps();
};

it('loses nothing where the archive was killed at any step, and the store is lost then', async () => {
  using whole = full.copy();
  const steps = await archiveUntil(whole, Number.POSITIVE_INFINITY, 'before');
  for (let at = 5; at <= steps; at += EVERY) {
    using home = full.copy();
    await archiveUntil(home, at, 'middle');
    rmSync(home.store);
    // What the archive does not have is read again.
    await home.run('import');
    expect(totals(home), `step ${at}`).toEqual(before);
    await home.run('archive update');
    rmSync(home.store);
    await home.run('archive restore');
    expect(totals(home), `step ${at}, archive alone`).toEqual(before);
  }
}, 60_000);
