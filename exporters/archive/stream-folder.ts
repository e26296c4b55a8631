import { join } from 'node:path';
import type { ArchiveStream } from '../../src/records/archive-line.ts';
import { type ArchiveFiles, type FileMark, isSameMark } from './archive-files.ts';
import { applyRecord, type ClosedSegment } from './closed-segment.ts';
import { type Digest, digestFile } from './digest.ts';
import { Manifest, type ManifestText } from './manifest.ts';
import { OPEN_FILE, type OpenSegment, type OpenState, writeOpenState } from './open-state.ts';
import { segmentFile, type SegmentName } from './segment-name.ts';
import type { Origin, SegmentRecord } from './segment-record.ts';

/** How far a stream is written. */
export type Progress = Pick<OpenState, 'seq' | 'lastId' | 'fromSeq'>;

/** What a stream's folder begins with. */
export interface StreamStart {
  readonly stream: ArchiveStream;
  readonly folder: string;
  readonly files: ArchiveFiles;
  readonly manifest: ManifestText;
  readonly origin: Origin;
  readonly progress: Progress;
  readonly open: readonly OpenSegment[];
}

/** An open segment as a batch leaves it. */
export interface WrittenSegment {
  readonly segment: OpenSegment;
  readonly digest: Digest;
  readonly mark: FileMark;
}

/** A segment whose file is there. */
export interface StoredSegment extends SegmentName {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What is known of one stream's folder. What it says has been written is on disk. */
export class StreamFolder {
  readonly stream: ArchiveStream;
  readonly files: ArchiveFiles;
  readonly origin: Origin;
  readonly #folder: string;
  readonly #manifest: Manifest;
  readonly #open: Map<string, OpenSegment>;
  readonly #closed = new Map<string, ClosedSegment>();
  readonly #lastNumbers = new Map<string, number>();
  readonly #digests = new Map<string, Digest>();
  /** What sound files looked like when they were last read or written. */
  readonly #seen = new Map<string, FileMark>();
  #progress: Progress;
  #stateSeen: FileMark | null = null;
  /** End of the manifest that the state file knows. */
  #sealedTip: string | undefined;

  constructor({ stream, files, folder, manifest, origin, progress, open }: StreamStart) {
    this.stream = stream;
    this.files = files;
    this.origin = origin;
    this.#folder = folder;
    this.#manifest = new Manifest(files, folder, manifest);
    this.#progress = progress;
    for (const record of manifest.records) this.#apply(record);
    const isClosed = (name: SegmentName): boolean => this.#closed.has(segmentFile(name));
    this.#open = new Map(
      open.filter((segment) => !isClosed(segment)).map((segment) => [segment.day, segment]),
    );
  }

  get progress(): Progress {
    return this.#progress;
  }

  get open(): readonly OpenSegment[] {
    return [...this.#open.values()];
  }

  /** Closed segments, deleted ones too. */
  get closed(): readonly ClosedSegment[] {
    return [...this.#closed.values()];
  }

  /** What lies there, open and closed: each file, how many of its bytes count, and the sha256 of its plain lines. */
  get segments(): readonly StoredSegment[] {
    const open = this.open.map(({ day, number, content: { sizeBytes, sha256 } }) => ({
      day,
      number,
      file: segmentFile({ day, number }),
      sizeBytes,
      sha256,
    }));
    const closed = this.closed.flatMap(({ day, number, stored, content: { sha256 } }) =>
      stored === null
        ? []
        : [{ day, number, file: stored.file, sizeBytes: stored.sizeBytes, sha256 }],
    );
    return [...closed, ...open];
  }

  openOn(day: string): OpenSegment | undefined {
    return this.#open.get(day);
  }

  path(file: string): string {
    return join(this.#folder, file);
  }

  /** A closed segment by the name of its file of plain lines. */
  closedAs(file: string): ClosedSegment | undefined {
    return this.#closed.get(file);
  }

  /** Number of the next segment of a day. */
  nextNumber(day: string): number {
    return Math.max(this.#lastNumbers.get(day) ?? 0, this.#open.get(day)?.number ?? 0) + 1;
  }

  /** A digest of what is on disk of an open segment whose file was found sound. */
  digestOf(file: string): Digest | undefined {
    return this.#digests.get(file);
  }

  /** Whether a file looks as it did when it was last known to be sound. */
  looksSame(file: string, mark: FileMark): boolean {
    const seen = this.#seen.get(file);
    return seen !== undefined && isSameMark(seen, mark);
  }

  /** Whether a file was ever known to be sound since the start. */
  wasSeen(file: string): boolean {
    return this.#seen.has(file);
  }

  /** Makes a file be read again. */
  forget(file: string): void {
    this.#seen.delete(file);
  }

  noteSound(file: string, mark: FileMark, digest?: Digest): void {
    this.#seen.set(file, mark);
    if (digest !== undefined) this.#digests.set(file, digest);
  }

  /** Whether the first bytes of an open segment's file are what was written. */
  async isWritten(segment: OpenSegment): Promise<boolean> {
    return (await this.#written(segment)) !== null;
  }

  /** The same, for a file that is gone on with: what stands behind those bytes is cut off. */
  async isSound(segment: OpenSegment): Promise<boolean> {
    const file = segmentFile(segment);
    const { sizeBytes } = segment.content;
    const written = await this.#written(segment);
    if (written === null) return false;
    const mark =
      written.mark.sizeBytes === sizeBytes
        ? written.mark
        : await this.files.append(this.path(file), sizeBytes, new Uint8Array());
    this.noteSound(file, mark, written.digest);
    return true;
  }

  async #written({
    content,
    ...name
  }: OpenSegment): Promise<{ readonly mark: FileMark; readonly digest: Digest } | null> {
    const file = segmentFile(name);
    const mark = await this.files.mark(this.path(file));
    if (mark === null || mark.sizeBytes < content.sizeBytes) return null;
    const known = this.#digests.get(file);
    if (known !== undefined && this.looksSame(file, mark)) return { mark, digest: known };
    const digest = await digestFile(this.files, this.path(file), content.sizeBytes);
    return digest.content().sha256 === content.sha256 ? { mark, digest } : null;
  }

  /** Takes over what a batch has written, once that stands in the state file too. */
  async commit(written: readonly WrittenSegment[], progress: Progress): Promise<void> {
    const open = new Map(this.#open);
    for (const { segment } of written) open.set(segment.day, segment);
    await this.#save([...open.values()], progress);
    this.#progress = progress;
    for (const { segment, digest, mark } of written) {
      this.#open.set(segment.day, segment);
      this.noteSound(segmentFile(segment), mark, digest);
    }
  }

  /** Has the state file cover the end of the manifest, where it does not. */
  async seal(): Promise<void> {
    if (this.#manifest.end.tip !== this.#sealedTip) await this.save();
  }

  /** Writes the state as it is. */
  async save(): Promise<void> {
    await this.#save(this.open, this.#progress);
  }

  /** Appends a record to the manifest; a segment that it closes is open no more, which `save` writes down. */
  async record(record: SegmentRecord): Promise<void> {
    await this.#manifest.append(record);
    this.#apply(record);
    if (record.kind !== 'closed') return;
    this.#digests.delete(record.file);
    for (const segment of this.open) {
      if (segmentFile(segment) === record.file) this.#open.delete(segment.day);
    }
  }

  /** Takes away what a crash left in the manifest. */
  async tidyBooks(text: ManifestText): Promise<void> {
    await this.#manifest.cutUnfinished(text);
  }

  /** Writes manifest and state again where somebody changed them or took them away. */
  async restoreBooks(): Promise<void> {
    await this.files.makeFolder(this.#folder);
    await this.#manifest.restore();
    const mark = await this.files.mark(this.path(OPEN_FILE));
    const isOurs = mark !== null && this.#stateSeen !== null && isSameMark(mark, this.#stateSeen);
    if (!isOurs) await this.save();
  }

  #apply(record: SegmentRecord): void {
    const segment = applyRecord(this.#closed.get(record.file), record);
    if (segment === undefined) return;
    this.#closed.set(record.file, segment);
    this.#lastNumbers.set(
      segment.day,
      Math.max(this.#lastNumbers.get(segment.day) ?? 0, segment.number),
    );
  }

  async #save(open: readonly OpenSegment[], progress: Progress): Promise<void> {
    const { tip, records } = this.#manifest.end;
    const state = { ...this.origin, ...progress, tip, records, open };
    this.#stateSeen = await writeOpenState(this.files, this.#folder, state);
    this.#sealedTip = tip;
  }
}
