import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  commandLineDifferences,
  type ImportCounts,
  importDifferences,
  restDifferences,
} from '../support/corpus-answer.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import type { CorpusAnswer } from '../support/corpus-tally.ts';
import {
  commandJson,
  type Place,
  runCommand,
  temporaryFolder,
} from '../support/running-command.ts';
import { startCollector } from '../support/running-server.ts';

const SIZE_MB = 24;

interface StoreCheck {
  readonly ok: boolean;
  readonly faults: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

describe.each([
  { kind: 'clean', dirty: false, seed: 11 },
  { kind: 'dirty', dirty: true, seed: 12 },
])('import of a $kind corpus', ({ dirty, seed }) => {
  const { folder, remove } = temporaryFolder();
  const place: Place = { home: join(folder, 'home'), claudeDir: join(folder, 'claude') };
  let answer: CorpusAnswer;
  let first: ImportCounts;

  beforeAll(async () => {
    answer = writeCorpus(place.claudeDir, { mb: SIZE_MB, seed, dirty });
    first = await commandJson<ImportCounts>(place, 'import');
  });
  afterAll(remove);

  it('counts what is there, and what of it cannot be used', () => {
    expect(importDifferences(answer, first)).toEqual([]);
    expect(first.rejected_lines > 0).toBe(dirty);
  });

  it('gives the true figures in every report', async () => {
    expect(await commandLineDifferences(answer, place)).toEqual([]);
  });

  it('gives the true figures over REST', async () => {
    const server = await startCollector(place);
    try {
      await server.ready();
      expect(await restDifferences(answer, server)).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('adds nothing when it is done again', async () => {
    const before = await commandJson<StoreCheck>(place, 'db', 'check');
    const again = await commandJson<ImportCounts & { read_bytes: number }>(place, 'import');
    expect(again.read_bytes).toBe(0);
    expect(importDifferences(answer, again)).toEqual([]);
    expect((await commandJson<StoreCheck>(place, 'db', 'check')).counts).toEqual(before.counts);
  });

  it('leaves a sound store', async () => {
    const check = await runCommand(place, 'db', 'check');
    expect({ code: check.code, first: check.stdout.split('\n')[0] }).toEqual({
      code: 0,
      first: 'The store is sound.',
    });
  });

  it('would tell a single token too many', async () => {
    const wrong = structuredClone(answer);
    const [model = ''] = Object.keys(wrong.by_model);
    wrong.by_model[model]!.output_tokens += 1;
    const said = answer.by_model[model]!.output_tokens;
    expect(await commandLineDifferences(wrong, place)).toEqual([
      `report model, ${model}, output_tokens: ${said} instead of ${said + 1}`,
    ]);
  });
});
