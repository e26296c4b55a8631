import { hasPlanNews } from '../../receivers/plans/has-plan-news.ts';
import { hasNews } from '../../receivers/transcripts/has-news.ts';
import type { Config } from '../config/schema.ts';
import { originStates } from '../rollups/origin-states.ts';
import { hasDirtyPlans, projectPaths } from '../rollups/project-list.ts';
import { openCurrentStore } from '../store/open.ts';
import { hasSpooledHooks } from './spool-place.ts';

/** What bringing the store up to date says to a person. */
export type Note = (text: string) => void;

/**
 * Brings the store up to date with the transcripts, the spool and the plans. Where nothing changed nothing is opened
 * for writing; where a collector runs, it does this itself.
 */
export const syncStore = async (
  config: Config,
  note: Note = (text) => void process.stderr.write(text),
): Promise<void> => {
  const { home, claudeDirs } = config;
  const db = openCurrentStore(home);
  if (db !== undefined) {
    try {
      const isNews =
        hasSpooledHooks(home) ||
        hasNews(claudeDirs, originStates(db, 'transcript')) ||
        hasDirtyPlans(db) ||
        hasPlanNews(config.plans, projectPaths(db), originStates(db, 'plan'), Date.now());
      if (!isNews) return;
    } finally {
      db.close();
    }
  }
  const { fillStore } = await import('./fill-store.ts');
  await fillStore(config, note);
};
