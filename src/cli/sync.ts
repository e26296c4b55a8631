import type { Database } from 'better-sqlite3';
import { hasPlanNews } from '../../receivers/plans/has-plan-news.ts';
import { hasNews } from '../../receivers/transcripts/has-news.ts';
import type { Config } from '../config/schema.ts';
import { originStates } from '../rollups/origin-states.ts';
import { hasDirtyPlans, projectPaths } from '../rollups/project-list.ts';
import { damageOf } from '../store/damage.ts';
import { openCurrentStore } from '../store/open.ts';
import { unmarkClean } from './recovery/clean-mark.ts';
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
  if (!hasStoreNews(config)) return;
  const { fillStore } = await import('./fill-store.ts');
  await fillStore(config, note);
};

/** Whether there is anything to write: no store yet, an old one, a damaged one, or something that it does not know. */
const hasStoreNews = (config: Config): boolean => {
  try {
    const db = openCurrentStore(config.home);
    if (db === undefined) return true;
    try {
      return isNewTo(db, config);
    } finally {
      db.close();
    }
  } catch (error) {
    if (damageOf(error) === null) throw error;
    // It may have been closed whole and be damaged all the same: whoever opens it for writing must look.
    unmarkClean(config.home);
    return true;
  }
};

const isNewTo = (db: Database, { home, claudeDirs, plans }: Config): boolean =>
  hasSpooledHooks(home) ||
  hasNews(claudeDirs, originStates(db, 'transcript')) ||
  hasDirtyPlans(db) ||
  hasPlanNews(plans, projectPaths(db), originStates(db, 'plan'), Date.now());
