import { closeSync, existsSync, lstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { platform, userInfo } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { ConfigError } from '../errors.ts';
import { damageOf } from './damage.ts';

/** File name of the store inside the data folder. */
export const STORE_FILE = 'hall-monitor.db';

/** Migrations in order, files in `migrations`; the store's `user_version` says how many have run. */
export const MIGRATIONS = [
  '0001-initial.sql',
  '0002-hooks.sql',
  '0003-plans.sql',
  '0004-exports.sql',
  '0005-metrics.sql',
  '0006-rate-limits.sql',
] as const;

/** First SQLite without the WAL-reset race. */
const SQLITE_FLOOR = [3, 51, 3] as const;
const BUSY_TIMEOUT_MS = 5_000;

const here = (file: string): string => path.join(import.meta.dirname, file);

/** Makes the data folder, for the user alone. Throws ConfigError where it cannot be, or is another user's. */
export const makeHome = (home: string): void => {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const stat = lstatSync(home);
    if (!stat.isDirectory()) throw new Error('it is no folder');
    if (platform() === 'win32') return;
    if (stat.uid !== userInfo().uid) throw new Error('it belongs to another user');
    if ((stat.mode & 0o022) !== 0) throw new Error('others may write to it');
  } catch (cause) {
    const hint = 'Set HALL_MONITOR_HOME to a folder of your own.';
    throw new ConfigError(`Cannot use the data folder ${home}: ${describe(cause)}.`, {
      cause,
      hint,
    });
  }
};

/** Opens the store for writing, made or brought up to date where needed. Only one process may: see `lockStore`. */
export const openStore = (home: string): Database.Database => {
  const file = path.join(home, STORE_FILE);
  if (!existsSync(file)) closeSync(openSync(file, 'wx', 0o600));
  const db = open(file, {});
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('cache_size = -16000');
  db.pragma('temp_store = MEMORY');
  db.pragma('wal_autocheckpoint = 20000');
  migrate(db, file);
  return db;
};

/**
 * Opens the store for reading; undefined where there is none yet.
 *
 * @throws ConfigError for one of a newer version, or of an older one that nothing brought up to date yet.
 */
export const openStoreForReading = (home: string): Database.Database | undefined => {
  const db = openCurrentStore(home);
  const file = path.join(home, STORE_FILE);
  if (db !== undefined || !existsSync(file)) return db;
  const hint = 'Bring it up to date with: hall-monitor import';
  throw new ConfigError(`The store ${file} has the schema of an older version.`, { hint });
};

/** Opens the store for reading; undefined where there is none, or one that writing to it would bring up to date. */
export const openCurrentStore = (home: string): Database.Database | undefined => {
  const file = path.join(home, STORE_FILE);
  if (!existsSync(file)) return undefined;
  const db = open(file, { readonly: true });
  if (checkVersion(db, file) === MIGRATIONS.length) return db;
  db.close();
  return undefined;
};

/** Makes the indexes that are missing. While a store is filled for the first time it has none. */
export const createIndexes = (db: Database.Database): void => {
  const sql = readFileSync(here('indexes.sql'), 'utf8');
  db.transaction(() => db.exec(sql)).immediate();
};

/** Makes the indexes that only hooks need, in the transaction at hand. */
export const createHookIndexes = (db: Database.Database): void => {
  db.exec(readFileSync(here('hook-indexes.sql'), 'utf8'));
};

const open = (file: string, options: Database.Options): Database.Database => {
  try {
    const db = new Database(file, { timeout: BUSY_TIMEOUT_MS, ...options });
    checkSqlite(db);
    return db;
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const isDamaged = damageOf(cause) !== null;
    const hint = isDamaged
      ? 'Build it again with: hall-monitor db rebuild'
      : 'Check it with: hall-monitor db check';
    throw new ConfigError(`Cannot open the store ${file}: ${describe(cause)}.`, { cause, hint });
  }
};

const checkSqlite = (db: Database.Database): void => {
  const version = String(db.prepare('SELECT sqlite_version()').pluck().get());
  const parts = version.split('.').map(Number);
  const difference =
    SQLITE_FLOOR.map((floor, index) => (parts[index] ?? 0) - floor).find((part) => part !== 0) ?? 0;
  if (difference >= 0) return;
  const hint = 'Run npm ci, which brings the pinned better-sqlite3.';
  throw new ConfigError(
    `SQLite ${version} can damage a store; at least ${SQLITE_FLOOR.join('.')} is needed.`,
    { hint },
  );
};

const versionOf = (db: Database.Database): number =>
  Number(db.pragma('user_version', { simple: true }));

const checkVersion = (db: Database.Database, file: string): number => {
  const version = versionOf(db);
  if (version <= MIGRATIONS.length) return version;
  const hint = 'Use the newer Hall Monitor that made it, or another HALL_MONITOR_HOME.';
  throw new ConfigError(
    `The store ${file} has schema ${version}; this version knows ${MIGRATIONS.length}.`,
    { hint },
  );
};

const migrate = (db: Database.Database, file: string): void => {
  const version = checkVersion(db, file);
  if (version === MIGRATIONS.length) return;
  db.transaction(() => {
    for (const migration of MIGRATIONS.slice(version)) {
      db.exec(readFileSync(here(path.join('migrations', migration)), 'utf8'));
    }
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  }).immediate();
};

const describe = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause);
