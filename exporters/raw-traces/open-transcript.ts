import { closeSync, constants, fstatSync, openSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** A transcript that is open, as it is now. */
export interface OpenTranscript {
  readonly fd: number;
  readonly device: number;
  readonly inode: number;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** The folders that transcripts may lie below, as they are really called. */
export const realRoots = (claudeDirs: readonly string[]): readonly string[] =>
  claudeDirs.flatMap((dir) => {
    try {
      return [realpathSync(path.join(dir, 'projects'))];
    } catch {
      // Not there, or closed to us: no transcript lies below it that we may read.
      return [];
    }
  });

/**
 * Lets `work` have an open transcript; undefined where it is gone, where it is no plain file, and where it does not
 * really lie below one of the roots. Throws the system's error where it is closed to us.
 */
export const withTranscript = async <T>(
  file: string,
  roots: readonly string[],
  work: (transcript: OpenTranscript) => Promise<T>,
): Promise<T | undefined> => {
  const fd = openBelow(file, roots);
  if (fd === undefined) return undefined;
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return undefined;
    const { dev: device, ino: inode, size: sizeBytes, mtimeMs: modifiedMs } = stat;
    return await work({ fd, device, inode, sizeBytes, modifiedMs });
  } finally {
    closeSync(fd);
  }
};

const openBelow = (file: string, roots: readonly string[]): number | undefined => {
  try {
    const folder = realpathSync(path.dirname(file));
    if (!roots.some((root) => folder === root || folder.startsWith(root + path.sep)))
      return undefined;
    // A pipe without a writer would hold us up; a link leads somewhere else.
    return openSync(
      path.join(folder, path.basename(file)),
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
  } catch (error) {
    if (isNotThere(error)) return undefined;
    throw error;
  }
};

const NOT_THERE: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK']);

const isNotThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && NOT_THERE.has(error.code);
