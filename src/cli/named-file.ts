import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError, isSystemError, TransientError } from '../errors.ts';
import { writeWhole } from '../runtime/write-whole.ts';

const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * The text of a file that a person names; a pipe or a device, which may have no end, is none.
 *
 * @throws InputError where it cannot be read, with `hint` as what to do, or is larger than 16 MiB.
 */
export async function readNamedFile(path: string, hint: string): Promise<string> {
  try {
    // Whoever opens a pipe waits for a writer otherwise.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new InputError(`${path} is no file.`, { hint });
      if (found.size > MAX_FILE_BYTES) {
        throw new InputError(`${path} is too large.`, { hint: 'Allowed are 16 MiB.' });
      }
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new InputError(`Cannot read ${path}: ${error.message}.`, { hint, cause: error });
  }
}

/**
 * Replaces a file that a person names, in one step.
 *
 * @throws TransientError where that fails; what was there stays as it was.
 */
export async function writeNamedFile(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new TransientError(`Cannot write ${path}: ${error.message}.`, {
      hint: `Make room in ${dirname(path)}, or let yourself write to it, and run the command again.`,
      cause: error,
    });
  }
}
