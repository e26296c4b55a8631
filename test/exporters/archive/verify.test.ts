import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyArchive, type Verification } from '../../../exporters/archive/verify-archive.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compressionFor } from '../../../exporters/archive/compression.ts';
import { DAY_MS, drain, FAST_FOLDER, NINE_MS, open, TestClocks } from './archive-home.ts';
import { type FileMap, filesBelow, readFrom } from './files-in-memory.ts';
import { LogBook } from './log-book.ts';

/** The last day, the one ten days before it, and one that was deleted. */
const DAY = '2027-11-25';
const OLD_DAY = '2027-11-15';
const DELETED_DAY = '2026-11-20';

/** An archive with everything in it: open, full, compressed, late and deleted files. */
const makeFiles = async (compression: 'zstd' | 'gzip'): Promise<FileMap> => {
  const root = mkdtempSync(join(FAST_FOLDER, 'hall-monitor-verify-'));
  try {
    const [book, clocks] = [new LogBook(), new TestClocks()];
    const limits = { maxSegmentBytes: 300, compression: compressionFor(compression) };
    const archive = await open({ book, root, clocks, limits });
    book.tell({ id: 'gone', atMs: NINE_MS });
    await drain(archive);
    for (let day = 0; day < 370; day += 2) {
      clocks.pass(2 * DAY_MS);
      await archive.look();
    }
    const todayMs = clocks.now();
    for (let index = 0; index < 10; index += 1) {
      book.tell({ id: `a${index}`, atMs: todayMs });
      book.tell({ id: `b${index}`, atMs: todayMs - 10 * DAY_MS });
      if (index % 4 === 3) await drain(archive);
    }
    await drain(archive);
    await archive.look(true);
    book.tell({ id: 'b0', atMs: todayMs - 10 * DAY_MS });
    await drain(archive);
    return filesBelow(root);
  } finally {
    rmSync(root, { recursive: true });
  }
};

const verify = (files: FileMap): Promise<Verification> => verifyArchive(readFrom(files), '/');
const flipped = (bytes: Buffer, at: number, bit = 1): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at]! ^= bit;
  return copy;
};

describe.each(['zstd', 'gzip'] as const)('verifying an archive with %s', (compression) => {
  let files: FileMap;
  const changed = (path: string, bytes: Buffer | null): FileMap => {
    const copy = new Map(files);
    if (bytes === null) copy.delete(path);
    else copy.set(path, bytes);
    return copy;
  };
  const paths = (): string[] => [...files.keys()].filter((path) => path !== 'clock.json');

  beforeAll(async () => {
    files = await makeFiles(compression);
  });

  it('says what there is where it is sound', async () => {
    const { isSound, faults, remarks, streams } = await verify(files);
    expect({ isSound, faults, remarks }).toEqual({ isSound: true, faults: [], remarks: [] });
    const { open: openFiles, plain, compressed, deleted, lines } = streams.get('requests')!;
    expect({ openFiles, plain, compressed, deleted, lines }).toEqual({
      openFiles: 2,
      plain: 1,
      compressed: 2,
      deleted: 1,
      lines: 21,
    });
  });

  it('finds any one byte that was changed, and names the file', async () => {
    const missed: string[] = [];
    for (const path of paths()) {
      const bytes = files.get(path)!;
      const stride = path.startsWith('requests/') ? 1 : 13;
      for (let at = 0; at < bytes.length; at += stride) {
        const { faults } = await verify(changed(path, flipped(bytes, at, 1 << (at % 8))));
        if (!faults.some(({ file }) => file === path)) missed.push(`${path} ${at}`);
      }
    }
    expect(missed).toEqual([]);
  }, 60_000);

  it('finds a file that is gone, cut, longer or another one', async () => {
    for (const path of paths()) {
      const bytes = files.get(path)!;
      const longer = Buffer.concat([bytes, Buffer.from('{"id":"x"}\n')]);
      const other = Buffer.alloc(bytes.length, 'x');
      for (const damaged of [null, bytes.subarray(0, -1), bytes.subarray(0, 5), longer, other]) {
        const { faults, remarks } = await verify(changed(path, damaged));
        const found = [...faults, ...(damaged === longer ? remarks : [])];
        expect(found.map(({ file }) => file)).toContain(path);
      }
    }
  });

  it('names the line of the manifest and the line of a file that differ', async () => {
    const manifest = 'requests/manifest.jsonl';
    const lines = files.get(manifest)!.toString('utf8').split('\n');
    const without = (index: number): Buffer => Buffer.from(lines.toSpliced(index, 1).join('\n'));
    const places = async (damaged: FileMap, of: string): Promise<string[]> =>
      (await verify(damaged)).faults.filter(({ file }) => file === of).map(({ place }) => place);
    expect(await places(changed(manifest, without(2)), manifest)).toContain('line 3');
    const swapped = Buffer.from(lines.with(1, lines[2]!).with(2, lines[1]!).join('\n'));
    expect(await places(changed(manifest, swapped), manifest)).toContain('line 2');
    const plain = `requests/${DAY}.jsonl`;
    const text = files.get(plain)!.toString('utf8');
    const broken = Buffer.from(text.replace('\n{', '\n['));
    expect(await places(changed(plain, broken), plain)).toEqual(['line 2']);
  });

  it('finds files that changed places, and one that nobody wrote', async () => {
    const [one, two] = paths().filter((path) =>
      path.endsWith(compression === 'zstd' ? '.zst' : '.gz'),
    );
    const swapped = new Map(files);
    swapped.set(one!, files.get(two!)!);
    swapped.set(two!, files.get(one!)!);
    expect((await verify(swapped)).faults.map(({ file }) => file).toSorted()).toEqual([one, two]);
    const foreign = changed(`requests/${DAY}.9.jsonl`, Buffer.from('{}\n'));
    expect((await verify(foreign)).faults).toEqual([
      { file: `requests/${DAY}.9.jsonl`, place: 'the file', reason: 'has no record' },
    ]);
  });

  it('finds a whole stream that is gone, and nothing wrong with an archive that is still empty', async () => {
    const rest = new Map([...files].filter(([path]) => !path.startsWith('requests/')));
    expect((await verify(rest)).faults.map(({ file }) => file)).toEqual(['requests/open.json']);
    expect((await verify(new Map())).isSound).toBe(true);
  });

  it('never fails over what it finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths()),
        fc.uint8Array({ maxLength: 300 }),
        fc.boolean(),
        async (path, bytes, isText) => {
          const text = isText
            ? Buffer.from(JSON.stringify(Object.fromEntries(bytes.entries())))
            : Buffer.from(bytes);
          expect((await verify(changed(path, text))).isSound).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('verifying what a crash left', () => {
  it('is no fault, and is told', async () => {
    const files = await makeFiles('zstd');
    const open = `requests/${OLD_DAY}.3.jsonl`;
    files.set(`requests/${OLD_DAY}.jsonl.zst.tmp`, Buffer.from('x'));
    files.set('requests/2020-01-01.jsonl', Buffer.from('{"id":"x","revi'));
    files.set(`requests/${DELETED_DAY}.jsonl`, Buffer.from('left'));
    files.set(open, Buffer.concat([files.get(open)!, Buffer.from('{"id":')]));
    const { isSound, remarks } = await verify(files);
    expect(isSound).toBe(true);
    expect(remarks.map(({ file }) => file).toSorted()).toEqual(
      [
        `requests/${OLD_DAY}.jsonl.zst.tmp`,
        'requests/2020-01-01.jsonl',
        `requests/${DELETED_DAY}.jsonl`,
        open,
      ].toSorted(),
    );
  });
});
