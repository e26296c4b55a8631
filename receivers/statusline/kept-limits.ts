import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { own } from '../../src/records/foreign-value.ts';
import { LIMIT_WINDOW_NAMES } from '../../src/records/rate-limit.ts';

/** End of the names of whole files; what has another is being written. */
export const KEPT = '.json';
/** End of the names of files that are being written. */
export const DRAFT = '.tmp';

/** Files there are at most; one more makes the older half go. */
export const MAX_KEPT = 256;
/** Bytes of the longest file. */
export const MAX_KEPT_BYTES = 4096;

const SESSION_ID = /^[A-Za-z0-9_-]{1,128}$/;
const FIELDS = ['used_percentage', 'resets_at'];

/** Whether a text can be the id of a session, and with it the name of a file. */
export const isSessionId = (value: unknown): value is string =>
  typeof value === 'string' && SESSION_ID.test(value);

/**
 * Leaves what a status line's payload says of rate limits for the collector: one file a session, replaced as a whole,
 * and only where it says something else than before. So the time of a file tells since when its session says this: a
 * session that is idle and repeats what it heard hours ago does not look newer than one at work.
 *
 * Returns whether a file was written. Throws what the file system throws.
 */
export const keepLimits = (folder: string, payload: unknown): boolean => {
  const session = own(payload, 'session_id');
  const limits = own(payload, 'rate_limits');
  if (!isSessionId(session) || typeof limits !== 'object' || limits === null) return false;
  const told = picked(limits, LIMIT_WINDOW_NAMES, (window) =>
    picked(window, FIELDS, (value) => value),
  );
  const text = JSON.stringify({ session_id: session, rate_limits: told });
  if (text.length > MAX_KEPT_BYTES) return false;
  const file = join(folder, `${session}${KEPT}`);
  const before = textOf(file);
  if (before === text) return false;
  if (before === undefined) makeRoom(folder);
  const draft = join(folder, `${session}.${Math.random().toString(36).slice(2)}${DRAFT}`);
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  renameSync(draft, file);
  return true;
};

/** Makes the folder where there is none, and has the older half of its files go where there are too many. */
const makeRoom = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? entry.name : [],
  );
  if (names.length < MAX_KEPT) return;
  const files = names.map((name) => ({ name, ms: modifiedMs(join(folder, name)) }));
  files.sort((left, right) => left.ms - right.ms);
  for (const { name } of files.slice(0, files.length - MAX_KEPT / 2))
    whereThere(() => unlinkSync(join(folder, name)));
};

const modifiedMs = (file: string): number =>
  statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const textOf = (file: string): string | undefined => whereThere(() => readFileSync(file, 'utf8'));

/** What `work` gives; undefined where another process has taken away the file. */
const whereThere = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
};

/** The named fields of an object, each passed through `make`; what is no object stays as it is. */
const picked = (
  value: unknown,
  names: readonly string[],
  make: (value: unknown) => unknown,
): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    names.flatMap((name) => {
      const found = own(value, name);
      return found === undefined ? [] : [[name, make(found)]];
    }),
  );
};
