import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, lstatSync, realpathSync } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InputError, isSystemError } from '../errors.ts';

/** Where an export goes. */
export interface ExportTarget {
  /** File; `-` or nothing is standard output. */
  readonly out?: string;
  /** Replace a file that exists. */
  readonly force?: boolean;
}

/** Whether it goes to a file. */
export function isFile({ out }: ExportTarget): boolean {
  return out !== undefined && out !== '-';
}

/**
 * The file that will be written, by its real path.
 *
 * @throws InputError where it exists and may not be replaced, or is no file.
 */
export function targetPath({ out = '-', force = false }: ExportTarget): string {
  const path = resolve(out);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    if (existsSync(dirname(path))) return path;
    throw new InputError(`There is no folder ${dirname(path)}.`, {
      hint: 'Make it, or write elsewhere.',
    });
  }
  const target = found.isSymbolicLink() ? realpathSync(path) : path;
  if (!lstatSync(target).isFile()) {
    throw new InputError(`${path} is no file.`, {
      hint: 'Give the name of a file, or leave out --out and send the output on yourself.',
    });
  }
  if (!force) throw existsAlready(path);
  return target;
}

/**
 * Writes text piece by piece to a file that appears when all of it is there, for its owner alone, or to `stdout`.
 * Nothing is left behind where that fails or the signal aborts.
 */
export async function writePieces(
  pieces: AsyncIterable<string>,
  target: ExportTarget,
  { stdout, signal }: { readonly stdout: Writable; readonly signal: AbortSignal },
): Promise<void> {
  if (!isFile(target)) {
    await pipeline(pieces, stdout, { end: false, signal });
    return;
  }
  const path = targetPath(target);
  const draft = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    const file = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(pieces, file, { signal });
    await (target.force === true ? rename(draft, path) : appear(draft, path));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new WriteError(`Cannot write ${path}: ${error.message}.`, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

/** A file could not be written, such as because the disk is full. */
class WriteError extends Error {
  readonly hint = 'Nothing is left of it. Make room, or write elsewhere.';
}

/** Gives the draft its name, unless somebody else has taken that name meanwhile. */
async function appear(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw existsAlready(path);
    // A file system without hard links.
    targetPath({ out: path });
    await rename(draft, path);
  }
}

function existsAlready(path: string): InputError {
  return new InputError(`${path} exists already.`, {
    hint: 'Give another name, or replace it with --force.',
  });
}
