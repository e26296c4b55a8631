import type { Config } from '../config/schema.ts';
import { readerThreads } from './collector.ts';
import { spoolOf, statuslineFolderOf } from './spool-place.ts';

/** Settings of each receiver, by its name. */
export const receiverSettings = ({
  home,
  claudeDirs,
  transcripts,
  hooks,
  plans,
  statusline,
}: Config) => ({
  transcripts: { ...transcripts, claudeDirs, threads: readerThreads() },
  hooks: { ...hooks, spool: spoolOf(home) },
  plans,
  statusline: { ...statusline, folder: statuslineFolderOf(home) },
});
