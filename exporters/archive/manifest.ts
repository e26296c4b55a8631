import { join } from 'node:path';
import {
  type ArchiveFiles,
  type FileMark,
  isSameMark,
  readWhole,
  replaceFile,
} from './archive-files.ts';
import { sha256Of } from './digest.ts';
import { decodeRecord, encodeRecord, type SegmentRecord } from './segment-record.ts';

/** Name of a stream's manifest inside its folder. */
export const MANIFEST_FILE = 'manifest.jsonl';

/** What stands in the place of the line before the first one. */
export const CHAIN_START = '0'.repeat(64);

/** Lines of a manifest, and what is wrong with them. */
export interface ManifestText {
  readonly records: readonly SegmentRecord[];
  /** Each line as it stands there, whole ones only. */
  readonly lines: readonly string[];
  /** Bytes of the whole lines. */
  readonly sizeBytes: number;
  /** The sha256 of the last whole line. */
  readonly tip: string;
  readonly faults: readonly ManifestFault[];
  /** Bytes of a line that has no end, which a crash leaves. */
  readonly unfinishedBytes: number;
}

/** A line of a manifest that is not what it should be. */
export interface ManifestFault {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}

/** Understands the text of a manifest. */
export const decodeManifest = (bytes: Buffer): ManifestText => {
  const end = bytes.lastIndexOf(0x0a) + 1;
  const lines = end === 0 ? [] : bytes.toString('utf8', 0, end - 1).split('\n');
  const records: SegmentRecord[] = [];
  const faults: ManifestFault[] = [];
  let tip = CHAIN_START;
  for (const [index, line] of lines.entries()) {
    const read = decodeRecord(line);
    if (read === null) faults.push({ line: index + 1, reason: 'is no record' });
    if (read !== null) records.push(read.record);
    if (read !== null && read.previous !== tip) {
      const reason =
        'does not follow from the line before: one of them was changed, or others between them are gone';
      faults.push({ line: index + 1, reason });
    }
    tip = sha256Of(line);
  }
  return { records, lines, sizeBytes: end, tip, faults, unfinishedBytes: bytes.length - end };
};

/** Reads a manifest; that of a folder without one has no lines. */
export const readManifest = async (
  files: Pick<ArchiveFiles, 'read' | 'mark'>,
  folder: string,
): Promise<ManifestText> => {
  return decodeManifest((await readWhole(files, join(folder, MANIFEST_FILE))) ?? Buffer.alloc(0));
};

/** The manifest of a stream: one line for each thing that happened to a segment, each with the hash of the line before. */
export class Manifest {
  readonly #files: ArchiveFiles;
  readonly #folder: string;
  readonly #path: string;
  #lines: string[];
  #sizeBytes: number;
  #tip: string;
  /** What the file looked like when it was last known to be as it should be. */
  #seen: FileMark | undefined;

  constructor(files: ArchiveFiles, folder: string, text: ManifestText) {
    this.#files = files;
    this.#folder = folder;
    this.#path = join(folder, MANIFEST_FILE);
    this.#lines = [...text.lines];
    this.#sizeBytes = text.sizeBytes;
    this.#tip = text.tip;
  }

  /** Hash of the last line, and how many lines there are. */
  get end(): { readonly tip: string; readonly records: number } {
    return { tip: this.#tip, records: this.#lines.length };
  }

  /** Cuts off a line that has no end. */
  async cutUnfinished({ unfinishedBytes }: ManifestText): Promise<void> {
    if (unfinishedBytes === 0) return;
    await this.#files.append(this.#path, this.#sizeBytes, new Uint8Array());
  }

  /** Appends a record; resolves once it is on disk. */
  async append(record: SegmentRecord): Promise<void> {
    await this.restore();
    const line = encodeRecord(record, this.#tip);
    const data = Buffer.from(`${line}\n`);
    this.#seen = await this.#files.append(this.#path, this.#sizeBytes, data);
    if (this.#sizeBytes === 0) await this.#files.syncFolder(this.#folder);
    this.#lines.push(line);
    this.#sizeBytes += data.length;
    this.#tip = sha256Of(line);
  }

  /** Writes it again as it is known where somebody changed it or took it away. */
  async restore(): Promise<void> {
    const mark = await this.#files.mark(this.#path);
    if (mark === null && this.#sizeBytes === 0) return;
    if (mark !== null && this.#seen !== undefined && isSameMark(mark, this.#seen)) return;
    const text = Buffer.from(this.#lines.map((line) => `${line}\n`).join(''));
    if ((await readWhole(this.#files, this.#path))?.equals(text) !== true) {
      await replaceFile(this.#files, this.#path, [text]);
      await this.#files.syncFolder(this.#folder);
    }
    this.#seen = (await this.#files.mark(this.#path)) ?? undefined;
  }
}
