import { join } from 'node:path';
import { ARCHIVE_STREAMS, type ArchiveStream } from '../../src/records/archive-line.ts';
import type { StoreReader } from '../../src/store/store.ts';
import { adoptSegment, closeAsFound, takeOtherForm } from './adopt-segment.ts';
import { type ArchiveFiles, DRAFT } from './archive-files.ts';
import { headOf, linesOf } from './archived-lines.ts';
import type { ClosedSegment } from './closed-segment.ts';
import { isUnreadable } from './segment-lines.ts';
import { MANIFEST_FILE, type ManifestText, readManifest } from './manifest.ts';
import { readOpenState, type OpenState } from './open-state.ts';
import { parseSegmentFile, segmentFile } from './segment-name.ts';
import type { Origin } from './segment-record.ts';
import { StreamFolder } from './stream-folder.ts';

/** What an archive's folders are opened with. */
export interface OpenOptions {
  readonly files: ArchiveFiles;
  /** Folder of the archive. */
  readonly root: string;
  readonly reader: Pick<StoreReader, 'storeId' | 'archived' | 'lastSeq'>;
  /** Cursor that the store has; everything up to it was in the files. */
  readonly cursorSeq: number;
  readonly nowMs: number;
  /** Tells a person of something that is not as it should be. */
  readonly warn: (text: string) => void;
}

/** Opens every stream's folder. All of them go on, or none: they follow one store. */
export const openStreams = async (options: OpenOptions): Promise<readonly OpenedStream[]> => {
  const found: FoundStream[] = [];
  for (const stream of ARCHIVE_STREAMS) found.push(await findStream(stream, options));
  const isSame = found.every(({ state }) => state === null || isSameHistory(state, options));
  const opened: OpenedStream[] = [];
  for (const one of found) opened.push(await openStream(one, isSame, options));
  return opened;
};

/** A stream's folder as it is gone on with. */
export interface OpenedStream {
  readonly folder: StreamFolder;
  /** Seq from which on lines may be missing in it. */
  readonly startSeq: number;
  /** What is wrong with its manifest and stays so. */
  readonly faults: readonly string[];
}

/** A stream's folder as it lies there. */
interface FoundStream {
  readonly stream: ArchiveStream;
  readonly path: string;
  readonly manifest: ManifestText;
  readonly state: OpenState | null;
  /** Whether nothing was ever written to it. */
  readonly isNew: boolean;
  readonly faults: readonly string[];
}

const findStream = async (
  stream: ArchiveStream,
  { files, root, warn }: OpenOptions,
): Promise<FoundStream> => {
  const path = join(root, stream);
  await files.makeFolder(path);
  const text = await readManifest(files, path);
  const read = await readOpenState(files, path);
  if (read === 'damaged') warn(`${stream}/open.json was damaged; its files are taken as they are`);
  const state = read === 'damaged' ? null : read;
  const { manifest, faults } = comparedManifest(text, state);
  const told = faults.map((fault) => `${stream}/${MANIFEST_FILE}: ${fault}`);
  for (const fault of told) warn(fault);
  const isNew =
    read === null &&
    text.lines.length === 0 &&
    !(await files.list(path)).some((file) => parseSegmentFile(file) !== null);
  return { stream, path, manifest, state, isNew, faults: told };
};

/** What is wrong with a manifest; the chain goes on from the hash that its last line had, so that a change stays visible. */
const comparedManifest = (
  manifest: ManifestText,
  state: OpenState | null,
): { readonly manifest: ManifestText; readonly faults: readonly string[] } => {
  const faults = manifest.faults.map(({ line, reason }) => `line ${line} ${reason}`);
  const { length } = manifest.lines;
  if (state === null || state.records < length) return { manifest, faults };
  if (state.records > length) {
    const lost = `${state.records - length} lines are missing at its end`;
    return { manifest, faults: [...faults, lost] };
  }
  if (state.tip === manifest.tip) return { manifest, faults };
  const changed = `line ${length} is not what was written`;
  return { manifest: { ...manifest, tip: state.tip }, faults: [...faults, changed] };
};

/**
 * Takes away what a crash left: half-written files, and files that a later step had replaced or deleted already. Lines
 * behind what the state file says are cut off when their file is next looked at.
 */
const openStream = async (
  { stream, path, manifest, state, isNew, faults }: FoundStream,
  isSame: boolean,
  options: OpenOptions,
): Promise<OpenedStream> => {
  const { files, reader, cursorSeq, nowMs } = options;
  const going = isSame ? state : null;
  const histories = manifest.records.map((record) =>
    record.kind === 'closed' ? record.history : 0,
  );
  const before = Math.max(0, state?.history ?? 0, ...histories);
  const startSeq = isNew ? 0 : cursorSeq;
  const folder = new StreamFolder({
    stream,
    files,
    folder: path,
    manifest,
    origin: { store: reader.storeId(), history: going === null ? before + 1 : before },
    progress: {
      seq: Math.max(startSeq, going?.seq ?? 0),
      lastId: going?.lastId ?? '',
      fromSeq: going?.fromSeq ?? 0,
    },
    open: going?.open ?? [],
  });
  await folder.tidyBooks(manifest);
  if (state !== null && going === null) {
    for (const segment of state.open) await closeAsFound(folder, segment, state, nowMs);
  }
  await sortOut(folder, { seq: going?.seq ?? null, origin: state ?? folder.origin }, options);
  if (going === null) await folder.save();
  return { folder, startSeq, faults };
};

/**
 * Whether the files and the store tell of the same past. Files may be ahead of the cursor by the one batch that was under
 * way; further ahead, or with another line at their end, they are of another store, or of this one before it was set back
 * to a copy.
 */
const isSameHistory = (
  { store, seq, fromSeq, lastId }: OpenState,
  { reader, cursorSeq }: OpenOptions,
): boolean => {
  if (store !== reader.storeId()) return false;
  if (seq <= cursorSeq) return true;
  if (fromSeq !== cursorSeq || reader.lastSeq() < seq) return false;
  const [line] = reader.archived(seq - 1, 1).lines;
  return line === undefined || line.id === lastId;
};

interface Found {
  /** Seq up to which the files are gone on with; null where they are not. */
  readonly seq: number | null;
  /** Whose lines files without a record have. */
  readonly origin: Origin;
}

/** Takes away what is left over, and takes in what no record knows. */
const sortOut = async (
  folder: StreamFolder,
  { seq, origin }: Found,
  { nowMs, warn }: OpenOptions,
): Promise<void> => {
  const open = new Set(folder.open.map(segmentFile));
  const remove = (file: string): Promise<void> => folder.files.remove(folder.path(file));
  for (const file of (await folder.files.list(folder.path('.'))).toSorted()) {
    const name = parseSegmentFile(file);
    if (file.endsWith(DRAFT)) await remove(file);
    if (name === null || open.has(file)) continue;
    const closed = folder.closedAs(segmentFile(name));
    try {
      if (closed !== undefined) {
        if (await isLeftOver(folder, file, closed, nowMs)) await remove(file);
      } else if (seq !== null && (await isOfUnfinishedBatch(folder, file, seq))) {
        await remove(file);
      } else {
        await adoptSegment(folder, file, origin, nowMs);
      }
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      warn(`${folder.stream}/${file} is in no record, and is damaged`);
    }
  }
};

/** Whether a file of a closed segment counts no more; one that holds what is gone counts again. */
const isLeftOver = async (
  folder: StreamFolder,
  file: string,
  segment: ClosedSegment,
  nowMs: number,
): Promise<boolean> => {
  const { stored } = segment;
  if (stored === null) return true;
  if (stored.file === file) return false;
  const isThere = (await folder.files.mark(folder.path(stored.file))) !== null;
  if (!isThere) await takeOtherForm(folder, segment, file, nowMs);
  return isThere;
};

/** Whether a file without a record was begun by a batch that was not finished, and whose lines will come again. */
const isOfUnfinishedBatch = async (
  folder: StreamFolder,
  file: string,
  seq: number,
): Promise<boolean> => {
  if (!file.endsWith('.jsonl')) return false;
  for await (const line of linesOf(folder.files.read(folder.path(file)))) {
    const head = headOf(line);
    return head === null || head.seq > seq;
  }
  return true;
};
