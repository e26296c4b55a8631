import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A small JSON file that an exporter keeps beside the store. */
export interface StateFile<T> {
  /** What was written last; undefined where there is nothing, or nothing that can be used. */
  readonly read: () => Promise<T | undefined>;
  /** Resolves once it is on disk as a whole. */
  readonly write: (state: T) => Promise<void>;
}

/** Keeps a file that is always whole: a crash leaves the old one or the new one. */
export function createStateFile<T>(
  path: string,
  isState: (value: unknown) => value is T,
): StateFile<T> {
  return {
    read: async () => {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      const state = parsed(text);
      return isState(state) ? state : undefined;
    },
    write: async (state) => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.new`;
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(JSON.stringify(state));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
