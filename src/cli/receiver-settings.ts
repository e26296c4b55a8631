import type { Config } from '../config/schema.ts';
import { readerThreads } from './collector.ts';
import { spoolOf } from './spool-place.ts';

/** Settings of each receiver, by its name. */
export const receiverSettings = ({ home, claudeDirs, transcripts, hooks, plans }: Config) => ({
  transcripts: { ...transcripts, claudeDirs, threads: readerThreads() },
  hooks: { ...hooks, spool: spoolOf(home) },
  plans,
});
