import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Database, { type Database as Connection } from 'better-sqlite3';
import { ConfigError } from '../../src/errors.ts';

/** File name of the raw traces inside the data folder. */
export const RAW_TRACES_FILE = 'raw-traces.db';

const SCHEMA_VERSION = 1;
const BUSY_TIMEOUT_MS = 5_000;
/** A block ends within a page, on average in its middle: small ones waste less. */
const PAGE_BYTES = 1024;

/**
 * Opens the raw traces for writing, made where there are none. Whoever else writes waits, and every writer checks in its
 * transaction that what it adds to is still what it read: no lock of the process is needed.
 */
export const openRawTraces = (home: string): Connection => {
  const file = path.join(home, RAW_TRACES_FILE);
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  return connect(file, {}, (db) => {
    db.pragma(`page_size = ${PAGE_BYTES}`);
    db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.transaction(() => prepare(db, file)).immediate();
  });
};

/** The same in memory alone. */
export const openRawTracesInMemory = (): Connection => {
  const db = new Database(':memory:');
  prepare(db, 'in memory');
  return db;
};

/** Opens the raw traces for reading; undefined where there are none. */
export const openRawTracesForReading = (home: string): Connection | undefined => {
  const file = path.join(home, RAW_TRACES_FILE);
  if (!existsSync(file)) return undefined;
  let version = 0;
  const db = connect(file, { readonly: true }, (opened) => {
    version = checkVersion(opened, file);
  });
  if (version === SCHEMA_VERSION) return db;
  db.close();
  return undefined;
};

const connect = (
  file: string,
  options: Database.Options,
  setUp: (db: Connection) => void,
): Connection => {
  let db: Connection | undefined;
  try {
    db = new Database(file, { timeout: BUSY_TIMEOUT_MS, ...options });
    setUp(db);
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(`Cannot open the raw traces ${file}.`, {
      cause,
      hint: 'Move the file away; what transcripts still hold is read again.',
    });
  }
};

const prepare = (db: Connection, file: string): void => {
  if (checkVersion(db, file) === SCHEMA_VERSION) return;
  db.exec(readFileSync(path.join(import.meta.dirname, 'schema.sql'), 'utf8'));
  db.pragma(`user_version = ${SCHEMA_VERSION}`);
};

const checkVersion = (db: Connection, file: string): number => {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version <= SCHEMA_VERSION) return version;
  throw new ConfigError(
    `The raw traces ${file} have schema ${version}; this version knows ${SCHEMA_VERSION}.`,
    { hint: 'Use the newer Hall Monitor that made them, or move the file away.' },
  );
};
