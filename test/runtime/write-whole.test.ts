import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileWriter } from '../../src/runtime/file-writer.ts';
import { isDraftOf, writeWhole } from '../../src/runtime/write-whole.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hall-monitor-whole-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('writing a whole file', () => {
  it('makes missing folders, and leaves no draft behind', async () => {
    const file = join(folder, 'a', 'b', 'c.json');
    await writeWhole(file, 'one');
    await writeWhole(file, 'two');
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['c.json']);
  });

  it('keeps the mode of a file, unless one is asked for', async () => {
    const file = join(folder, 'a');
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    await writeWhole(file, 'new');
    expect(modeOf(file)).toBe(0o640);
    await writeWhole(file, 'private', 0o600);
    expect(modeOf(file)).toBe(0o600);
    await writeWhole(join(folder, 'b'), 'private', 0o600);
    expect(modeOf(join(folder, 'b'))).toBe(0o600);
  });

  it('writes what a link points to', async () => {
    const target = join(folder, 'target');
    const link = join(folder, 'link');
    writeFileSync(target, 'old');
    symlinkSync(target, link);
    await writeWhole(link, 'new');
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('leaves the old file where it fails', async () => {
    const file = join(folder, 'a');
    mkdirSync(file);
    await expect(writeWhole(file, 'new')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('is never seen half done by a reader', async () => {
    const file = join(folder, 'a.json');
    const texts = ['a', 'b'].map((letter) => JSON.stringify(letter.repeat(2_000_000)));
    await writeWhole(file, texts[0] ?? '');
    const abort = new AbortController();
    const seen = new Set<number>();
    let reads = 0;
    const reading = (async () => {
      while (!abort.signal.aborted) {
        seen.add(texts.indexOf(await readFile(file, 'utf8')));
        reads += 1;
      }
    })();
    for (let round = 0; round < 12; round += 1) await writeWhole(file, texts[round % 2] ?? '');
    abort.abort();
    await reading;
    expect(reads).toBeGreaterThan(0);
    expect([...seen].filter((index) => index === -1)).toEqual([]);
  });

  it('knows its drafts by their names', () => {
    expect(isDraftOf('.a.json.0123456789ab.tmp', 'a.json')).toBe(true);
    expect(isDraftOf('.a.json.0123456789ab.tmp', 'a')).toBe(false);
    expect(isDraftOf('a.json.0123456789ab.tmp', 'a.json')).toBe(false);
    expect(isDraftOf('.a.json.tmp', 'a.json')).toBe(false);
  });
});

describe('a writer of files', () => {
  it('writes only what is not there yet', async () => {
    const { write } = createFileWriter();
    const file = join(folder, 'a');
    expect(await write(file, 'one')).toBe(true);
    const { ino } = statSync(file);
    expect(await write(file, 'one')).toBe(false);
    expect(await createFileWriter().write(file, 'one')).toBe(false);
    expect(statSync(file).ino).toBe(ino);
    expect(await write(file, 'two')).toBe(true);
    rmSync(file);
    expect(await write(file, 'two')).toBe(true);
    writeFileSync(file, 'zwei');
    expect(await write(file, 'two')).toBe(true);
    expect(existsSync(file) && readFileSync(file, 'utf8')).toBe('two');
  });
});
