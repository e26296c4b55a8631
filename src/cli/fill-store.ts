import { backfill } from '../../receivers/transcripts/backfill.ts';
import { Positions } from '../../receivers/transcripts/plan-readings.ts';
import type { Config } from '../config/schema.ts';
import { openCollector, readerThreads, StoreHeldError } from './collector.ts';
import { escapeText } from './escape.ts';
import { lookAtPlans } from './look-at-plans.ts';
import { createProgressBar } from './progress.ts';
import { hasSpooledHooks } from './spool-place.ts';

/** Reads what is new into the store, unless a collector does so already. */
export const fillStore = async (config: Config, note: (text: string) => void): Promise<void> => {
  const { home, claudeDirs, pricing } = config;
  const bar = createProgressBar({ note, isTerminal: process.stderr.isTTY, now: Date.now });
  try {
    const collector = await openCollector({
      home,
      overrideFile: pricing.overrideFile,
      waitMs: 0,
      onRecovery: (text) => note(`hall-monitor: ${escapeText(text)}\n`),
    });
    try {
      await backfill({
        claudeDirs,
        positions: new Positions(collector.origins('transcript')),
        sink: collector.sink,
        onProgress: bar.show,
        onProblem: (path, reason) =>
          note(`hall-monitor: cannot read ${escapeText(`${path}: ${reason}`)}\n`),
        threads: readerThreads(),
      });
      collector.settle();
      if (hasSpooledHooks(home)) {
        const { drainHooks } = await import('./drain-hooks.ts');
        await drainHooks(collector, config);
      }
      await lookAtPlans(collector, config);
    } finally {
      bar.clear();
      collector.close();
    }
  } catch (error) {
    if (!(error instanceof StoreHeldError)) throw error;
    const who =
      error.holderPid === null ? 'A collector' : `The collector (process ${error.holderPid})`;
    note(`${who} keeps the store up to date; showing what it has.\n`);
  }
};
