import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError, TransientError } from '../../errors.ts';
import { PRIVATE, replaceFile, type Ownership } from './replace-file.ts';

/** A settings file as it was read. */
export interface SettingsFile {
  /** The path that was asked for. */
  readonly path: string;
  /** Where the bytes are: the end of the links that `path` may be. */
  readonly target: string;
  /** Null where there is no file. */
  readonly bytes: Buffer | null;
  /** The outermost folder on the way there that does not exist, null where all do. */
  readonly missingFolder: string | null;
  readonly ownership: Ownership;
}

/**
 * Reads a settings file, which need not exist.
 *
 * @throws ConfigError where it cannot be read, is no file, or is a link that leads nowhere.
 */
export function readSettingsFile(path: string): SettingsFile {
  try {
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (!isLink && !existsSync(path)) return absentFile(path);
    const target = realpathSync(path);
    const stat = statSync(target);
    if (!stat.isFile()) throw new Error('it is no file');
    const { mode, uid, gid } = stat;
    const ownership = { mode: mode & 0o7777, owner: { uid, gid } };
    return { path, target, bytes: readFileSync(target), missingFolder: null, ownership };
  } catch (cause) {
    throw refusal('read', path, cause);
  }
}

/**
 * Writes what shall stand in a settings file; its links, owner and permissions stay. Folders are made where they are
 * missing.
 *
 * @throws TransientError where somebody else has written to it since it was read, ConfigError where it cannot be written.
 */
export function writeSettingsFile(file: SettingsFile, bytes: Uint8Array): void {
  refuseChanged(file);
  try {
    if (file.bytes === null) {
      mkdirSync(dirname(file.target), { recursive: true, mode: 0o700 });
    } else {
      accessSync(file.target, constants.W_OK);
    }
    replaceFile(file.target, bytes, file.ownership);
  } catch (cause) {
    throw refusal('write', file.path, cause);
  }
}

/**
 * Removes a settings file, and the folders up to `madeFolder` where nothing else is in them.
 *
 * @throws as `writeSettingsFile`.
 */
export function removeSettingsFile(file: SettingsFile, madeFolder: string | null): void {
  refuseChanged(file);
  try {
    rmSync(file.target);
  } catch (cause) {
    throw refusal('remove', file.path, cause);
  }
  if (madeFolder !== null) {
    removeEmptyFolders(dirname(file.target), madeFolder);
  }
}

function absentFile(path: string): SettingsFile {
  let missing: string | undefined;
  let folder = dirname(path);
  while (!existsSync(folder)) {
    missing = folder;
    folder = dirname(folder);
  }
  const real = (below: string): string => join(realpathSync(folder), below.slice(folder.length));
  return {
    path,
    target: real(path),
    bytes: null,
    missingFolder: missing === undefined ? null : real(missing),
    ownership: PRIVATE,
  };
}

/** Claude Code writes to its settings too. */
function refuseChanged({ path, target, bytes }: SettingsFile): void {
  const now = existsSync(target) ? readFileSync(target) : null;
  const isSame = bytes === null || now === null ? bytes === now : bytes.equals(now);
  if (!isSame) {
    throw new TransientError(`${path} has just been changed by another program.`, {
      hint: 'Nothing was written. Try again.',
    });
  }
}

function removeEmptyFolders(innermost: string, outermost: string): void {
  for (
    let folder = innermost;
    folder.length >= outermost.length && folder.startsWith(outermost);
    folder = dirname(folder)
  ) {
    try {
      rmdirSync(folder);
    } catch {
      // Something is in it by now: it stays, and so does what it stands in.
      return;
    }
  }
}

function refusal(deed: 'read' | 'write' | 'remove', path: string, cause: unknown): ConfigError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const isLink =
    code === 'ENOENT' && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const detail = isLink ? 'it is a link that leads nowhere' : message;
  return new ConfigError(`Cannot ${deed} ${path}: ${detail}.`, {
    hint: 'Nothing was written. See to it that it is a file of your own, then try again.',
    cause,
  });
}
