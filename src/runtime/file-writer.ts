import { hash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { isSystemError } from '../errors.ts';
import { writeWhole } from './write-whole.ts';

interface Known {
  readonly digest: string;
  readonly print: string;
}

/** Writes texts to files again and again, and only those that are not there yet as they should be. */
export function createFileWriter(): {
  /** False where the file had that text already. */
  readonly write: (path: string, text: string) => Promise<boolean>;
} {
  const known = new Map<string, Known>();
  const isThere = async (path: string, digest: string): Promise<boolean> => {
    const print = await printOf(path);
    const last = known.get(path);
    if (print === null || last === undefined) {
      return print !== null && digestOf(await readFile(path)) === digest;
    }
    return last.digest === digest && last.print === print;
  };
  return {
    write: async (path, text) => {
      const digest = digestOf(text);
      const isOld = await isThere(path, digest);
      if (!isOld) {
        await writeWhole(path, text);
      }
      const print = await printOf(path);
      if (print !== null) {
        known.set(path, { digest, print });
      }
      return !isOld;
    },
  };
}

/** What changes when somebody else writes or replaces a file; null where there is none. */
async function printOf(path: string): Promise<string | null> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino}.${size}.${mtimeMs}`;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

function digestOf(text: string | Uint8Array): string {
  return hash('sha256', text, 'base64');
}
