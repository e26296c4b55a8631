// `needs` makes tests that the linter does not know for such.
import { copyFileSync, linkSync, mkdirSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needs } from '../../support/offers.ts';
import { type OpenStore, TranscriptHome } from '../../support/transcript-home.ts';
import { conversation, SESSION } from '../../support/transcript-lines.ts';

const NAME = `${SESSION}.jsonl`;
const OTHER_SLUG = '-home-dev-moved';
let home: TranscriptHome;
let store: OpenStore;
let file: string;
let elsewhere: string;

beforeEach(async () => {
  home = new TranscriptHome();
  store = await home.open();
  file = home.write(NAME, ...conversation(3));
  mkdirSync(path.join(home.projects, OTHER_SLUG));
  elsewhere = path.join(home.projects, OTHER_SLUG, NAME);
  await store.sweep();
});
afterEach(() => {
  store[Symbol.dispose]();
  home[Symbol.dispose]();
});

const known = { requests: 3, prompts: 1, outputTokens: 6, files: 1, lines: 4 };
const paths = (): unknown =>
  store.rows('SELECT path FROM origin ORDER BY path').map((row) => row['path']);
/** The ways in which a receiver comes to look at files. */
const looks: readonly [string, () => Promise<unknown>][] = [
  ['a sweep', () => store.sweep()],
  ['a hint of both names', () => store.follower.readFiles([file, elsewhere])],
  ['a hint of the new name', () => store.follower.readFiles([elsewhere])],
  ['a look into changed folders', () => store.follower.quickLook()],
  ['another import', () => store.import()],
];

describe('a transcript that is renamed', () => {
  it.each(looks)('stays the same file, by %s', async (_name, look) => {
    renameSync(file, elsewhere);
    await look();
    expect(store.totals()).toMatchObject(known);
    expect(paths()).toEqual([elsewhere]);
  });

  it.each(looks)('goes on where it was read to, by %s', async (_name, look) => {
    renameSync(file, elsewhere);
    home.append(path.join('..', OTHER_SLUG, NAME), ...conversation(2, 11));
    await look();
    expect(store.totals()).toMatchObject({ requests: 5, files: 1, lines: 7 });
    expect(store.rows('SELECT max(line) AS line FROM request')).toEqual([{ line: 7 }]);
  });

  it('stays the same file through several renames', async () => {
    const third = home.file('11111111-0000-4000-8000-000000000000.jsonl');
    for (const [from, to] of [
      [file, elsewhere],
      [elsewhere, third],
      [third, file],
    ] as const) {
      renameSync(from, to);
      await store.sweep();
    }
    expect(store.totals()).toMatchObject(known);
    expect(paths()).toEqual([file]);
  });

  it('stays the same file where the store was not written to at first', async () => {
    renameSync(file, elsewhere);
    home.append(path.join('..', OTHER_SLUG, NAME), ...conversation(2, 11));
    let failures = 1;
    using again = await reopened(async (batches, sink) => {
      if (failures-- > 0) throw new Error('the disk is full');
      await sink(batches);
    });
    await expect(again.sweep()).rejects.toThrow('the disk is full');
    await again.sweep();
    expect(again.totals()).toMatchObject({ requests: 5, files: 1, lines: 7 });
  });

  it('with its whole folder stays the same file', async () => {
    home.write(`${SESSION}/subagents/agent-a1.jsonl`, ...conversation(1, 21, { agentId: 'a1' }));
    await store.sweep();
    rmSync(path.dirname(elsewhere), { recursive: true });
    renameSync(path.dirname(file), path.dirname(elsewhere));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 4, files: 2, lines: 6 });
  });

  it('and replaced by a new one of its name is not mixed up with it', async () => {
    renameSync(file, elsewhere);
    home.write(NAME, ...conversation(2, 11));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 5, prompts: 2, files: 2, lines: 7 });
  });
});

describe('a second name of a transcript', () => {
  it.each(looks.filter(([name]) => !name.includes('both')))(
    'is no second file, by %s',
    async (_name, look) => {
      linkSync(file, elsewhere);
      await look();
      expect(store.totals()).toMatchObject(known);
      expect(paths()).toEqual([file]);
    },
  );

  it('is no second file where both are new', async () => {
    const third = home.write('11111111-0000-4000-8000-000000000000.jsonl', ...conversation(1, 11));
    linkSync(third, path.join(home.projects, OTHER_SLUG, 'b.jsonl'));
    await store.sweep();
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 4, files: 2, lines: 6 });
  });

  it('takes over when the first one is gone', async () => {
    linkSync(file, elsewhere);
    await store.sweep();
    unlinkSync(file);
    home.append(path.join('..', OTHER_SLUG, NAME), ...conversation(1, 11));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 4, files: 1, lines: 6 });
    expect(paths()).toEqual([elsewhere]);
  });
});

describe('a copy of a transcript', () => {
  it('counts nothing again', async () => {
    copyFileSync(file, elsewhere);
    await store.sweep();
    expect(store.totals()).toMatchObject({ ...known, files: 2, lines: 8 });
    expect(store.rows("SELECT value FROM tally WHERE name = 'duplicates'")).toEqual([{ value: 4 }]);
  });

  it('that goes on by itself counts what it has of its own', async () => {
    copyFileSync(file, elsewhere);
    home.append(path.join('..', OTHER_SLUG, NAME), ...conversation(2, 11));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 5, prompts: 2, files: 2 });
  });
});

describe('a transcript that is deleted', () => {
  it('leaves everything that was read of it', async () => {
    unlinkSync(file);
    await store.sweep();
    await store.import();
    expect(store.totals()).toMatchObject(known);
    expect(store.problems).toEqual([]);
  });

  it('with something unread while nobody looked leaves what was read, and no trouble', async () => {
    store[Symbol.dispose]();
    home.append(NAME, ...conversation(2, 11));
    unlinkSync(file);
    const { totals, problems } = await home.import();
    expect(totals).toMatchObject(known);
    expect(problems).toEqual([]);
    store = await home.open();
  });

  it('is read to its end where the deletion comes after it was opened', async () => {
    home.append(NAME, ...conversation(2, 11));
    await store.follower.readFiles([file]);
    unlinkSync(file);
    await store.follower.readFiles([file]);
    expect(store.totals()).toMatchObject({ requests: 5 });
  });

  it('by the thousand leaves everything, and no trouble', async () => {
    const names = Array.from({ length: 1000 }, (_, index) =>
      home.write(`many/${index}.jsonl`, ...conversation(1, 100 + index)),
    );
    await store.import();
    expect(store.totals()).toMatchObject({ requests: 1003, files: 1001 });
    for (const name of names) unlinkSync(name);
    await store.sweep();
    await store.import();
    expect(store.totals()).toMatchObject({ requests: 1003, files: 1001 });
    expect(store.problems).toEqual([]);
  });
});

needs('posix')('a folder that is renamed while it is looked through stops nothing', async () => {
  const folder = path.dirname(file);
  renameSync(folder, `${folder}-gone`);
  await store.follower.readFiles([file, elsewhere, folder]);
  await store.follower.quickLook();
  expect(store.totals()).toMatchObject(known);
});

async function reopened(
  sink: (
    batches: Parameters<OpenStore['collector']['sink']>[0],
    real: OpenStore['collector']['sink'],
  ) => Promise<void>,
): Promise<OpenStore> {
  store[Symbol.dispose]();
  const again = await home.open((collector) => (batches) => sink(batches, collector.sink));
  store = again;
  return again;
}
