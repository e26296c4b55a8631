import { ARCHIVE, type ArchiveStream } from '../../src/records/archive-line.ts';
import type { Cursors, StoreReader } from '../../src/store/store.ts';
import { Ageing, type AgeLimits } from './ageing.ts';
import { appendLines } from './append-lines.ts';
import type { ArchiveFiles } from './archive-files.ts';
import { readClockState, writeClockState } from './clock-file.ts';
import { Journal } from './journal.ts';
import { Mender } from './mender.ts';
import type { OpenSegment } from './open-state.ts';
import { openStreams } from './open-stream.ts';
import { closeSegment } from './segment-ages.ts';
import { type Clocks, type ClockState, SteadyClock } from '../../src/runtime/steady-clock.ts';
import type { StreamFolder } from './stream-folder.ts';

/** What an archive is made of. */
export interface ArchiveParts {
  readonly files: ArchiveFiles;
  /** Folder of the archive. */
  readonly root: string;
  /** Folder of the journal; null for none. */
  readonly journalRoot: string | null;
  readonly reader: StoreReader;
  readonly cursors: Cursors;
  readonly clocks: Clocks;
  readonly limits: ArchiveLimits;
  readonly count: (name: string, label: string, by?: number) => void;
  readonly warn: (text: string) => void;
}

/** When files are begun, compressed and deleted. */
export interface ArchiveLimits extends AgeLimits {
  /** Bytes at which a file is closed and the next one begun. */
  readonly maxSegmentBytes: number;
  /** Most lines of the log in a batch. */
  readonly batchLines: number;
}

/** Bytes of files that nothing speaks against which one look reads: each is read once after a start. */
const READ_PER_LOOK_BYTES = 128 * 1024 * 1024;
const CLOCK_KEPT_EVERY_MS = 6 * 3_600_000;

/** Opens an archive; one that is not there yet is made. */
export const openArchive = async (parts: ArchiveParts): Promise<Archive> => {
  const { files, root, reader, cursors, clocks, warn } = parts;
  await files.makeFolder(root);
  const kept = await readClockState(files, root);
  const clock = new SteadyClock(clocks, kept);
  const cursorSeq = cursors.load(ARCHIVE)?.seq ?? 0;
  const nowMs = clock.read();
  const beginAnew = (): Promise<void> => cursors.save(ARCHIVE, 0);
  const streams = await openStreams({ files, root, reader, cursorSeq, beginAnew, nowMs, warn });
  await files.syncFolder(root);
  return new Archive(parts, { clock, kept, streams });
};

interface Opened {
  readonly clock: SteadyClock;
  readonly kept: ClockState | null;
  readonly streams: Awaited<ReturnType<typeof openStreams>>;
}

/** Follows the log into files. Any step may be the last one before a crash: opened again, it goes on without a gap. */
export class Archive {
  readonly #parts: ArchiveParts;
  readonly #clock: SteadyClock;
  readonly #folders: readonly StreamFolder[];
  readonly #mender: Mender;
  readonly #ageing: Ageing;
  readonly #faults: readonly string[];
  readonly #journal: Journal | null;
  #seq: number;
  #kept: ClockState | null;

  constructor(parts: ArchiveParts, { clock, kept, streams }: Opened) {
    this.#parts = parts;
    this.#clock = clock;
    this.#kept = kept;
    this.#folders = streams.map(({ folder }) => folder);
    this.#faults = streams.flatMap(({ faults }) => faults);
    this.#seq = Math.min(...streams.map(({ startSeq }) => startSeq));
    const { reader, clocks, count, warn } = parts;
    const seq = (): number => this.#seq;
    this.#mender = new Mender({ reader, seq, now: clocks.now, count, warn });
    this.#journal = createJournal(parts, this.#folders);
    this.#ageing = new Ageing(parts.limits, this.#mender);
  }

  /** Seq up to which everything is on disk. */
  get seq(): number {
    return this.#seq;
  }

  /** What is wrong and stays so until a person acts. */
  get damages(): readonly string[] {
    return [...this.#faults, ...this.#mender.damages];
  }

  /** Bytes of all files, by stream. */
  get sizes(): ReadonlyMap<ArchiveStream, number> {
    const sizeOf = ({ segments }: StreamFolder): number =>
      segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return new Map(this.#folders.map((folder) => [folder.stream, sizeOf(folder)]));
  }

  /** Writes the next batch, and only then moves the cursor; false where there is none. */
  async advance(): Promise<boolean> {
    const { reader, cursors, limits, clocks, count } = this.#parts;
    const { lines, toSeq } = reader.archived(this.#seq, limits.batchLines);
    if (toSeq === this.#seq) return false;
    const byStream = Map.groupBy(lines, ({ stream }) => stream);
    const nowMs = clocks.now();
    const options = {
      fromSeq: this.#seq,
      nowMs,
      maxSegmentBytes: limits.maxSegmentBytes,
      ensureSound: this.#mender.ensureSound.bind(this.#mender),
      close: (folder: StreamFolder, segment: OpenSegment) => closeSegment(folder, segment, nowMs),
    };
    let added = 0;
    for (const folder of this.#folders) {
      added += await appendLines(folder, byStream.get(folder.stream) ?? [], options);
    }
    await cursors.save(ARCHIVE, toSeq);
    this.#seq = toSeq;
    count('exported', ARCHIVE, added);
    return true;
  }

  /**
   * Compares the files with what should be there and heals what the store still holds; closes, compresses and deletes what
   * is old enough. `isFinal` closes also what was written to just now. Throws what went wrong first, once all the rest is
   * done.
   */
  async look(isFinal = false): Promise<void> {
    const failures: unknown[] = [];
    const budget = { bytes: READ_PER_LOOK_BYTES };
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      await work().catch((error: unknown) => failures.push(error));
    };
    const at = {
      steadyMs: this.#clock.read(),
      monotonicMs: this.#parts.clocks.monotonicMs(),
      isFinal,
    };
    for (const folder of this.#folders) {
      await attempt(() => folder.restoreBooks());
      for (const segment of folder.open) {
        await attempt(() => this.#mender.ensureSound(folder, segment));
      }
      for (const segment of folder.closed) {
        await attempt(() => this.#mender.ensureKept(folder, segment, budget));
      }
      await attempt(() => this.#ageing.apply(folder, at));
      await attempt(() => folder.seal());
    }
    await attempt(() => this.#keepClock());
    await attempt(async () => {
      for (let isMore = true; isMore;) isMore = (await this.#journal?.update()) === true && isFinal;
    });
    if (failures.length > 0) throw failures[0];
  }

  async #keepClock(): Promise<void> {
    const { state } = this.#clock;
    const before = this.#kept;
    const isNews =
      before === null ||
      Math.abs(state.believedMs - before.believedMs) >= CLOCK_KEPT_EVERY_MS ||
      state.doubtedMs !== before.doubtedMs;
    if (!isNews) return;
    await writeClockState(this.#parts.files, this.#parts.root, state);
    this.#kept = state;
  }
}

const createJournal = (
  { files, journalRoot }: ArchiveParts,
  folders: readonly StreamFolder[],
): Journal | null => {
  if (journalRoot === null) return null;
  const folderOf = (wanted: ArchiveStream): StreamFolder =>
    folders.find(({ stream }) => stream === wanted)!;
  return new Journal({
    files,
    root: journalRoot,
    requests: folderOf('requests'),
    toolCalls: folderOf('tool_calls'),
    occurrences: folderOf('occurrences'),
  });
};
