import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Sink } from '../../src/component.ts';
import { isSystemError } from '../../src/errors.ts';
import type { Batch } from '../../src/records/record.ts';
import { type FoundFile, isTranscriptName, tryStat, walkTranscripts } from './discover.ts';
import type { Positions } from './plan-readings.ts';
import { type Reading, readTranscript } from './read-transcript.ts';

/** A file that changed within this time is looked at again soon where there are no hints. */
const HOT_MS = 10 * 60_000;
const RECORDS_PER_COMMIT = 4000;

/** What following transcripts needs. */
export interface FollowParts {
  readonly positions: Positions;
  readonly sink: Sink;
  readonly now: () => number;
  readonly onProblem: (path: string, reason: string) => void;
}

/** Reads what was appended to known files, and finds new ones: by hint, by a quick look, or by a full sweep. */
export class Follower {
  readonly #parts: FollowParts;
  readonly #hot = new Map<string, number>();
  #folders = new Map<string, number>();

  constructor(parts: FollowParts) {
    this.#parts = parts;
  }

  /** Reads the files that hints named. */
  async readFiles(paths: Iterable<string>): Promise<void> {
    const files: FoundFile[] = [];
    for (const file of paths) {
      const found = this.#look(file);
      if (found !== null) files.push(found);
    }
    await this.#read(this.#parts.positions.plan(files));
  }

  /** Transcripts that lie in a folder now. */
  filesIn(folder: string): readonly string[] {
    try {
      return readdirSync(folder)
        .filter(isTranscriptName)
        .map((name) => path.join(folder, name));
    } catch {
      // It is gone again, or closed to us: the next sweep says so.
      return [];
    }
  }

  /** Looks at the files that changed lately, and into the folders that changed: what a poll can afford every second. */
  async quickLook(): Promise<void> {
    const paths = new Set<string>();
    const oldest = this.#parts.now() - HOT_MS;
    for (const [file, modifiedMs] of this.#hot) {
      if (modifiedMs < oldest) this.#hot.delete(file);
      else paths.add(file);
    }
    for (const [folder, modifiedMs] of this.#folders) {
      const stat = tryStat(folder, false) ?? null;
      if (stat === null || stat.modifiedMs === modifiedMs) continue;
      this.#folders.set(folder, stat.modifiedMs);
      for (const file of this.filesIn(folder)) paths.add(file);
    }
    await this.readFiles(paths);
  }

  /** Looks at everything there is; the truth where hints were missed. */
  async sweep(roots: readonly string[]): Promise<void> {
    const { positions, onProblem } = this.#parts;
    const news: FoundFile[] = [];
    const { folders, problems } = walkTranscripts(roots, (file) => {
      this.#heat(file);
      if (positions.isNews(file)) news.push(file);
    });
    const before = this.#folders;
    this.#folders = new Map(folders.map((folder) => [folder, before.get(folder) ?? 0]));
    for (const folder of problems) onProblem(folder, 'the folder cannot be read');
    await this.#read(positions.plan(news));
  }

  #look(file: string): FoundFile | null {
    // Whether something lies beside the file shows when it is read.
    const found = tryStat(file, true) ?? null;
    if (found === null) this.#hot.delete(file);
    else this.#heat(found);
    return found;
  }

  #heat({ path: file, modifiedMs }: FoundFile): void {
    if (modifiedMs >= this.#parts.now() - HOT_MS) this.#hot.set(file, modifiedMs);
  }

  async #read(readings: readonly Reading[]): Promise<void> {
    let waiting: Batch[] = [];
    let records = 0;
    const commit = async (): Promise<void> => {
      if (waiting.length === 0) return;
      await this.#parts.sink(waiting);
      this.#parts.positions.keep(waiting);
      waiting = [];
      records = 0;
    };
    for (const reading of readings) {
      try {
        readTranscript(reading, (batch) => {
          waiting.push(batch);
          records += batch.records.length;
        });
      } catch (error) {
        if (!isSystemError(error)) throw error;
        this.#parts.onProblem(reading.file.path, error.message);
      }
      if (records >= RECORDS_PER_COMMIT) await commit();
    }
    await commit();
  }
}
