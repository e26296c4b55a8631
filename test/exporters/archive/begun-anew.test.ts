import { copyFileSync, cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ARCHIVE_STREAMS } from '../../../src/records/archive-line.ts';
import { drain, heldIn, NINE_MS, open, repeatedIn, temporaryRoot } from './archive-home.ts';
import { LogBook } from './log-book.ts';

const limits = { batchLines: 7 };

const bookOf = (entries: number): LogBook => {
  const book = new LogBook();
  for (let id = 0; id < entries; id += 1) book.tell({ id: `req-${id}`, atMs: NINE_MS });
  return book;
};

it('goes on where it was killed while an archive that was deleted is written anew', async () => {
  const [book, root] = [bookOf(30), temporaryRoot()];
  await drain(await open({ book, root }));
  rmSync(root, { recursive: true });
  const killed = await open({ book, root, limits });
  await killed.advance();
  // Nothing may leave the store before it is in the files again.
  expect(book.cursorSeq).toBe(7);
  await drain(await open({ book, root, limits }));
  expect(heldIn(root)).toEqual(book.truth);
  expect(repeatedIn(root)).toEqual([]);
});

it('begins at the first line where the archive is that of another store', async () => {
  const [first, root] = [bookOf(3), temporaryRoot()];
  await drain(await open({ book: first, root }));
  const other = new LogBook('other');
  for (let id = 0; id < 9; id += 1) other.tell({ id: `other-${id}`, atMs: NINE_MS });
  other.cursorSeq = 9;
  await drain(await open({ book: other, root }));
  expect(heldIn(root)).toEqual(new Map([...first.truth, ...other.truth]));
});

it('keeps lines behind what its state says where the cursor of a restored store has them', async () => {
  const [book, root] = [bookOf(5), temporaryRoot()];
  await drain(await open({ book, root, limits }));
  const state = join(root, 'requests', 'open.json');
  copyFileSync(state, `${state}.before`);
  for (let id = 5; id < 9; id += 1) book.tell({ id: `req-${id}`, atMs: NINE_MS });
  book.tell({ id: 'req-later', atMs: NINE_MS + 86_400_000 });
  await drain(await open({ book, root, limits }));
  // As after a crash before the state was written, and a restore that read all lines.
  copyFileSync(`${state}.before`, state);
  rmSync(`${state}.before`);
  const archive = await open({ book, root, limits });
  await drain(archive);
  await archive.look();
  expect(heldIn(root)).toEqual(book.truth);
  expect(repeatedIn(root)).toEqual([]);
});

it('writes what is missing where an older copy of it was put in its place', async () => {
  const [book, root, older] = [bookOf(5), temporaryRoot(), join(temporaryRoot(), 'copy')];
  await drain(await open({ book, root }));
  cpSync(root, older, { recursive: true });
  for (let id = 5; id < 40; id += 1) book.tell({ id: `req-${id}`, atMs: NINE_MS });
  await drain(await open({ book, root }));
  rmSync(root, { recursive: true });
  cpSync(older, root, { recursive: true });
  await drain(await open({ book, root, limits }));
  expect(heldIn(root)).toEqual(book.truth);
  expect(repeatedIn(root)).toEqual([]);
});

it('tells how far files were read only when all that was read in them is written', () => {
  expect(ARCHIVE_STREAMS.at(-1)).toBe('sessions');
});
