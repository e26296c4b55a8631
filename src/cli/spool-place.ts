import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Folder in the data folder that hooks write to. */
export const spoolOf = (home: string): string => path.join(home, 'spool');

/** Folder in the data folder that the command of the status line writes to. */
export const statuslineFolderOf = (home: string): string => path.join(home, 'statusline');

/** Whether hooks left anything in the spool. */
export const hasSpooledHooks = (home: string): boolean =>
  ['new', 'http'].some((folder) => {
    try {
      return readdirSync(path.join(spoolOf(home), folder)).length > 0;
    } catch {
      // There is no spool: no hooks are installed.
      return false;
    }
  });
