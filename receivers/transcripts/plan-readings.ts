import type { OriginState } from '../../src/records/record.ts';
import type { FoundFile } from './discover.ts';
import { type Position, unpackPosition } from './position.ts';
import type { Reading } from './read-transcript.ts';

/** What is known of all transcripts: their positions by path. */
export class Positions {
  readonly #byPath = new Map<string, Position>();

  constructor(origins: readonly OriginState[]) {
    for (const { path, position } of origins) this.keep(path, position);
  }

  get size(): number {
    return this.#byPath.size;
  }

  keep(path: string, position: string): void {
    const unpacked = unpackPosition(position);
    if (unpacked !== null) this.#byPath.set(path, unpacked);
  }

  /**
   * The files that have something new to read. A file that is unknown by its path but has the inode of a known one that
   * is gone was renamed; whether it really is the same, its bytes tell when it is read.
   */
  plan(files: readonly FoundFile[]): readonly Reading[] {
    const readings: Reading[] = [];
    const unknown: FoundFile[] = [];
    for (const file of files) {
      const position = this.#byPath.get(file.path);
      if (position === undefined) unknown.push(file);
      else if (isChanged(file, position)) readings.push({ file, position, movedFrom: null });
    }
    if (unknown.length === 0) return readings;
    const gone = this.#byPath.size > 0 ? this.#gone(files) : new Map<string, [string, Position]>();
    for (const file of unknown) {
      const [movedFrom, position] = gone.get(identity(file)) ?? [null, null];
      if (movedFrom !== null) this.#byPath.delete(movedFrom);
      readings.push({ file, position, movedFrom });
    }
    return readings.sort((left, right) => right.file.modifiedMs - left.file.modifiedMs);
  }

  /** As {@link plan}, for some files of which none was renamed. */
  planKnown(files: readonly FoundFile[]): readonly Reading[] {
    const readings: Reading[] = [];
    for (const file of files) {
      const position = this.#byPath.get(file.path) ?? null;
      if (position === null || isChanged(file, position)) readings.push({ file, position, movedFrom: null });
    }
    return readings;
  }

  #gone(files: readonly FoundFile[]): ReadonlyMap<string, [string, Position]> {
    const present = new Set(files.map((file) => file.path));
    const gone = new Map<string, [string, Position]>();
    for (const [path, position] of this.#byPath) {
      if (!present.has(path)) gone.set(identity(position), [path, position]);
    }
    return gone;
  }
}

const identity = ({ device, inode }: { readonly device: number; readonly inode: number }): string =>
  `${device}:${inode}`;

const isChanged = (file: FoundFile, position: Position): boolean =>
  file.sizeBytes !== position.sizeBytes ||
  file.modifiedMs !== position.modifiedMs ||
  file.inode !== position.inode ||
  file.device !== position.device;
