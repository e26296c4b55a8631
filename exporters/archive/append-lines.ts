import type { ArchiveLine } from '../../src/records/archive-line.ts';
import { createDigest } from './digest.ts';
import type { OpenSegment } from './open-state.ts';
import { dayOf, segmentFile } from './segment-name.ts';
import type { StreamFolder, WrittenSegment } from './stream-folder.ts';

/** What a batch is written with. */
export interface AppendOptions {
  /** Cursor that the batch goes on from. */
  readonly fromSeq: number;
  readonly nowMs: number;
  /** Bytes at which a file is closed and the next one begun. */
  readonly maxSegmentBytes: number;
  /** Sees to it that an open segment's file is what was written, or closes the segment where it cannot be. */
  readonly ensureSound: (folder: StreamFolder, segment: OpenSegment) => Promise<void>;
  readonly close: (folder: StreamFolder, segment: OpenSegment) => Promise<void>;
}

/** Files that are written at a time: syncing them together costs little more than syncing one. */
const PARALLEL = 8;
/** Days of one stream that may be open; the one that was not written to for longest makes room. */
const MAX_OPEN = 400;

/** Appends the lines of one stream that are not in its files yet; says how many they were. Lines come in commit order. */
export const appendLines = async (
  folder: StreamFolder,
  lines: readonly ArchiveLine[],
  options: AppendOptions,
): Promise<number> => {
  const fresh = lines.filter(({ seq }) => seq > folder.progress.seq);
  const last = fresh.at(-1);
  if (last === undefined) return 0;
  const days = Map.groupBy(fresh, ({ atMs }) => dayOf(atMs));
  await makeRoom(folder, days, options);
  const written = await inParallel([...days], ([day, ofDay]) =>
    writeDay(folder, day, ofDay, options.nowMs),
  );
  if (written.some(({ isNew }) => isNew)) await folder.files.syncFolder(folder.path('.'));
  const { seq, id } = last;
  await folder.commit(written, { seq, lastId: id, fromSeq: options.fromSeq });
  return fresh.length;
};

const makeRoom = async (
  folder: StreamFolder,
  days: ReadonlyMap<string, unknown>,
  { maxSegmentBytes, ensureSound, close }: AppendOptions,
): Promise<void> => {
  const touched = folder.open.filter(({ day }) => days.has(day));
  for (const segment of touched) {
    await ensureSound(folder, segment);
    const now = folder.openOn(segment.day);
    if (now !== undefined && now.content.sizeBytes >= maxSegmentBytes) await close(folder, now);
  }
  const others = folder.open.filter(({ day }) => !days.has(day));
  const excess = others.length + days.size - MAX_OPEN;
  if (excess <= 0) return;
  const oldest = others.sort((a, b) => a.content.lastSeq - b.content.lastSeq).slice(0, excess);
  for (const segment of oldest) {
    await ensureSound(folder, segment);
    const now = folder.openOn(segment.day);
    if (now !== undefined) await close(folder, now);
  }
};

const writeDay = async (
  folder: StreamFolder,
  day: string,
  lines: readonly ArchiveLine[],
  nowMs: number,
): Promise<WrittenSegment & { readonly isNew: boolean }> => {
  const before = folder.openOn(day);
  const name = { day, number: before?.number ?? folder.nextNumber(day) };
  const file = segmentFile(name);
  const data = Buffer.from(`${lines.map(({ text }) => text).join('\n')}\n`);
  const sizeBytes = before?.content.sizeBytes ?? 0;
  const mark = await folder.files.append(folder.path(file), sizeBytes, data);
  const digest = before === undefined ? createDigest() : folder.digestOf(file)!.fork();
  digest.add(data);
  const firstSeq = before?.content.firstSeq ?? lines[0]!.seq;
  const content = { ...digest.content(), firstSeq, lastSeq: lines.at(-1)!.seq };
  const openedAtMs = before?.openedAtMs ?? nowMs;
  return { segment: { ...name, content, openedAtMs }, digest, mark, isNew: before === undefined };
};

/** Does the same for each, some at a time; where one fails, it throws once the others have ended. */
const inParallel = async <T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += PARALLEL) {
    const settled = await Promise.allSettled(items.slice(at, at + PARALLEL).map(work));
    for (const one of settled) {
      if (one.status === 'rejected') throw one.reason;
      results.push(one.value);
    }
  }
  return results;
};
