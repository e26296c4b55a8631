import { backfill } from '../../receivers/transcripts/backfill.ts';
import { hasNews } from '../../receivers/transcripts/has-news.ts';
import type { Config } from '../config/schema.ts';
import { openStoreForReading } from '../store/open.ts';
import { openCollector, readerThreads, StoreHeldError } from './collector.ts';
import { createProgressBar } from './progress.ts';

/** What bringing the store up to date says to a person. */
export type Note = (text: string) => void;

/**
 * Brings the store up to date with the transcripts. Where nothing changed nothing is opened for writing; where a
 * collector runs, it does this itself.
 */
export const syncStore = async (config: Config, note: Note = (text) => void process.stderr.write(text)): Promise<void> => {
  const { home, claudeDirs, pricing } = config;
  const db = openStoreForReading(home);
  if (db !== undefined) {
    try {
      const known = db.prepare<[], { path: string; position: string }>(
        `SELECT path, position FROM origin WHERE source = 'transcript'`,
      );
      if (!hasNews(claudeDirs, known.all())) return;
    } finally {
      db.close();
    }
  }
  const bar = createProgressBar({ note, isTerminal: process.stderr.isTTY === true, now: Date.now });
  try {
    const collector = await openCollector({ home, overrideFile: pricing.overrideFile, waitMs: 0 });
    try {
      await backfill({
        claudeDirs,
        origins: collector.origins('transcript'),
        sink: collector.sink,
        onProgress: bar.show,
        onProblem: (path, reason) => note(`hall-monitor: cannot read ${path}: ${reason}\n`),
        threads: readerThreads(),
      });
      collector.store.settle();
    } finally {
      bar.clear();
      collector.close();
    }
  } catch (error) {
    if (!(error instanceof StoreHeldError)) throw error;
    const who = error.holderPid === null ? 'A collector' : `The collector (process ${error.holderPid})`;
    note(`${who} keeps the store up to date; showing what it has.\n`);
  }
};
