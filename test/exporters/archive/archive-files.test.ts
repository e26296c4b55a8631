import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { archiveFiles, readWhole, replaceFile } from '../../../exporters/archive/archive-files.ts';
import { needs } from '../../support/offers.ts';
import { temporaryRoot } from './archive-home.ts';

const { append, create, mark, list, read, remove } = archiveFiles;
const bytes = (text: string): Buffer => Buffer.from(text);

describe('the files of an archive', () => {
  it('are written behind what is known, and what stood there is cut off', async () => {
    const path = join(temporaryRoot(), 'a');
    expect(await append(path, 0, bytes('one\n'))).toMatchObject({ sizeBytes: 4 });
    await append(path, 4, bytes('half of anoth'));
    expect(await append(path, 4, bytes('two\n'))).toMatchObject({ sizeBytes: 8 });
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
    await append(path, 4, new Uint8Array());
    expect(readFileSync(path, 'utf8')).toBe('one\n');
  });

  it('never get a hole', async () => {
    const path = join(temporaryRoot(), 'a');
    await append(path, 0, bytes('one\n'));
    await expect(append(path, 9, bytes('two\n'))).rejects.toThrow('has 4 bytes instead of 9');
    expect(readFileSync(path, 'utf8')).toBe('one\n');
  });

  it('are read as far as is asked for', async () => {
    const path = join(temporaryRoot(), 'a');
    const text = 'x'.repeat(600_000);
    await create(path, [bytes(text), bytes('y')]);
    const lengthOf = async (sizeBytes?: number): Promise<number> => {
      let length = 0;
      for await (const piece of read(path, sizeBytes)) length += piece.length;
      return length;
    };
    expect(await lengthOf()).toBe(600_001);
    expect(await lengthOf(300_000)).toBe(300_000);
    expect(await lengthOf(0)).toBe(0);
  });

  it('that are not there are no error', async () => {
    const folder = temporaryRoot();
    const path = join(folder, 'nothing');
    await remove(path);
    expect([await mark(path), await readWhole(archiveFiles, path), await list(path)]).toEqual([
      null,
      null,
      [],
    ]);
    writeFileSync(path, '');
    expect(await mark(join(path, 'below'))).toBeNull();
  });

  it('are replaced as a whole', async () => {
    const folder = temporaryRoot();
    const path = join(folder, 'a');
    await replaceFile(archiveFiles, path, [bytes('old')]);
    await replaceFile(archiveFiles, path, [bytes('n'), bytes('ew')]);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(await list(folder)).toEqual(['a']);
  });

  needs('posix')('are not written through a link', async () => {
    const folder = temporaryRoot();
    const [outside, path] = [join(folder, 'outside'), join(folder, 'a')];
    writeFileSync(outside, 'mine');
    symlinkSync(outside, path);
    await expect(append(path, 0, bytes('theirs'))).rejects.toThrow('ELOOP');
    await expect(create(path, [bytes('theirs')])).rejects.toThrow('ELOOP');
    expect(readFileSync(outside, 'utf8')).toBe('mine');
  });
});
