import {
  closeSync,
  constants,
  type Dir,
  lstatSync,
  mkdirSync,
  opendirSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import path from 'node:path';
import type { PayloadHead } from './hook-batch.ts';

/** `tmp` holds files that are being written, `new` those that are whole, `dead` those that could not be used. */
export type SpoolFolder = 'tmp' | 'new' | 'dead';

/** Folder of the spool with what came over HTTP. */
export const SEGMENTS = 'http';

/** One spooled payload as the file system shows it; its id is made of its name and modification time. */
export interface SpoolEntry extends PayloadHead {
  readonly folder: SpoolFolder;
  readonly name: string;
  readonly writtenAtNs: bigint;
}

const SCOPE = /-(user|project|local|plugin|http)$/;
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** More are looked at when these are done: so however many wait, memory is bounded. */
const MAX_ENTRIES = 100_000;
/** Unusable payloads that people may look at: so many, none longer than this. */
const MAX_BURIED = 200;
const MAX_BURIED_BYTES = 1024 * 1024;

/** Installation of the hooks that wrote a file. */
const scopeOf = (name: string): string => SCOPE.exec(name)?.[1] ?? 'unknown';

/** The folder that hooks write to, seen from the side that reads. */
export class Spool {
  readonly path: string;
  readonly #maxBytes: number;
  #buffer = Buffer.allocUnsafe(64 * 1024);

  /** Files longer than `maxBytes` are not read. */
  constructor(folder: string, maxBytes: number) {
    this.path = folder;
    this.#maxBytes = maxBytes;
  }

  /** Makes the folders that hooks write to, for the user alone. */
  make(): void {
    for (const folder of ['tmp', 'new', SEGMENTS])
      mkdirSync(path.join(this.path, folder), { recursive: true, mode: 0o700 });
  }

  /** Files in one of the folders, oldest first; none where there is no folder. */
  entries(folder: SpoolFolder): SpoolEntry[] {
    const entries: SpoolEntry[] = [];
    for (const name of this.names(folder)) {
      const entry = this.#look(folder, name);
      if (entry !== undefined) entries.push(entry);
    }
    return entries.sort(byTime);
  }

  /**
   * Bytes of a file: undefined where it is gone or no plain file, null where it is too long. They stand in a buffer that
   * the next call writes over.
   */
  read({ folder, name, sizeBytes }: SpoolEntry): Buffer | null | undefined {
    if (sizeBytes > this.#maxBytes) return null;
    let file: number;
    try {
      file = openSync(path.join(this.path, folder, name), READ);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
    try {
      return this.#read(file, sizeBytes);
    } finally {
      closeSync(file);
    }
  }

  /** Takes a file away; false where it is gone already. */
  remove({ folder, name }: SpoolEntry): boolean {
    try {
      unlinkSync(path.join(this.path, folder, name));
      return true;
    } catch (error) {
      if (!isGone(error)) throw error;
      return false;
    }
  }

  /** Puts a file where people may look at it, unless it is long. */
  bury(entry: SpoolEntry): void {
    if (entry.sizeBytes > MAX_BURIED_BYTES) {
      this.remove(entry);
      return;
    }
    mkdirSync(path.join(this.path, 'dead'), { recursive: true, mode: 0o700 });
    try {
      const place = path.join(this.path, 'dead', `${entry.writtenAtNs}-${entry.name}`);
      renameSync(path.join(this.path, entry.folder, entry.name), place);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** Makes room for newer files that people may look at. */
  exhume(): void {
    for (const entry of this.entries('dead').slice(0, -MAX_BURIED)) this.remove(entry);
  }

  /** Names of the files in a folder, in no order; none where there is no folder. */
  names(folder: string): readonly string[] {
    const dir = this.#open(folder);
    const names: string[] = [];
    if (dir === undefined) return names;
    try {
      for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) {
        if (entry.isFile()) names.push(entry.name);
        if (names.length >= MAX_ENTRIES) break;
      }
    } finally {
      dir.closeSync();
    }
    return names;
  }

  #open(folder: string): Dir | undefined {
    try {
      return opendirSync(path.join(this.path, folder), { bufferSize: 1024 });
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  #look(folder: SpoolFolder, name: string): SpoolEntry | undefined {
    const stat = lstatSync(path.join(this.path, folder, name), {
      bigint: true,
      throwIfNoEntry: false,
    });
    if (stat === undefined || !stat.isFile()) return undefined;
    const writtenAtNs = stat.mtimeNs;
    return {
      folder,
      name,
      id: `${name}@${writtenAtNs}`,
      scope: scopeOf(name),
      atMs: Number(writtenAtNs / 1_000_000n),
      writtenAtNs,
      sizeBytes: Number(stat.size),
    };
  }

  #read(file: number, sizeBytes: number): Buffer {
    if (sizeBytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(sizeBytes);
    let length = 0;
    while (length < sizeBytes) {
      const read = readSync(file, this.#buffer, length, sizeBytes - length, length);
      if (read === 0) break;
      length += read;
    }
    return this.#buffer.subarray(0, length);
  }
}

const byTime = (left: SpoolEntry, right: SpoolEntry): number => {
  if (left.writtenAtNs !== right.writtenAtNs) return left.writtenAtNs < right.writtenAtNs ? -1 : 1;
  return left.name < right.name ? -1 : 1;
};

/** Gone, or a symbolic link in its place. */
const isGone = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ELOOP';
};
