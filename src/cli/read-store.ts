import type { Database } from 'better-sqlite3';
import { ConfigError } from '../errors.ts';
import { openStoreForReading } from '../store/open.ts';
import type { CommandContext } from './context.ts';

/** How a reading command wants the store. */
export interface ReadOptions {
  /** False: answer from what is already stored. */
  readonly sync: boolean;
}

/**
 * Lets `read` work on the store, brought up to date first.
 *
 * @throws ConfigError where there is no store.
 */
export async function readStore<T>(
  { config, terminal }: CommandContext,
  { sync }: ReadOptions,
  read: (db: Database) => T | Promise<T>,
): Promise<T> {
  if (sync) {
    const { syncStore } = await import('./sync.ts');
    await syncStore(config, terminal.note);
  }
  const db = openStoreForReading(config.home);
  if (db === undefined) {
    throw new ConfigError(`There is no store in ${config.home} yet.`, {
      hint: 'Fill it with `hall-monitor import`, or leave out --no-sync. HALL_MONITOR_HOME says where it is.',
    });
  }
  try {
    return await read(db);
  } finally {
    db.close();
  }
}
