import type { Content } from './digest.ts';
import { parseSegmentFile, segmentFile, type SegmentName } from './segment-name.ts';
import type { Origin, SegmentRecord, SeqRange } from './segment-record.ts';

/** What lies on disk of a segment. */
export interface StoredFile {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A segment that nothing is added to any more, as its records leave it. */
export interface ClosedSegment extends SegmentName, Origin {
  /** Name of its file of plain lines. */
  readonly file: string;
  readonly content: Content & SeqRange;
  readonly openedAtMs: number;
  readonly state: 'plain' | 'compressed' | 'deleted';
  /** Null where it was deleted because of its age. */
  readonly stored: StoredFile | null;
}

/** What a record makes of a segment; undefined where it is about one that was never closed. */
export const applyRecord = (
  segment: ClosedSegment | undefined,
  record: SegmentRecord,
): ClosedSegment | undefined => {
  if (record.kind === 'closed') {
    const name = parseSegmentFile(record.file);
    // Names become paths, so only those that are made here count.
    if (name === null || segmentFile(name) !== record.file) return undefined;
    const { file, store, history, openedAtMs } = record;
    const { content, stored } = plain(file, record);
    return { ...name, file, store, history, openedAtMs, content, stored, state: 'plain' };
  }
  if (segment === undefined) return undefined;
  if (record.kind === 'deleted') return { ...segment, state: 'deleted', stored: null };
  if (record.kind === 'rebuilt') {
    return { ...segment, ...plain(segment.file, record), state: 'plain' };
  }
  const { storedAs, storedBytes, storedSha256 } = record;
  const name = parseSegmentFile(storedAs);
  if (name === null || segmentFile(name) !== segment.file) return undefined;
  const stored = { file: storedAs, sizeBytes: storedBytes, sha256: storedSha256 };
  return { ...segment, stored, state: 'compressed' };
};

const plain = (
  file: string,
  { sizeBytes, lines, sha256, firstSeq, lastSeq }: Content & SeqRange,
): Pick<ClosedSegment, 'content'> & { readonly stored: StoredFile } => ({
  content: { sizeBytes, lines, sha256, firstSeq, lastSeq },
  stored: { file, sizeBytes, sha256 },
});
