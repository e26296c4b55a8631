import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What lies in the spool. */
export interface Spooled {
  /** Payloads that wait for the collector. */
  readonly waiting: number;
  /** Payloads that are being written, or whose writer was stopped. */
  readonly unfinished: number;
}

/** Counts what lies in the spool; a spool that does not exist is empty. */
export function countSpooled(spool: string): Spooled {
  return { waiting: countIn(join(spool, 'new')), unfinished: countIn(join(spool, 'tmp')) };
}

function countIn(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
