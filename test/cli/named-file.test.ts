import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readNamedFile, writeNamedFile } from '../../src/cli/named-file.ts';
import { InputError, TransientError } from '../../src/errors.ts';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hall-monitor-named-'));
  path = join(folder, 'tasks.json');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('reading what a person names', () => {
  it('gives the text of a file, and of what a link leads to', async () => {
    writeFileSync(path, 'ä\n');
    symlinkSync(path, `${path}.link`);
    expect(await readNamedFile(path, '')).toBe('ä\n');
    expect(await readNamedFile(`${path}.link`, '')).toBe('ä\n');
  });

  it.skipIf(process.platform === 'win32')(
    'neither waits for a pipe nor reads a device without end',
    async () => {
      spawnSync('mkfifo', [path]);
      symlinkSync('/dev/zero', `${path}.zero`);
      for (const each of [path, `${path}.zero`]) {
        await expect(readNamedFile(each, 'Name a file.')).rejects.toEqual(
          new InputError(`${each} is no file.`, { hint: 'Name a file.' }),
        );
      }
    },
  );

  it('says what cannot be read, or is too large, and what to do', async () => {
    await expect(readNamedFile(path, 'Name a file.')).rejects.toMatchObject({
      message: expect.stringContaining(`Cannot read ${path}: ENOENT`) as string,
      hint: 'Name a file.',
    });
    await expect(readNamedFile(folder, 'Name a file.')).rejects.toBeInstanceOf(InputError);
    writeFileSync(path, Buffer.alloc(16 * 1024 * 1024 + 1));
    await expect(readNamedFile(path, '')).rejects.toMatchObject({
      message: `${path} is too large.`,
    });
  });
});

describe('writing what a person names', () => {
  it('replaces the text', async () => {
    writeFileSync(path, 'before');
    await writeNamedFile(path, 'after');
    expect(readFileSync(path, 'utf8')).toBe('after');
  });

  it('says what cannot be written', async () => {
    mkdirSync(path);
    const written = writeNamedFile(path, 'after');
    await expect(written).rejects.toBeInstanceOf(TransientError);
    await expect(written).rejects.toMatchObject({
      message: expect.stringContaining(`Cannot write ${path}: EISDIR`) as string,
      hint: expect.stringContaining('Make room in ') as string,
    });
  });
});
