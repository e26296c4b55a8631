import {
  closeSync,
  constants,
  type Dir,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '../../src/errors.ts';
import { DRAFT, KEPT, MAX_KEPT, MAX_KEPT_BYTES } from './kept-limits.ts';

/** One file as the file system shows it. */
export interface KeptEntry {
  readonly name: string;
  readonly writtenAtNs: bigint;
}

const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Every window that such a file can tell of is over. */
const OVER_AFTER_MS = 8 * 24 * 3_600_000;
/** A draft of this age is nobody's any more. */
const STALE_AFTER_MS = 3_600_000;
/** So many names are looked at, whoever made the files. */
const MAX_NAMES = 4 * MAX_KEPT;

/** The folder that status lines write to, seen from the side that reads. */
export class KeptFolder {
  readonly path: string;

  constructor(folder: string) {
    this.path = folder;
  }

  /** Whole files, the oldest first; what is over and what was never finished is taken away. None without a folder. */
  entries(nowMs: number): readonly KeptEntry[] {
    const entries: KeptEntry[] = [];
    for (const name of this.#names()) {
      const isDraft = name.endsWith(DRAFT);
      if (!isDraft && !name.endsWith(KEPT)) continue;
      const stat = lstatSync(join(this.path, name), { bigint: true, throwIfNoEntry: false });
      if (stat === undefined || !stat.isFile()) continue;
      const ageMs = nowMs - Number(stat.mtimeMs);
      if (ageMs > (isDraft ? STALE_AFTER_MS : OVER_AFTER_MS)) this.#remove(name);
      else if (!isDraft) entries.push({ name, writtenAtNs: stat.mtimeNs });
    }
    return entries.sort((left, right) => (left.writtenAtNs < right.writtenAtNs ? -1 : 1));
  }

  /**
   * A file's bytes, with its size and time as it was opened; undefined where it is gone, or something else than a plain
   * file, and no bytes where it is too long. Throws the system's error where it cannot be read.
   */
  read(
    name: string,
  ):
    | { readonly bytes: Buffer | null; readonly sizeBytes: number; readonly writtenAtNs: bigint }
    | undefined {
    let file: number;
    try {
      file = openSync(join(this.path, name), READ);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
    try {
      const stat = fstatSync(file, { bigint: true });
      if (!stat.isFile()) return undefined;
      const { mtimeNs: writtenAtNs } = stat;
      const sizeBytes = Number(stat.size);
      if (sizeBytes > MAX_KEPT_BYTES) return { bytes: null, sizeBytes, writtenAtNs };
      const buffer = Buffer.alloc(sizeBytes);
      return { bytes: buffer.subarray(0, readSync(file, buffer)), sizeBytes, writtenAtNs };
    } finally {
      closeSync(file);
    }
  }

  #names(): readonly string[] {
    const names: string[] = [];
    const dir = this.#open();
    if (dir === undefined) return names;
    try {
      for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) {
        names.push(entry.name);
        if (names.length >= MAX_NAMES) break;
      }
    } finally {
      dir.closeSync();
    }
    return names;
  }

  #open(): Dir | undefined {
    try {
      return opendirSync(this.path);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  #remove(name: string): void {
    try {
      unlinkSync(join(this.path, name));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** Gone, or a symbolic link in its place. */
const isGone = (error: unknown): boolean =>
  isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ELOOP');
