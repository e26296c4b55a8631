import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { archiveFiles } from '../../../exporters/archive/archive-files.ts';
import { verifyArchive } from '../../../exporters/archive/verify-archive.ts';
import { needs } from '../../support/offers.ts';
import {
  DAY_MS,
  drain,
  filesIn,
  heldIn,
  linesIn,
  NINE_MS,
  open,
  repeatedIn,
  temporaryRoot,
  TestClocks,
  textOf,
} from './archive-home.ts';
import { LogBook, streams } from './log-book.ts';

describe('an archive', () => {
  it('has each line in the file of its day and stream, as it is committed', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    book.tell({ id: 'a', atMs: NINE_MS });
    book.tell({ id: 'b', atMs: NINE_MS + DAY_MS });
    book.tell({ id: 'c', atMs: NINE_MS, stream: 'tool_calls', text: 'ä\u2028' });
    const archive = await open({ book, root });
    await drain(archive);
    expect(filesIn(root)).toEqual(['2026-11-20.jsonl', '2026-11-21.jsonl']);
    expect(filesIn(root, 'tool_calls')).toEqual(['2026-11-20.jsonl']);
    expect(JSON.parse(textOf(root, 'tool_calls/2026-11-20.jsonl'))).toMatchObject({
      id: 'c',
      revision: 1,
      text: 'ä\u2028',
    });
    expect(book.cursorSeq).toBe(3);
  });

  it('appends later lines and revisions, and never changes what stands before them', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    const archive = await open({ book, root });
    book.tell({ id: 'a', atMs: NINE_MS });
    await drain(archive);
    const before = textOf(root, 'requests/2026-11-20.jsonl');
    book.tell({ id: 'a', atMs: NINE_MS });
    book.tell({ id: 'b', atMs: NINE_MS });
    await drain(archive);
    const after = textOf(root, 'requests/2026-11-20.jsonl');
    expect(after.startsWith(before)).toBe(true);
    expect(linesIn(root).map(({ id, revision }) => [id, revision])).toEqual([
      ['a', 1],
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('goes on where it was when it is opened again', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    for (const [index, stream] of streams.entries()) {
      book.tell({ id: `x${index}`, atMs: NINE_MS + index * DAY_MS, stream });
      await drain(await open({ book, root, limits: { batchLines: 2 } }));
    }
    expect(heldIn(root)).toEqual(book.truth);
    expect(repeatedIn(root)).toEqual([]);
  });

  it('begins a further file at its limit of bytes', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    const archive = await open({ book, root, limits: { maxSegmentBytes: 200, batchLines: 2 } });
    for (let index = 0; index < 12; index += 1) book.tell({ id: `x${index}`, atMs: NINE_MS });
    await drain(archive);
    expect(filesIn(root).length).toBeGreaterThan(2);
    expect(filesIn(root)).toContain('2026-11-20.2.jsonl');
    expect(heldIn(root)).toEqual(book.truth);
    expect(repeatedIn(root)).toEqual([]);
  });

  it('writes an entry with an impossible time to a day that exists', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    for (const [index, atMs] of [Number.NaN, -1e18, 1e18, 8.64e15].entries()) {
      book.tell({ id: `x${index}`, atMs });
    }
    await drain(await open({ book, root }));
    expect(filesIn(root)).toEqual(['1970-01-01.jsonl', '9999-12-31.jsonl']);
  });

  needs('posix')('is for its owner alone', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    const mask = process.umask(0);
    try {
      book.tell({ id: 'a', atMs: NINE_MS });
      await drain(await open({ book, root: join(root, 'archive') }));
    } finally {
      process.umask(mask);
    }
    const mode = (path: string): string =>
      (statSync(join(root, 'archive', path)).mode & 0o777).toString(8);
    expect(['.', 'requests', 'plans'].map(mode)).toEqual(['700', '700', '700']);
    expect(['2026-11-20.jsonl', 'open.json'].map((file) => mode(`requests/${file}`))).toEqual([
      '600',
      '600',
    ]);
  });

  it('begins new files for another store and cuts none of the old one', async () => {
    const [book, root] = [new LogBook('one'), temporaryRoot()];
    book.tell({ id: 'a', atMs: NINE_MS });
    book.tell({ id: 'b', atMs: NINE_MS });
    await drain(await open({ book, root }));
    const file = join(root, 'requests/2026-11-20.jsonl');
    appendFileSync(file, '{"id":"c","revision":1,"seq":3}\n{"id":"d","revi');
    const other = new LogBook('two');
    other.tell({ id: 'z', atMs: NINE_MS });
    await drain(await open({ book: other, root }));
    expect(filesIn(root)).toEqual(['2026-11-20.2.jsonl', '2026-11-20.jsonl']);
    expect(linesIn(root).map(({ id }) => id)).toEqual(['z', 'a', 'b', 'c']);
  });

  it('begins new files where the store was set back to a copy, and has everything that happens from then on', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    book.tell({ id: 'a', atMs: NINE_MS });
    await drain(await open({ book, root }));
    const copy = book.copy();
    book.tell({ id: 'b', atMs: NINE_MS });
    book.tell({ id: 'c', atMs: NINE_MS });
    await drain(await open({ book, root }));
    copy.tell({ id: 'd', atMs: NINE_MS });
    copy.tell({ id: 'e', atMs: NINE_MS });
    copy.tell({ id: 'f', atMs: NINE_MS });
    await drain(await open({ book: copy, root }));
    expect(
      linesIn(root)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('reads the whole log again where the archive was taken away', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    book.tell({ id: 'a', atMs: NINE_MS });
    book.tell({ id: 'b', atMs: NINE_MS, stream: 'plans' });
    await drain(await open({ book, root }));
    rmSync(join(root, 'requests'), { recursive: true });
    await drain(await open({ book, root }));
    expect(heldIn(root)).toEqual(book.truth);
    expect(repeatedIn(root)).toEqual([]);
  });

  it('takes files as they are where their books are gone', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    book.tell({ id: 'a', atMs: NINE_MS });
    await drain(await open({ book, root }));
    writeFileSync(join(root, 'requests/open.json'), 'rubbish');
    book.tell({ id: 'b', atMs: NINE_MS });
    const warnings: string[] = [];
    await drain(await open({ book, root, warnings }));
    expect(warnings).toEqual(['requests/open.json was damaged; its files are taken as they are']);
    expect(linesIn(root).map(({ id }) => id)).toEqual(['b', 'a']);
  });
});

describe('an archive whose manifest is damaged', () => {
  it('goes on, and says so for good', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    const archive = await open({ book, root });
    for (const day of [20, 21, 22]) book.tell({ id: `x${day}`, atMs: NINE_MS - day * DAY_MS });
    await drain(archive);
    await archive.look(true);
    const manifest = join(root, 'requests/manifest.jsonl');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"lines":1', '"lines":7'));
    const again = await open({ book, root });
    book.tell({ id: 'y', atMs: NINE_MS });
    await drain(again);
    await again.look(true);
    expect(again.damages).toEqual([expect.stringContaining('requests/manifest.jsonl: line 2 ')]);
    expect(heldIn(root)).toEqual(book.truth);
    expect(repeatedIn(root)).toEqual([]);
  });

  it('begins a new chain from the files that are there where the books were moved away', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    const archive = await open({ book, root });
    for (const day of [20, 21, 0]) book.tell({ id: `x${day}`, atMs: NINE_MS - day * DAY_MS });
    await drain(archive);
    await archive.look(true);
    rmSync(join(root, 'requests/manifest.jsonl'));
    rmSync(join(root, 'requests/open.json'));
    book.tell({ id: 'y', atMs: NINE_MS });
    const again = await open({ book, root });
    await drain(again);
    await again.look();
    expect(again.damages).toEqual([]);
    expect(heldIn(root)).toEqual(book.truth);
    expect(repeatedIn(root)).toEqual([]);
    expect((await verifyArchive(archiveFiles, root)).faults).toEqual([]);
  });
});

describe('an archive whose books are tampered with', () => {
  const prepared = async () => {
    const [book, root, clocks] = [new LogBook(), temporaryRoot(), new TestClocks()];
    const archive = await open({ book, root, clocks });
    for (const day of [20, 21, 0]) book.tell({ id: `x${day}`, atMs: NINE_MS - day * DAY_MS });
    await drain(archive);
    await archive.look(true);
    return { book, root, clocks, archive, manifest: join(root, 'requests/manifest.jsonl') };
  };

  it.each([
    ['manifest.jsonl', ''],
    ['manifest.jsonl', 'rubbish\n'],
    ['open.json', ''],
    ['open.json', 'rubbish'],
  ])('puts %s right while it runs where it was made %j', async (file, text) => {
    const { root, archive } = await prepared();
    const path = join(root, 'requests', file);
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, text);
    await archive.look();
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect((await verifyArchive(archiveFiles, root)).faults).toEqual([]);
  });

  it('does not cover up that the end of a manifest was changed or cut off while it did not run', async () => {
    for (const change of [
      (text: string) => text.replace(/"stored_as"(?!.*"stored_as")/s, '"stored_As"'),
      (text: string) => text.split('\n').slice(0, -3).join('\n') + '\n',
      (text: string) => text.replace(/"at":"2026(?!.*"at":"2026)/s, '"at":"2025'),
    ]) {
      const { book, root, clocks, manifest } = await prepared();
      writeFileSync(manifest, change(readFileSync(manifest, 'utf8')));
      const again = await open({ book, root, clocks });
      expect(again.damages).toEqual([expect.stringContaining('requests/manifest.jsonl: ')]);
    }
  });

  it('still shows a changed last line when the chain has gone on', async () => {
    const { book, root, clocks, manifest } = await prepared();
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.replace(/"at":"2026(?!.*"at":"2026)/s, '"at":"2025'));
    book.tell({ id: 'late', atMs: NINE_MS - 30 * DAY_MS });
    const again = await open({ book, root, clocks });
    await drain(again);
    await again.look(true);
    const { faults } = await verifyArchive(archiveFiles, root);
    expect(faults.map(({ file }) => file)).toEqual(['requests/manifest.jsonl']);
  });

  it('never follows a name out of its folder', async () => {
    const { book, root, clocks, manifest } = await prepared();
    const outside = join(root, 'outside.jsonl');
    writeFileSync(outside, 'mine');
    const names = { kind: 'compressed', file: '2026-10-30.jsonl', stored_as: '../outside.jsonl' };
    const forged = { ...names, bytes: 4, sha256: 'x', at: new Date(NINE_MS).toISOString() };
    const closed = { ...forged, kind: 'closed', file: '../outside.jsonl', lines: 1 };
    const lines = [forged, { ...closed, first_seq: 1, last_seq: 1 }].map((line) =>
      JSON.stringify({ ...line, previous: 'x' }),
    );
    writeFileSync(manifest, `${readFileSync(manifest, 'utf8')}${lines.join('\n')}\n`);
    const again = await open({ book, root, clocks, limits: { keepDays: 1 } });
    for (let day = 0; day < 5; day += 1) {
      await again.look(true);
      clocks.pass(DAY_MS);
    }
    expect(readFileSync(outside, 'utf8')).toBe('mine');
  });
});

describe('an archive that ages', () => {
  const year = 365 * DAY_MS;

  it('walks a day through its stages: plain, compressed, deleted', async () => {
    const [book, root, clocks] = [new LogBook(), temporaryRoot(), new TestClocks()];
    const archive = await open({ book, root, clocks });
    book.tell({ id: 'a', atMs: NINE_MS });
    await drain(archive);
    const seen: string[][] = [];
    for (let day = 0; day < 368; day += 1) {
      await archive.look();
      const names = [...filesIn(root)];
      if (names.join(' ') !== seen.at(-1)?.slice(1).join(' ')) seen.push([String(day), ...names]);
      clocks.pass(DAY_MS);
    }
    expect(seen).toEqual([['0', '2026-11-20.jsonl'], ['8', '2026-11-20.jsonl.zst'], ['366']]);
    expect(readFileSync(join(root, 'requests/manifest.jsonl'), 'utf8').split('\n')).toHaveLength(4);
  });

  it('compresses by gzip where that is asked for', async () => {
    const [book, root, clocks] = [new LogBook(), temporaryRoot(), new TestClocks()];
    const { compressionFor } = await import('../../../exporters/archive/compression.ts');
    const archive = await open({
      book,
      root,
      clocks,
      limits: { compression: compressionFor('gzip') },
    });
    book.tell({ id: 'a', atMs: NINE_MS - 20 * DAY_MS });
    await drain(archive);
    await archive.look(true);
    expect(filesIn(root)).toEqual(['2026-10-31.jsonl.gz']);
    expect(heldIn(root)).toEqual(book.truth);
  });

  it('keeps an old day open while lines still come for it, and puts what comes later into a further file', async () => {
    const [book, root, clocks] = [new LogBook(), temporaryRoot(), new TestClocks()];
    const archive = await open({ book, root, clocks });
    const atMs = NINE_MS - 20 * DAY_MS;
    for (let index = 0; index < 5; index += 1) {
      book.tell({ id: `x${index}`, atMs });
      await drain(archive);
      await archive.look();
      clocks.pass(30 * 60_000);
    }
    expect(filesIn(root)).toEqual(['2026-10-31.jsonl']);
    clocks.pass(60 * 60_000);
    await archive.look();
    expect(filesIn(root)).toEqual(['2026-10-31.jsonl.zst']);
    book.tell({ id: 'x0', atMs });
    await drain(archive);
    expect(filesIn(root)).toEqual(['2026-10-31.2.jsonl', '2026-10-31.jsonl.zst']);
    expect(heldIn(root)).toEqual(book.truth);
  });

  it('keeps a history that was archived late as long as anything else', async () => {
    const [book, root, clocks] = [new LogBook(), temporaryRoot(), new TestClocks()];
    const archive = await open({ book, root, clocks });
    book.tell({ id: 'a', atMs: NINE_MS - 2 * year });
    await drain(archive);
    await archive.look(true);
    await archive.look(true);
    expect(heldIn(root)).toEqual(book.truth);
  });

  it.each([
    ['a year ahead', year],
    ['back to 1970', -NINE_MS],
  ])('deletes and closes nothing when the clock jumps %s', async (_name, jumpMs) => {
    const [book, root, clocks] = [new LogBook(), temporaryRoot(), new TestClocks()];
    let archive = await open({ book, root, clocks });
    book.tell({ id: 'a', atMs: NINE_MS });
    book.tell({ id: 'old', atMs: NINE_MS - 30 * DAY_MS });
    await drain(archive);
    await archive.look(true);
    const before = filesIn(root);
    clocks.wallMs += jumpMs;
    for (let minute = 0; minute < 600; minute += 60) {
      book.tell({ id: `m${minute}`, atMs: clocks.wallMs });
      await drain(archive);
      await archive.look();
      archive = await open({ book, root, clocks });
      clocks.pass(60 * 60_000);
    }
    expect(filesIn(root)).toEqual(expect.arrayContaining([...before]));
    clocks.wallMs -= jumpMs;
    await archive.look();
    expect(heldIn(root)).toEqual(book.truth);
  });

  it('believes a clock that stays ahead for a day', async () => {
    const [book, root, clocks] = [new LogBook(), temporaryRoot(), new TestClocks()];
    const archive = await open({ book, root, clocks });
    book.tell({ id: 'a', atMs: NINE_MS });
    await drain(archive);
    clocks.wallMs += 2 * year;
    for (let hour = 0; hour <= 26; hour += 1) {
      await archive.look();
      clocks.pass(60 * 60_000);
    }
    expect(filesIn(root)).toEqual([]);
  });
});

describe('an archive that is damaged', () => {
  const damages: readonly (readonly [string, (path: string) => void])[] = [
    ['deleted', (path) => rmSync(path)],
    ['truncated', (path) => writeFileSync(path, readFileSync(path).subarray(0, 40))],
    ['emptied', (path) => writeFileSync(path, '')],
    [
      'changed in one byte',
      (path) => {
        const bytes = readFileSync(path);
        bytes[20]! ^= 1;
        writeFileSync(path, bytes);
      },
    ],
    ['replaced', (path) => writeFileSync(path, 'x'.repeat(statSync(path).size))],
  ];

  it.each(damages)(
    'builds an open file that was %s again at the next look',
    async (_name, damage) => {
      const [book, root, counts] = [new LogBook(), temporaryRoot(), new Map<string, number>()];
      const archive = await open({ book, root, counts });
      for (let index = 0; index < 9; index += 1) book.tell({ id: `x${index % 6}`, atMs: NINE_MS });
      await drain(archive);
      damage(join(root, 'requests/2026-11-20.jsonl'));
      await archive.look();
      expect(heldIn(root)).toEqual(book.truth);
      expect(counts.get('archive_damage requests healed')).toBe(1);
      book.tell({ id: 'later', atMs: NINE_MS });
      await drain(archive);
      expect(heldIn(root)).toEqual(book.truth);
      expect(repeatedIn(root)).toEqual([]);
    },
  );

  it.each(damages)('builds a compressed file that was %s again', async (_name, damage) => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    const archive = await open({ book, root });
    const atMs = NINE_MS - 10 * DAY_MS;
    for (let index = 0; index < 9; index += 1) book.tell({ id: `x${index}`, atMs });
    await drain(archive);
    await archive.look(true);
    book.tell({ id: 'x3', atMs });
    book.tell({ id: 'y', atMs });
    await drain(archive);
    expect(filesIn(root)).toEqual(['2026-11-10.2.jsonl', '2026-11-10.jsonl.zst']);
    damage(join(root, 'requests/2026-11-10.jsonl.zst'));
    await archive.look();
    await archive.look();
    expect(heldIn(root)).toEqual(book.truth);
    expect(repeatedIn(root)).toEqual([]);
    expect(filesIn(root)).toEqual(['2026-11-10.2.jsonl', '2026-11-10.jsonl.zst']);
  });

  it.each(damages)(
    'finds damage that was done while it was not running: %s',
    async (_name, damage) => {
      const [book, root] = [new LogBook(), temporaryRoot()];
      for (let index = 0; index < 9; index += 1) book.tell({ id: `x${index}`, atMs: NINE_MS });
      await drain(await open({ book, root }));
      damage(join(root, 'requests/2026-11-20.jsonl'));
      book.tell({ id: 'later', atMs: NINE_MS });
      const archive = await open({ book, root });
      await drain(archive);
      await archive.look();
      expect(heldIn(root)).toEqual(book.truth);
      expect(repeatedIn(root)).toEqual([]);
    },
  );

  it('makes everything again that was taken away while it runs', async () => {
    const [book, root] = [new LogBook(), temporaryRoot()];
    const archive = await open({ book, root });
    for (const [index, stream] of streams.entries()) {
      book.tell({ id: `x${index}`, atMs: NINE_MS, stream });
      book.tell({ id: `y${index}`, atMs: NINE_MS - 20 * DAY_MS, stream });
    }
    await drain(archive);
    await archive.look(true);
    rmSync(root, { recursive: true });
    await archive.look();
    expect(heldIn(root)).toEqual(book.truth);
    expect(existsSync(join(root, 'plans/open.json'))).toBe(true);
  });

  it.each(['plans', 'plan_events'] as const)(
    'builds a file of %s again however old it is, since they never leave the store',
    async (stream) => {
      const [book, root] = [new LogBook(), temporaryRoot()];
      const archive = await open({ book, root });
      book.tell({ id: 'a', atMs: NINE_MS - 40 * DAY_MS, stream });
      await drain(archive);
      await archive.look(true);
      book.hotSinceMs = NINE_MS - 30 * DAY_MS;
      rmSync(join(root, stream, '2026-10-11.jsonl.zst'));
      await archive.look();
      expect(archive.damages).toEqual([]);
      expect(heldIn(root)).toEqual(book.truth);
    },
  );

  it('tells of a damaged day that the store no longer holds, leaves it, and goes on', async () => {
    const [book, root, counts] = [new LogBook(), temporaryRoot(), new Map<string, number>()];
    const archive = await open({ book, root, counts });
    book.tell({ id: 'a', atMs: NINE_MS - 40 * DAY_MS });
    book.tell({ id: 'b', atMs: NINE_MS });
    await drain(archive);
    await archive.look(true);
    book.hotSinceMs = NINE_MS - 30 * DAY_MS;
    const path = join(root, 'requests/2026-10-11.jsonl.zst');
    writeFileSync(path, 'rubbish');
    await archive.look();
    await archive.look();
    expect(archive.damages).toEqual([
      'requests/2026-10-11.jsonl.zst is damaged, and the store no longer holds that day',
    ]);
    expect(counts.get('archive_damage requests lost')).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe('rubbish');
    book.tell({ id: 'c', atMs: NINE_MS });
    await drain(archive);
    expect(book.cursorSeq).toBe(3);
  });
});
