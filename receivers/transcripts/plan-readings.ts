import type { Batch, OriginState } from '../../src/records/record.ts';
import type { FoundFile } from './discover.ts';
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

  /**
   * The files that have something new to read. A file that is unknown by its path but has the inode of a known one that
   * is gone was renamed; whether it really is the same, its bytes tell when it is read.
   */
  plan(files: readonly FoundFile[]): readonly Reading[] {
    const readings: Reading[] = [];
    const unknown: FoundFile[] = [];
    for (const file of files) {
      const known = this.#byPath.get(file.path);
      if (known === undefined) unknown.push(file);
      else if (!known.startsWith(identityPrefix(file))) readings.push(readingOf(file, known));
    }
    if (unknown.length === 0) return readings;
    const gone = this.#byPath.size > 0 ? this.#gone(files) : new Map<string, [string, string]>();
    for (const file of unknown) {
      const moved = gone.get(`${file.device}:${file.inode}`);
      if (moved === undefined) readings.push({ file, position: null, movedFrom: null });
      else readings.push({ ...readingOf(file, moved[1]), movedFrom: moved[0] });
    }
    return readings.sort((left, right) => right.file.modifiedMs - left.file.modifiedMs);
  }

  /** As {@link plan}, for some files of which none was renamed. */
  planKnown(files: readonly FoundFile[]): readonly Reading[] {
    const readings: Reading[] = [];
    for (const file of files) {
      const known = this.#byPath.get(file.path) ?? '';
      if (!known.startsWith(identityPrefix(file))) readings.push(readingOf(file, known));
    }
    return readings;
  }

  /** Path and position of the files that are gone, by what they were known as. */
  #gone(files: readonly FoundFile[]): ReadonlyMap<string, [string, string]> {
    const present = new Set(files.map((file) => file.path));
    const gone = new Map<string, [string, string]>();
    for (const [path, text] of this.#byPath) {
      if (present.has(path)) continue;
      const position = unpackPosition(text);
      if (position !== null) gone.set(`${position.device}:${position.inode}`, [path, text]);
    }
    return gone;
  }
}

const readingOf = (file: FoundFile, position: string): Reading => ({
  file,
  position: unpackPosition(position),
  movedFrom: null,
});
