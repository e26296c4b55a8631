import { isSystemError, TransientError } from '../errors.ts';

const RIGHTS = 'Look at who may read and write there.';
const ROOM = 'Make room on that disk.';
const DISK = 'Look at that disk.';
/** What to do, by code of the operating system or of SQLite, which puts its details after the code. */
const HINTS: Readonly<Record<string, string>> = {
  EACCES: RIGHTS,
  EPERM: RIGHTS,
  EROFS: RIGHTS,
  SQLITE_READONLY: RIGHTS,
  SQLITE_CANTOPEN: RIGHTS,
  ENOSPC: ROOM,
  EDQUOT: ROOM,
  SQLITE_FULL: ROOM,
  EIO: DISK,
  SQLITE_IOERR: DISK,
};

/** What a disk or the rights on it caused, as an error that says what to do; any other error as it is. */
export function withDiskHint(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || 'hint' in error) return error;
  const [code = ''] = /^(?:SQLITE_)?[A-Z]+/.exec(String(error.code)) ?? [];
  const hint = HINTS[code];
  if (hint === undefined) return error;
  const place = isSystemError(error) ? '' : 'Cannot use the data folder: ';
  return new TransientError(`${place}${error.message}.`, { hint, cause: error });
}
