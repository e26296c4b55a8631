import type { Database } from 'better-sqlite3';
import { Keeper } from './keeper.ts';
import { realRoots } from './open-transcript.ts';
import { openRawTracesInMemory } from './trace-file.ts';

/** Raw traces of a few transcripts, as far as they are there, in memory alone. */
export const keptFromTranscripts = async (
  files: readonly string[],
  claudeDirs: readonly string[],
): Promise<Database> => {
  const db = openRawTracesInMemory();
  const count = (): void => undefined;
  const keeper = new Keeper({ db, roots: () => realRoots(claudeDirs), now: Date.now, count });
  const { signal } = new AbortController();
  for (const file of files) await keeper.keep(file, signal);
  return db;
};
