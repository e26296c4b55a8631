import type { Batch, OriginState } from '../../src/records/record.ts';
import { type FoundFile, tryStat } from './discover.ts';
import { identityPrefix, unpackPosition } from './position.ts';
import type { Reading } from './read-transcript.ts';

/**
 * What is known of all transcripts: their positions by path, kept as the text they are stored in, since nearly all of
 * them are only ever compared.
 */
export class Positions {
  readonly #byPath = new Map<string, string>();

  constructor(origins: readonly OriginState[]) {
    for (const { path, position } of origins) if (position !== '') this.#byPath.set(path, position);
  }

  get size(): number {
    return this.#byPath.size;
  }

  /** Remembers how far batches read, once they are committed. */
  keep(batches: readonly Batch[]): void {
    for (const { origin, checkpoint } of batches) {
      if (origin.movedFrom !== undefined) this.#byPath.delete(origin.movedFrom);
      if (checkpoint !== undefined) this.#byPath.set(origin.path, checkpoint.position);
    }
  }

  /** Whether a file is unknown, or not as it was when it was read. */
  isNews(file: FoundFile): boolean {
    return this.#byPath.get(file.path)?.startsWith(identityPrefix(file)) !== true;
  }

  /**
   * Those of the files that have something new to read, newest first. One that is unknown by its path but has the inode
   * of a known one that is gone was renamed; whether it really is the same, its bytes tell when it is read.
   */
  plan(files: readonly FoundFile[]): readonly Reading[] {
    const readings: Reading[] = [];
    const unknown: FoundFile[] = [];
    for (const file of files) {
      const known = this.#byPath.get(file.path);
      if (known === undefined) unknown.push(file);
      else if (!known.startsWith(identityPrefix(file))) readings.push(readingOf(file, known));
    }
    const namesakes = this.#namesakes(unknown);
    for (const file of unknown) {
      const inode = inodeOf(file);
      const [before, position] = namesakes.get(inode) ?? [null, ''];
      const other = before === null ? null : tryStat(before, false);
      // A second name of a file that is read already is no second file.
      if (other !== null && other !== undefined && identityPrefix(other) === identityPrefix(file))
        continue;
      readings.push(
        other === null ? { ...readingOf(file, position), movedFrom: before } : readingOf(file, ''),
      );
      namesakes.set(inode, [file.path, '']);
    }
    return readings.sort((left, right) => right.file.modifiedMs - left.file.modifiedMs);
  }

  /** Known path and position of the same inode, for the files that are unknown by their path. */
  #namesakes(
    unknown: readonly FoundFile[],
  ): Map<string, readonly [path: string, position: string]> {
    const wanted = new Set(unknown.map(inodeOf));
    const found = new Map<string, readonly [string, string]>();
    if (wanted.size === 0) return found;
    for (const [path, position] of this.#byPath) {
      const inode = position.slice(0, position.indexOf(',', position.indexOf(',') + 1) + 1);
      if (wanted.has(inode)) found.set(inode, [path, position]);
    }
    return found;
  }
}

/** How the text of a position begins that stands for this inode. */
const inodeOf = ({ device, inode }: FoundFile): string => `[${device},${inode},`;

const readingOf = (file: FoundFile, position: string): Reading => ({
  file,
  position: unpackPosition(position),
  movedFrom: null,
});
