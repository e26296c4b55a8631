import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { STORE_FILE } from '../../store/open.ts';

/** What belongs to one store: the file, the log of what is not in it yet, and the index of that log. */
export const STORE_SUFFIXES = ['', '-wal', '-shm'] as const;

/**
 * Gives the store in `home` another name, with everything that belongs to it; null where there is none. Nothing is
 * deleted. Only for whoever holds the lock.
 */
export const putAside = (home: string, nowMs: number): string | null => {
  const store = path.join(home, STORE_FILE);
  if (!STORE_SUFFIXES.some((suffix) => existsSync(store + suffix))) return null;
  const aside = freeName(`${store}.${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`);
  // The file itself goes last: until then whoever looks sees a store, and puts the rest aside too.
  for (const suffix of STORE_SUFFIXES.toReversed())
    if (existsSync(store + suffix)) renameSync(store + suffix, aside + suffix);
  return aside;
};

const freeName = (name: string): string => {
  for (let count = 1; ; count += 1) {
    const tried = count === 1 ? name : `${name}.${count}`;
    if (!STORE_SUFFIXES.some((suffix) => existsSync(tried + suffix))) return tried;
  }
};
