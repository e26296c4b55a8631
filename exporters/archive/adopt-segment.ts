import { headOf, linesOf } from './archived-lines.ts';
import type { ClosedSegment } from './closed-segment.ts';
import { plainPieces } from './compression.ts';
import { type Content, createDigest, digestFile } from './digest.ts';
import type { OpenSegment } from './open-state.ts';
import { parseSegmentFile, segmentFile } from './segment-name.ts';
import type { Origin, SeqRange } from './segment-record.ts';
import type { StreamFolder } from './stream-folder.ts';

const NEWLINE = 0x0a;

/**
 * Makes records for a file that has none, as it is: the books were lost, or somebody put it there. Where its lines go
 * beyond what was written here, nobody knows whose they are.
 */
export const adoptSegment = async (
  folder: StreamFolder,
  stored: string,
  { store, history }: Origin,
  nowMs: number,
): Promise<void> => {
  const name = parseSegmentFile(stored);
  if (name === null) return;
  const file = segmentFile(name);
  if (stored === file) await cutUnfinishedLine(folder, file);
  const content = await contentOf(folder, stored);
  const isForeign = content.lastSeq > folder.progress.seq;
  const whose = isForeign ? { store: '', history: 0 } : { store, history };
  const origin = { ...whose, openedAtMs: nowMs };
  const adopted = { kind: 'closed', file, adopted: true, atMs: nowMs } as const;
  await folder.record({ ...adopted, ...origin, ...content });
  if (stored !== file) await recordCompressed(folder, file, stored, nowMs);
};

/**
 * Takes the other form of a closed segment's file, plain or compressed, for the one that is gone, where it holds the same
 * lines; says whether it does.
 */
export const takeOtherForm = async (
  folder: StreamFolder,
  { file, content }: ClosedSegment,
  stored: string,
  nowMs: number,
): Promise<boolean> => {
  if ((await contentOf(folder, stored)).sha256 !== content.sha256) return false;
  if (stored === file) await folder.record({ kind: 'rebuilt', file, ...content, atMs: nowMs });
  else await recordCompressed(folder, file, stored, nowMs);
  return true;
};

const recordCompressed = async (
  folder: StreamFolder,
  file: string,
  storedAs: string,
  nowMs: number,
): Promise<void> => {
  const { sizeBytes, sha256 } = (await digestFile(folder.files, folder.path(storedAs))).content();
  const kept = { storedAs, storedBytes: sizeBytes, storedSha256: sha256 };
  await folder.record({ kind: 'compressed', file, ...kept, atMs: nowMs });
};

/** Closes a segment of another store: every whole line of it stays, also those that came after its state was written. */
export const closeAsFound = async (
  folder: StreamFolder,
  segment: OpenSegment,
  { store, history }: Origin,
  nowMs: number,
): Promise<void> => {
  const file = segmentFile(segment);
  if (folder.closedAs(file) !== undefined) return;
  const isWhole =
    (await folder.files.mark(folder.path(file))) !== null && (await folder.isWritten(segment));
  if (isWhole) await cutUnfinishedLine(folder, file);
  const content = isWhole ? await contentOf(folder, file) : segment.content;
  const { openedAtMs } = segment;
  const origin = { store, history, openedAtMs };
  await folder.record({ kind: 'closed', file, adopted: false, atMs: nowMs, ...origin, ...content });
};

const contentOf = async (folder: StreamFolder, file: string): Promise<Content & SeqRange> => {
  const digest = createDigest();
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of plainPieces(file, folder.files.read(folder.path(file)))) {
      digest.add(piece);
      yield piece;
    }
  };
  const range = { firstSeq: 0, lastSeq: 0 };
  for await (const line of linesOf(pieces())) {
    const seq = headOf(line)?.seq ?? range.lastSeq;
    range.firstSeq = range.firstSeq === 0 ? seq : Math.min(range.firstSeq, seq);
    range.lastSeq = Math.max(range.lastSeq, seq);
  }
  return { ...digest.content(), ...range };
};

const cutUnfinishedLine = async (folder: StreamFolder, file: string): Promise<void> => {
  let sizeBytes = 0;
  let end = 0;
  for await (const piece of folder.files.read(folder.path(file))) {
    const at = piece.lastIndexOf(NEWLINE);
    if (at !== -1) end = sizeBytes + at + 1;
    sizeBytes += piece.length;
  }
  if (end < sizeBytes) await folder.files.append(folder.path(file), end, new Uint8Array());
};
