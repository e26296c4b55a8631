import type { ArchiveFiles } from './archive-files.ts';
import { DRAFT } from './archive-files.ts';
import { applyRecord, type ClosedSegment } from './closed-segment.ts';
import { sha256Of } from './digest.ts';
import { CHAIN_START, MANIFEST_FILE, type ManifestText, readManifest } from './manifest.ts';
import { OPEN_FILE, type OpenSegment, type OpenState, readOpenState } from './open-state.ts';
import { parseSegmentFile, segmentFile } from './segment-name.ts';
import { type FileFault, verifyFile } from './verify-file.ts';

/** Something about one file of an archive. */
export interface Finding {
  /** Path inside the archive. */
  readonly file: string;
  /** Where in it. */
  readonly place: string;
  readonly reason: string;
}

/** How much there is of a stream. */
export interface StreamCounts {
  /** Files that lines are still added to. */
  readonly open: number;
  readonly plain: number;
  readonly compressed: number;
  /** Files that were deleted because of their age; their records are there. */
  readonly deleted: number;
  readonly records: number;
  readonly lines: number;
  /** Bytes on disk. */
  readonly bytes: number;
}

/** What is true of a stream. */
export interface StreamFindings {
  readonly faults: readonly Finding[];
  readonly remarks: readonly Finding[];
  readonly counts: StreamCounts;
  /** Changes when a collector has written to it. */
  readonly books: string;
}

type ReadFiles = Pick<ArchiveFiles, 'read' | 'mark' | 'list'>;

/** Examines every file of a stream's folder. */
export const verifyStream = async (
  files: ReadFiles,
  stream: string,
  folder: string,
): Promise<StreamFindings> => {
  const faults: Finding[] = [];
  const remarks: Finding[] = [];
  const fault = (file: string, { place, reason }: FileFault): void =>
    void faults.push({ file: `${stream}/${file}`, place, reason });
  const remark = (file: string, { place, reason }: FileFault): void =>
    void remarks.push({ file: `${stream}/${file}`, place, reason });
  // In this order, so that a collector at work can only be further than what was read before.
  const state = await readOpenState(files, folder);
  const manifest = await readManifest(files, folder);
  const names = await files.list(folder);
  const closed = closedSegments(manifest);
  const open = openSegments(state, closed);
  for (const one of bookFaults(state, manifest)) fault(one.file, one);
  if (manifest.unfinishedBytes > 0) {
    const reason = `${manifest.unfinishedBytes} bytes of an unfinished line, which the next start cuts off`;
    remark(MANIFEST_FILE, { place: `line ${manifest.lines.length + 1}`, reason });
  }
  let bytes = 0;
  for (const { stored, content } of closed.values()) {
    if (stored === null) continue;
    bytes += stored.sizeBytes;
    const { lines, sha256 } = content;
    const plain = { lines, sha256 };
    const found = await verifyFile(files, folder, { ...stored, plain, isOpen: false });
    if (found !== null) fault(stored.file, found);
  }
  for (const { content, ...name } of open) {
    bytes += content.sizeBytes;
    const file = segmentFile(name);
    const found = await verifyFile(files, folder, {
      file,
      ...content,
      plain: content,
      isOpen: true,
    });
    if (found !== null) fault(file, found);
    const behind = ((await files.mark(`${folder}/${file}`))?.sizeBytes ?? 0) - content.sizeBytes;
    if (behind <= 0) continue;
    const reason = `${behind} bytes that are not accounted for yet`;
    remark(file, { place: `behind byte ${content.sizeBytes}`, reason });
  }
  for (const { isFault, ...one } of strangers(names, closed, open)) {
    (isFault ? fault : remark)(one.file, one);
  }
  const counts = { ...countsOf(closed, open), records: manifest.lines.length, bytes };
  const books = JSON.stringify([state, manifest.tip]);
  return { faults, remarks, counts, books };
};

type Segments = ReadonlyMap<string, ClosedSegment>;

const closedSegments = ({ records }: ManifestText): Segments => {
  const segments = new Map<string, ClosedSegment>();
  for (const record of records) {
    const segment = applyRecord(segments.get(record.file), record);
    if (segment !== undefined) segments.set(record.file, segment);
  }
  return segments;
};

const openSegments = (
  state: OpenState | 'damaged' | null,
  closed: Segments,
): readonly OpenSegment[] =>
  state === null || state === 'damaged'
    ? []
    : state.open.filter((segment) => !closed.has(segmentFile(segment)));

const countsOf = (closed: Segments, open: readonly OpenSegment[]) => {
  const segments = [...closed.values()];
  const inState = (wanted: ClosedSegment['state']): number =>
    segments.filter(({ state }) => state === wanted).length;
  const kept = segments.filter(({ stored }) => stored !== null);
  return {
    open: open.length,
    plain: inState('plain'),
    compressed: inState('compressed'),
    deleted: inState('deleted'),
    lines: [...kept, ...open].reduce((sum, { content }) => sum + content.lines, 0),
  };
};

/** What is wrong with the manifest and the state file. */
const bookFaults = (
  state: OpenState | 'damaged' | null,
  manifest: ManifestText,
): readonly (FileFault & { readonly file: string })[] => {
  const faults = manifest.faults.map(({ line, reason }) => ({
    file: MANIFEST_FILE,
    place: `line ${line}`,
    reason,
  }));
  if (state === 'damaged') {
    const reason = 'is not what was written: its sha256 is another one';
    return [...faults, { file: OPEN_FILE, place: 'line 1 or 2', reason }];
  }
  if (state === null) {
    return [...faults, { file: OPEN_FILE, place: 'the file', reason: 'is missing' }];
  }
  const { tip, records } = state;
  const { length } = manifest.lines;
  if (length < records) {
    const place = `behind line ${length}`;
    return [
      ...faults,
      { file: MANIFEST_FILE, place, reason: `${records - length} lines are missing` },
    ];
  }
  const line = records === 0 ? undefined : manifest.lines[records - 1];
  if ((line === undefined ? CHAIN_START : sha256Of(line)) === tip) return faults;
  const reason = 'is not what was written: its sha256 is another one';
  return [...faults, { file: MANIFEST_FILE, place: `line ${records}`, reason }];
};

/** Files that the books do not name. */
function* strangers(
  names: readonly string[],
  closed: Segments,
  open: readonly OpenSegment[],
): Generator<FileFault & { readonly file: string; readonly isFault: boolean }> {
  const openFiles = new Set(open.map(segmentFile));
  const place = 'the file';
  for (const file of names) {
    if (file === MANIFEST_FILE || file === OPEN_FILE || openFiles.has(file)) continue;
    const name = parseSegmentFile(file);
    const segment = name === null ? undefined : closed.get(segmentFile(name));
    if (segment?.stored?.file === file) continue;
    if (file.endsWith(DRAFT)) {
      yield {
        file,
        place,
        reason: 'is half-written; the next start takes it away',
        isFault: false,
      };
    } else if (segment !== undefined) {
      yield { file, place, reason: 'is left over; the next start takes it away', isFault: false };
    } else if (name === null) {
      yield { file, place, reason: 'does not belong here', isFault: false };
    } else if (isNext(file, closed, open)) {
      yield {
        file,
        place,
        reason: 'was begun just now or by a batch that a crash cut short',
        isFault: false,
      };
    } else {
      yield { file, place, reason: 'has no record', isFault: true };
    }
  }
}

/** Whether a file would be the next one of its day, which is begun before any book names it. */
const isNext = (file: string, closed: Segments, open: readonly OpenSegment[]): boolean => {
  const name = parseSegmentFile(file);
  if (name === null || !file.endsWith('.jsonl')) return false;
  const ofDay = [...closed.values(), ...open].filter(({ day }) => day === name.day);
  return (
    !open.some(({ day }) => day === name.day) &&
    name.number === Math.max(0, ...ofDay.map(({ number }) => number)) + 1
  );
};
