import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A file as it was read; `stat` is from before. */
export interface BoundedFile {
  readonly bytes: Buffer;
  readonly stat: Stats;
}

/**
 * Reads a plain file up to a length. A link in its place is not followed and a pipe not waited for. Throws the system's
 * error where it cannot be opened.
 */
export const readBounded = (
  file: string,
  maxBytes: number,
): BoundedFile | 'not_a_file' | 'too_long' => {
  const handle = openSync(file, READ);
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) return 'not_a_file';
    if (stat.size > maxBytes) return 'too_long';
    const buffer = Buffer.allocUnsafe(stat.size);
    let length = 0;
    while (length < stat.size) {
      const read = readSync(handle, buffer, length, stat.size - length, length);
      if (read === 0) break;
      length += read;
    }
    return { bytes: buffer.subarray(0, length), stat };
  } finally {
    closeSync(handle);
  }
};
