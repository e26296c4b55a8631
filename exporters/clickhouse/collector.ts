import { hash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import type { ClickHouseSettings } from './settings.ts';

/** Whose rows these are. */
export interface Collector {
  /** Part of every row's key, the same for the life of a data folder, whatever becomes of the names. */
  readonly id: string;
  /** Values of the columns `host` and `user`. */
  readonly host: string;
  readonly user: string;
}

const ID_LENGTH = 16;
const ID = /^[A-Za-z0-9_-]{16}$/;

const digest = (...parts: readonly string[]): string =>
  hash('sha256', parts.join('\0'), 'base64url').slice(0, ID_LENGTH);

/**
 * Tells who collects. The id is made of the names that hold at the first start, and kept in the data folder: a machine
 * that is called something else later goes on with the rows it has, and one whose data folder was lost finds them again.
 */
export const openCollector = (
  home: string,
  {
    hostName,
    userName,
    anonymous,
  }: Pick<ClickHouseSettings, 'hostName' | 'userName' | 'anonymous'>,
): Collector => {
  const host = hostName ?? hostname();
  const user = userName ?? accountName();
  const id = keptId(path.join(home, 'clickhouse'), digest('collector', host, user));
  if (!anonymous) return { id, host, user };
  return { id, host: digest('host', host), user: digest('user', host, user) };
};

/** In some containers the account has no name. */
const accountName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
};

const keptId = (folder: string, fresh: string): string => {
  const file = path.join(folder, 'collector-id');
  const known = readId(file);
  if (known !== null) return known;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = path.join(folder, `.collector-id-${randomUUID()}`);
  writeFileSync(draft, `${fresh}\n`, { mode: 0o600, flush: true });
  renameSync(draft, file);
  return fresh;
};

const readId = (file: string): string | null => {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return ID.test(text) ? text : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};
