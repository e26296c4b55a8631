import { type Compression, compressedPieces, plainPieces } from './compression.ts';
import { createDigest } from './digest.ts';
import { DRAFT } from './archive-files.ts';
import type { ClosedSegment } from './closed-segment.ts';
import type { OpenSegment } from './open-state.ts';
import { dayEndMs, segmentFile } from './segment-name.ts';
import type { StreamFolder } from './stream-folder.ts';

const DAY_MS = 86_400_000;

/** Whether a day has been over for a number of days. */
export const isOver = (day: string, days: number, nowMs: number): boolean =>
  nowMs >= dayEndMs(day) + days * DAY_MS;

/** Whether a segment is too old to keep: what was archived long after its day is kept as long as anything else. */
export const isTooOld = (segment: ClosedSegment, keepDays: number, nowMs: number): boolean =>
  nowMs >= Math.max(dayEndMs(segment.day), segment.openedAtMs) + keepDays * DAY_MS;

/** Closes a segment whose file is sound. A crash on the way leaves it open, or closed with a state that lags behind. */
export const closeSegment = async (
  folder: StreamFolder,
  segment: OpenSegment,
  nowMs: number,
): Promise<void> => {
  const { content, openedAtMs } = segment;
  await folder.record({
    kind: 'closed',
    file: segmentFile(segment),
    ...content,
    ...folder.origin,
    openedAtMs,
    atMs: nowMs,
    adopted: false,
  });
};

/**
 * Replaces a closed segment's plain file by a compressed one, which was read back before. False where the plain file was
 * not what it should be, and is left alone.
 */
export const compressSegment = async (
  folder: StreamFolder,
  { file, content }: ClosedSegment,
  compression: Compression,
  nowMs: number,
): Promise<boolean> => {
  const { files } = folder;
  const storedAs = `${file}${compression.suffix}`;
  const draft = `${folder.path(storedAs)}${DRAFT}`;
  const stored = createDigest();
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of compressedPieces(compression, files.read(folder.path(file)))) {
      stored.add(piece);
      yield piece;
    }
  };
  await files.create(draft, pieces());
  const back = createDigest();
  for await (const piece of plainPieces(storedAs, files.read(draft))) back.add(piece);
  if (back.content().sha256 !== content.sha256) {
    await files.remove(draft);
    folder.forget(file);
    return false;
  }
  await files.rename(draft, folder.path(storedAs));
  await files.syncFolder(folder.path('.'));
  const { sizeBytes: storedBytes, sha256: storedSha256 } = stored.content();
  const kept = { storedAs, storedBytes, storedSha256 };
  await folder.record({ kind: 'compressed', file, ...kept, atMs: nowMs });
  const mark = await files.mark(folder.path(storedAs));
  if (mark !== null) folder.noteSound(storedAs, mark);
  await files.remove(folder.path(file));
  return true;
};

/** Deletes a segment because of its age; its records stay. */
export const deleteSegment = async (
  folder: StreamFolder,
  { file, stored }: ClosedSegment,
  nowMs: number,
): Promise<void> => {
  await folder.record({ kind: 'deleted', file, atMs: nowMs });
  if (stored !== null) await folder.files.remove(folder.path(stored.file));
};
