import type { ArchiveLine } from '../../src/records/archive-line.ts';
import type { StoreReader } from '../../src/store/store.ts';
import { DRAFT, type FileMark } from './archive-files.ts';
import { createDigest, type Content, type Digest } from './digest.ts';
import { dayStartMs, segmentFile, type SegmentName } from './segment-name.ts';
import type { SeqRange } from './segment-record.ts';
import { soundHeads } from './segment-lines.ts';
import type { StreamFolder } from './stream-folder.ts';

/** A segment written anew. */
export interface Rebuilt {
  readonly content: Content & SeqRange;
  readonly digest: Digest;
  readonly mark: FileMark;
}

const PIECE_BYTES = 256 * 1024;

/**
 * Writes a segment's plain file anew from the store, as one step: the lines of its day that no other sound segment has.
 * Only for days of which the store still holds everything.
 */
export const rebuildSegment = async (
  folder: StreamFolder,
  name: SegmentName,
  reader: Pick<StoreReader, 'archivedDay'>,
  toSeq: number,
): Promise<Rebuilt> => {
  const elsewhere = await revisionsElsewhere(folder, name);
  const digest = createDigest();
  const range = { firstSeq: 0, lastSeq: 0 };
  const lines = reader.archivedDay(folder.stream, dayStartMs(name.day), toSeq);
  const path = folder.path(segmentFile(name));
  const pieces = function* (): Generator<Buffer> {
    for (const piece of inPieces(missing(lines, elsewhere, range))) {
      digest.add(piece);
      yield piece;
    }
  };
  const { rename, create, syncFolder, mark } = folder.files;
  await create(`${path}${DRAFT}`, pieces());
  await rename(`${path}${DRAFT}`, path);
  await syncFolder(folder.path('.'));
  return { content: { ...digest.content(), ...range }, digest, mark: (await mark(path))! };
};

/** Newest revisions of what stands in the other segments of a day. */
const revisionsElsewhere = async (
  folder: StreamFolder,
  { day, number }: SegmentName,
): Promise<ReadonlyMap<string, number>> => {
  const revisions = new Map<string, number>();
  for (const other of folder.segments) {
    if (other.day !== day || other.number === number) continue;
    for (const { id, revision } of (await soundHeads(folder, other)) ?? []) {
      revisions.set(id, Math.max(revision, revisions.get(id) ?? revision));
    }
  }
  return revisions;
};

function* missing(
  lines: Iterable<ArchiveLine>,
  elsewhere: ReadonlyMap<string, number>,
  range: { firstSeq: number; lastSeq: number },
): Generator<string> {
  for (const { id, revision, seq, text } of lines) {
    if ((elsewhere.get(id) ?? Number.NEGATIVE_INFINITY) >= revision) continue;
    range.firstSeq = range.firstSeq === 0 ? seq : Math.min(range.firstSeq, seq);
    range.lastSeq = Math.max(range.lastSeq, seq);
    yield text;
  }
}

function* inPieces(lines: Iterable<string>): Generator<Buffer> {
  let piece: string[] = [];
  let length = 0;
  for (const line of lines) {
    piece.push(line, '\n');
    length += line.length;
    if (length < PIECE_BYTES) continue;
    yield Buffer.from(piece.join(''));
    piece = [];
    length = 0;
  }
  if (piece.length > 0) yield Buffer.from(piece.join(''));
}
