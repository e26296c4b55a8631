import type { ArchiveStream } from '../../src/records/archive-line.ts';
import type { StoreReader } from '../../src/store/store.ts';
import type { FileMark } from './archive-files.ts';
import type { ClosedSegment, StoredFile } from './closed-segment.ts';
import { digestFile } from './digest.ts';
import type { OpenSegment } from './open-state.ts';
import { rebuildSegment } from './rebuild-segment.ts';
import { closeSegment } from './segment-ages.ts';
import { dayStartMs, segmentFile } from './segment-name.ts';
import type { StreamFolder } from './stream-folder.ts';

/** What a mender is given. */
export interface MenderParts {
  readonly reader: Pick<StoreReader, 'archivedDay' | 'hotSinceMs'>;
  /** Seq up to which the files are written, for streams that are not further themselves. */
  readonly seq: () => number;
  readonly now: () => number;
  readonly count: (name: string, label: string, by?: number) => void;
  readonly warn: (text: string) => void;
}

/** Bytes that may still be read of files that nothing speaks against. */
export interface Budget {
  bytes: number;
}

/** Streams of what never leaves the store. */
const STAYS: ReadonlySet<ArchiveStream> = new Set(['plan_events', 'plans']);

const lostText = (file: string, mark: FileMark | null): string =>
  `${file} is ${mark === null ? 'gone' : 'damaged'}, and the store no longer holds that day`;

/** Compares files with what was written, and writes damaged ones anew where the store still holds their day. */
export class Mender {
  readonly #parts: MenderParts;
  /** Damaged files that cannot be mended, by path, as they were when they were read. */
  readonly #damaged = new Map<string, FileMark | null>();

  constructor(parts: MenderParts) {
    this.#parts = parts;
  }

  /** Sentences about what is damaged and stays so. */
  get damages(): readonly string[] {
    return [...this.#damaged].map(([file, mark]) => lostText(file, mark));
  }

  /** Sees to it that an open segment's file is what was written; where it cannot be, the segment is closed as it is. */
  async ensureSound(folder: StreamFolder, segment: OpenSegment): Promise<void> {
    if (await folder.isSound(segment)) return;
    if (!this.#isHeld(folder, segment.day, folder.origin.history)) {
      await closeSegment(folder, segment, this.#parts.now());
      await folder.save();
      return;
    }
    const { content, digest, mark } = await this.#rebuild(folder, segment);
    const written = [{ segment: { ...segment, content }, digest, mark }];
    await folder.commit(written, folder.progress);
    this.#healed(folder, segmentFile(segment));
  }

  /** Does the same for a closed segment; one whose file looks as it should is read only once, and only within a budget. */
  async ensureKept(folder: StreamFolder, segment: ClosedSegment, budget: Budget): Promise<void> {
    const { file, stored } = segment;
    if (stored === null || (await this.#isKept(folder, stored, budget))) return;
    const name = `${folder.stream}/${stored.file}`;
    const mark = await folder.files.mark(folder.path(stored.file));
    if (!this.#isHeld(folder, segment.day, segment.history)) {
      if (this.#damaged.has(name)) return;
      this.#damaged.set(name, mark);
      this.#parts.count('archive_damage', `${folder.stream} lost`);
      this.#parts.warn(lostText(name, mark));
      return;
    }
    const rebuilt = await this.#rebuild(folder, segment);
    const atMs = this.#parts.now();
    await folder.record({ kind: 'rebuilt', file, ...rebuilt.content, atMs });
    folder.noteSound(file, rebuilt.mark);
    await folder.save();
    if (stored.file !== file) await folder.files.remove(folder.path(stored.file));
    this.#healed(folder, stored.file);
  }

  async #isKept(folder: StreamFolder, stored: StoredFile, budget: Budget): Promise<boolean> {
    const { file, sizeBytes, sha256 } = stored;
    const name = `${folder.stream}/${file}`;
    const mark = await folder.files.mark(folder.path(file));
    if (mark === null || mark.sizeBytes !== sizeBytes) return false;
    if (folder.looksSame(file, mark)) return true;
    const isUnread = !folder.wasSeen(file) && !this.#damaged.has(name);
    if (isUnread && budget.bytes <= 0) return true;
    budget.bytes -= sizeBytes;
    const digest = await digestFile(folder.files, folder.path(file));
    if (digest.content().sha256 !== sha256) return false;
    folder.noteSound(file, mark);
    this.#damaged.delete(name);
    return true;
  }

  #isHeld({ stream, origin }: StreamFolder, day: string, history: number): boolean {
    if (history !== origin.history) return false;
    return STAYS.has(stream) || dayStartMs(day) >= this.#parts.reader.hotSinceMs();
  }

  #rebuild(folder: StreamFolder, name: OpenSegment | ClosedSegment) {
    const toSeq = Math.max(folder.progress.seq, this.#parts.seq());
    return rebuildSegment(folder, name, this.#parts.reader, toSeq);
  }

  #healed(folder: StreamFolder, file: string): void {
    this.#damaged.delete(`${folder.stream}/${file}`);
    this.#parts.count('archive_damage', `${folder.stream} healed`);
    this.#parts.warn(`${folder.stream}/${file} was damaged and was built again from the store`);
  }
}
