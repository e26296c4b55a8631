import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { archiveFiles } from '../../../exporters/archive/archive-files.ts';
import { readManifest } from '../../../exporters/archive/manifest.ts';
import { drain, filesIn, heldIn, NINE_MS, open, temporaryRoot } from './archive-home.ts';
import { LogBook } from './log-book.ts';

const tell = (book: LogBook, name: string, entries: number, atMs: number): void => {
  for (let id = 0; id < entries; id += 1) book.tell({ id: `${name}-${id}`, atMs });
};

it('keeps files that were copied from an archive with a longer log, and takes them for nobody’s', async () => {
  const [near, far] = [temporaryRoot(), temporaryRoot()];
  const [small, large] = [new LogBook('small'), new LogBook('large')];
  tell(small, 'small', 3, NINE_MS);
  await drain(await open({ book: small, root: near }));
  tell(large, 'large', 20, NINE_MS);
  tell(large, 'later', 20, NINE_MS + 86_400_000);
  await drain(await open({ book: large, root: far }));
  const file = '2026-11-21.jsonl';
  cpSync(join(far, 'requests', file), join(near, 'requests', file));
  await drain(await open({ book: small, root: near }));
  expect(existsSync(join(near, 'requests', file))).toBe(true);
  const held = [...heldIn(near).keys()];
  expect(held.filter((id) => id.startsWith('later'))).toHaveLength(20);
  // Else it would seem that the store has lost what it had committed.
  const { records } = await readManifest(archiveFiles, join(near, 'requests'));
  expect(records).toMatchObject([{ file, store: '', adopted: true }]);
});

it('still takes away a file that was begun by a batch that was not finished', async () => {
  const [book, root] = [new LogBook(), temporaryRoot()];
  tell(book, 'first', 3, NINE_MS);
  await drain(await open({ book, root }));
  tell(book, 'second', 2, NINE_MS + 86_400_000);
  const [line] = book.reader.archived(3, 1).lines;
  const file = join(root, 'requests', '2026-11-21.jsonl');
  writeFileSync(file, `${line!.text}\n{"id":"sec`);
  await drain(await open({ book, root }));
  expect(filesIn(root)).toEqual(['2026-11-20.jsonl', '2026-11-21.jsonl']);
  expect(heldIn(root)).toEqual(book.truth);
});

it('leaves folders and links alone that are called like its files', async () => {
  const [book, root] = [new LogBook(), temporaryRoot()];
  tell(book, 'first', 3, NINE_MS);
  await drain(await open({ book, root }));
  const [folder, link] = ['2026-11-01.jsonl', '2026-11-02.jsonl'].map((name) =>
    join(root, 'requests', name),
  ) as [string, string];
  mkdirSync(folder);
  symlinkSync('/etc/hosts', link);
  tell(book, 'second', 3, NINE_MS);
  await drain(await open({ book, root }));
  expect(heldIn(root)).toEqual(book.truth);
  expect([existsSync(folder), existsSync(link)]).toEqual([true, true]);
});
