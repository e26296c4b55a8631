import { join } from 'node:path';
import { ARCHIVE_STREAMS, type ArchiveStream } from '../../src/records/archive-line.ts';
import type { StoreReader } from '../../src/store/store.ts';
import { adoptSegment, closeAsFound, takeOtherForm } from './adopt-segment.ts';
import { type ArchiveFiles, DRAFT } from './archive-files.ts';
import { headOf, type LineHead, linesOf } from './archived-lines.ts';
import type { ClosedSegment } from './closed-segment.ts';
import { isUnreadable } from './segment-lines.ts';
import { MANIFEST_FILE, type ManifestText, readManifest } from './manifest.ts';
import { readOpenState, type OpenSegment, type OpenState } from './open-state.ts';
import { parseSegmentFile, segmentFile } from './segment-name.ts';
import type { Origin, SegmentRecord } from './segment-record.ts';
import { StreamFolder } from './stream-folder.ts';

/** What an archive's folders are opened with. */
export interface OpenOptions {
  readonly files: ArchiveFiles;
  /** Folder of the archive. */
  readonly root: string;
  readonly reader: Pick<StoreReader, 'storeId' | 'archived' | 'lastSeq'>;
  /** Cursor that the store has; everything up to it was in the files. */
  readonly cursorSeq: number;
  /** Sets that cursor back to the beginning, so that nothing leaves the store that is not in the files again. */
  readonly beginAnew: () => Promise<void>;
  readonly nowMs: number;
  /** Tells a person of something that is not as it should be. */
  readonly warn: (text: string) => void;
}

/** Opens every stream's folder. All of them go on, or none: they follow one store. */
export const openStreams = async (options: OpenOptions): Promise<readonly OpenedStream[]> => {
  const found: FoundStream[] = [];
  for (const stream of ARCHIVE_STREAMS) found.push(await findStream(stream, options));
  const isSame = found.every(({ state }) => state === null || isSameHistory(state, options));
  const lacks = isSame
    ? isBehind(found, options)
    : found.some((one) => isOfOtherStores(one, options));
  const startOf = ({ isNew }: FoundStream): number => (isNew || lacks ? 0 : options.cursorSeq);
  // Before anything is written: what is begun anew does not look so any more after a crash.
  if (options.cursorSeq > 0 && found.some((one) => startOf(one) === 0)) await options.beginAnew();
  const history = 1 + Math.max(...found.map(lastHistory));
  const opened: OpenedStream[] = [];
  for (const one of found)
    opened.push(await openStream(one, { isSame, startSeq: startOf(one), history }, options));
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

/** How a stream is gone on with. */
interface GoingOn {
  /** Whether files and store tell of the same past. */
  readonly isSame: boolean;
  readonly startSeq: number;
  /** Number of the history that begins where they do not. */
  readonly history: number;
}

const lastHistory = ({ manifest, state }: FoundStream): number =>
  manifest.records.reduce(
    (last, record) => Math.max(last, record.kind === 'closed' ? record.history : 0),
    state?.history ?? 0,
  );

/**
 * Takes away what a crash left: half-written files, and files that a later step had replaced or deleted already. Lines
 * behind what the state file says are cut off when their file is next looked at.
 */
const openStream = async (
  { stream, path, manifest, state, faults }: FoundStream,
  { isSame, startSeq, history }: GoingOn,
  options: OpenOptions,
): Promise<OpenedStream> => {
  const { files, reader, nowMs } = options;
  const going = isSame ? state : null;
  const folder = new StreamFolder({
    stream,
    files,
    folder: path,
    manifest,
    origin: { store: reader.storeId(), history: going?.history ?? history },
    progress: {
      seq: Math.max(startSeq, going?.seq ?? 0),
      lastId: going?.lastId ?? '',
      fromSeq: going?.fromSeq ?? 0,
    },
    open: going?.open ?? [],
  });
  await folder.tidyBooks(manifest);
  for (const segment of state?.open ?? []) {
    if (going === null || (await hasKnownEnd(folder, segment, startSeq)))
      await closeAsFound(folder, segment, state!, nowMs);
  }
  const seq = going === null ? null : Math.max(going.seq, startSeq);
  await sortOut(folder, { seq, origin: state ?? folder.origin }, options);
  if (going === null) await folder.save();
  return { folder, startSeq, faults };
};

/** So many numbers before the cursor are looked at; more would hold up the start. */
const LOOKED_AT = 2_000;

/** Whether files lack lines that the store's cursor says are in them: somebody put an older copy in their place. */
const isBehind = (found: readonly FoundStream[], { reader, cursorSeq }: OpenOptions): boolean => {
  const reached = new Map(
    found.flatMap(({ stream, state }) => (state === null ? [] : [[stream, state.seq] as const])),
  );
  return reader
    .archived(Math.max(0, cursorSeq - LOOKED_AT), LOOKED_AT)
    .lines.some(({ stream, seq }) => seq <= cursorSeq && seq > (reached.get(stream) ?? seq));
};

/** Whether all that was written here came from other stores, so that the store's cursor says nothing about it. */
const isOfOtherStores = ({ manifest, state }: FoundStream, { reader }: OpenOptions): boolean => {
  const storeId = reader.storeId();
  const isOurs = (record: SegmentRecord): boolean =>
    record.kind === 'closed' && record.store === storeId;
  return state !== null && state.store !== storeId && !manifest.records.some(isOurs);
};

/**
 * Whether lines behind what the state file says are up to the cursor: after a crash before the state was written, and a
 * restore that read them.
 */
const hasKnownEnd = async (
  folder: StreamFolder,
  { content, ...name }: OpenSegment,
  cursorSeq: number,
): Promise<boolean> => {
  const { files } = folder;
  const file = folder.path(segmentFile(name));
  const mark = await files.mark(file);
  if (mark === null || mark.sizeBytes <= content.sizeBytes) return false;
  for await (const line of linesOf(files.read(file))) {
    const seq = headOf(line)?.seq ?? 0;
    if (seq > content.lastSeq && seq <= cursorSeq) return true;
  }
  return false;
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
  { reader, nowMs, warn }: OpenOptions,
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
      } else if (seq !== null && (await isOfUnfinishedBatch(folder, file, { seq, reader }))) {
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
  { seq, reader }: { readonly seq: number } & Pick<OpenOptions, 'reader'>,
): Promise<boolean> => {
  if (!file.endsWith('.jsonl')) return false;
  for await (const line of linesOf(folder.files.read(folder.path(file)))) {
    const head = headOf(line);
    return head === null || (head.seq > seq && isInLog(head, reader));
  }
  return true;
};

/** Whether a line may come again: another archive, which somebody copied from, has lines that this log does not know. */
const isInLog = ({ id, seq }: LineHead, reader: OpenOptions['reader']): boolean => {
  if (seq > reader.lastSeq()) return false;
  const [line] = reader.archived(seq - 1, 1).lines;
  return line === undefined || line.id === id;
};
