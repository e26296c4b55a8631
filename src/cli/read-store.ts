import type { Database } from 'better-sqlite3';
import { ConfigError } from '../errors.ts';
import { damageOf } from '../store/damage.ts';
import { openStoreForReading } from '../store/open.ts';
import type { CommandContext } from './context.ts';
import { unmarkClean } from './recovery/clean-mark.ts';

/** How a reading command wants the store. */
export interface ReadOptions {
  /** False: answer from what is already stored. */
  readonly sync: boolean;
}

/**
 * Lets `read` work on the store, brought up to date first. Where it turns out to be damaged it is put aside, built again,
 * and read once more.
 *
 * @throws ConfigError where there is no store, or it is damaged and may not be written to.
 */
export async function readStore<T>(
  context: CommandContext,
  { sync }: ReadOptions,
  read: (db: Database) => T | Promise<T>,
): Promise<T> {
  const { config, terminal } = context;
  if (!sync) return await readAsIs(context, read);
  const { syncStore } = await import('./sync.ts');
  await syncStore(config, terminal.note);
  try {
    return await readAsIs(context, read);
  } catch (error) {
    if (damageOf(error) === null) throw error;
    const { fillStore } = await import('./fill-store.ts');
    unmarkClean(config.home);
    await fillStore(config, terminal.note);
    return await readAsIs(context, read);
  }
}

const readAsIs = async <T>(
  { config }: CommandContext,
  read: (db: Database) => T | Promise<T>,
): Promise<T> => {
  const db = openStoreForReading(config.home);
  if (db === undefined) {
    throw new ConfigError(`There is no store in ${config.home} yet.`, {
      hint: 'Fill it with `hall-monitor import`, or leave out --no-sync. HALL_MONITOR_HOME says where it is.',
    });
  }
  try {
    return await read(db);
  } catch (cause) {
    const damage = damageOf(cause);
    if (damage === null) throw cause;
    throw new ConfigError(`The store in ${config.home} is damaged: ${damage}.`, {
      cause,
      hint: 'Build it again with: hall-monitor db rebuild',
    });
  } finally {
    db.close();
  }
};
