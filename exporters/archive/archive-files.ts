import { createReadStream, constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { InputError, isSystemError } from '../../src/errors.ts';

/** What the file system tells of a file without reading it; a file that was written to has another one. */
export interface FileMark {
  readonly sizeBytes: number;
  readonly inode: number;
  readonly modifiedMs: number;
  readonly changedMs: number;
}

/** Whether nothing tells that a file was written to in between. */
export const isSameMark = (left: FileMark, right: FileMark): boolean =>
  left.sizeBytes === right.sizeBytes &&
  left.inode === right.inode &&
  left.modifiedMs === right.modifiedMs &&
  left.changedMs === right.changedMs;

/** Bytes, piece by piece. */
export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** What an archive does to files. What has resolved is on disk, but for a name, which `syncFolder` makes last. */
export interface ArchiveFiles {
  /** Null where there is no such file. */
  readonly mark: (path: string) => Promise<FileMark | null>;
  /** The first `sizeBytes` of a file, or all of it. */
  readonly read: (path: string, sizeBytes?: number) => AsyncIterable<Buffer>;
  /** Writes behind the first `sizeBytes` of a file, made where it is new; what stood there is cut off first. */
  readonly append: (path: string, sizeBytes: number, data: Uint8Array) => Promise<FileMark>;
  /** Writes a whole file. */
  readonly create: (path: string, pieces: Pieces) => Promise<FileMark>;
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Does nothing where there is no such file. */
  readonly remove: (path: string) => Promise<void>;
  readonly makeFolder: (path: string) => Promise<void>;
  readonly syncFolder: (path: string) => Promise<void>;
  /** Names of the files in a folder, links and folders left out; none where it is not there. */
  readonly list: (path: string) => Promise<readonly string[]>;
}

const READ_BYTES = 256 * 1024;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

// A link in place of a file could lead out of the archive. Windows has no such flag.
const NO_LINKS = platform() === 'win32' ? 0 : constants.O_NOFOLLOW;
const CANNOT_SYNC: ReadonlySet<string> = new Set(['EINVAL', 'ENOTSUP']);
const { O_RDONLY, O_RDWR, O_CREAT, O_TRUNC } = constants;

/** Whether the file system says that something is not there. */
export const isMissing = (error: unknown): boolean =>
  isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

type Handle = Awaited<ReturnType<typeof open>>;

const markOf = async (subject: Handle | string): Promise<FileMark> => {
  const told = await (typeof subject === 'string' ? stat(subject) : subject.stat());
  const { size, ino, mtimeMs, ctimeMs } = told;
  return { sizeBytes: size, inode: ino, modifiedMs: mtimeMs, changedMs: ctimeMs };
};

const using = async <T>(
  path: string,
  flags: number,
  work: (handle: Handle) => Promise<T>,
): Promise<T> => {
  const handle = await open(path, flags | NO_LINKS, FILE_MODE);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
};

const writeAll = async (handle: Handle, data: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < data.byteLength;) {
    const { bytesWritten } = await handle.write(
      data,
      done,
      data.byteLength - done,
      position + done,
    );
    done += bytesWritten;
  }
};

const append: ArchiveFiles['append'] = (path, sizeBytes, data) =>
  using(path, O_RDWR | O_CREAT, async (handle) => {
    const before = await markOf(handle);
    if (before.sizeBytes < sizeBytes) {
      throw new InputError(`${path} has ${before.sizeBytes} bytes instead of ${sizeBytes}.`);
    }
    if (before.sizeBytes > sizeBytes) await handle.truncate(sizeBytes);
    await writeAll(handle, data, sizeBytes);
    await handle.datasync();
    return await markOf(handle);
  });

const create: ArchiveFiles['create'] = (path, pieces) =>
  using(path, O_RDWR | O_CREAT | O_TRUNC, async (handle) => {
    let sizeBytes = 0;
    for await (const piece of pieces) {
      await writeAll(handle, piece, sizeBytes);
      sizeBytes += piece.byteLength;
    }
    await handle.sync();
    return await markOf(handle);
  });

async function* read(path: string, sizeBytes = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  if (sizeBytes === 0) return;
  const stream = createReadStream(path, {
    end: sizeBytes - 1,
    highWaterMark: READ_BYTES,
  });
  for await (const piece of stream) yield piece as Buffer;
}

const syncFolder = async (path: string): Promise<void> => {
  // Windows cannot open a folder, and keeps names by itself; so do file systems that refuse to sync one.
  if (platform() === 'win32') return;
  try {
    await using(path, O_RDONLY, (handle) => handle.sync());
  } catch (error) {
    if (!isSystemError(error) || !CANNOT_SYNC.has(error.code ?? '')) throw error;
  }
};

/** The files of this machine. */
export const archiveFiles: ArchiveFiles = {
  mark: async (path) => {
    try {
      return await markOf(path);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  },
  read,
  append,
  create,
  rename,
  remove: (path) => rm(path, { force: true }),
  makeFolder: async (path) => void (await mkdir(path, { recursive: true, mode: FOLDER_MODE })),
  syncFolder,
  list: async (path) => {
    try {
      const entries = await readdir(path, { withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  },
};

/** Puts a whole file in place of another one, so that readers see the old or the new one. */
export const replaceFile = async (
  files: ArchiveFiles,
  path: string,
  pieces: Pieces,
): Promise<void> => {
  await files.create(`${path}${DRAFT}`, pieces);
  await files.rename(`${path}${DRAFT}`, path);
};

/** A whole file that is small; null where there is none. */
export const readWhole = async (
  { mark, read }: Pick<ArchiveFiles, 'mark' | 'read'>,
  path: string,
): Promise<Buffer | null> => {
  if ((await mark(path)) === null) return null;
  const pieces: Buffer[] = [];
  for await (const piece of read(path)) pieces.push(piece);
  return Buffer.concat(pieces);
};

/** Ends the name of a file that is being written; one that a crash left is of no use. */
export const DRAFT = '.tmp';
