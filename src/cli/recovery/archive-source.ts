import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { archiveFiles } from '../../../exporters/archive/archive-files.ts';
import { applyRecord, type ClosedSegment } from '../../../exporters/archive/closed-segment.ts';
import { readManifest } from '../../../exporters/archive/manifest.ts';
import { type OpenState, readOpenState } from '../../../exporters/archive/open-state.ts';
import { parseSegmentFile, segmentFile } from '../../../exporters/archive/segment-name.ts';
import type { ArchiveStream } from '../../records/archive-line.ts';
import { RESTORE_ORDER } from '../../pipeline/restore/restore.ts';

/** A file of an archive, and the sha256 that its plain lines should have; null where nobody knows. */
export interface ArchiveSegment {
  readonly stream: ArchiveStream;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string | null;
  /** How many of the plain bytes that is the sha256 of; all where it is null. */
  readonly sealedBytes: number | null;
}

/** What lies in the folder of an archive. */
export interface ArchiveSource {
  /** In the order in which they are best read. */
  readonly segments: readonly ArchiveSegment[];
  /** Name of the store that was archived last; null where nobody knows. */
  readonly storeId: string | null;
  /** Seq up to which that store was archived; 0 where nobody knows. */
  readonly lastSeq: number;
  /** Files that its records name and that are not there, as `stream/file`. */
  readonly missing: readonly string[];
  /** Whether every file that its records name is there, of one store alone, and none was ever deleted for its age. */
  readonly isComplete: boolean;
}

/** Looks at an archive: which files there are, and what its records say of them. Nothing is changed. */
export const findArchive = async (root: string): Promise<ArchiveSource> => {
  const segments: ArchiveSegment[] = [];
  const states: OpenState[] = [];
  const closed: ClosedSegment[] = [];
  const missing: string[] = [];
  let isWhole = true;
  for (const stream of RESTORE_ORDER) {
    const found = await lookAt(root, stream);
    segments.push(...found.segments);
    closed.push(...found.closed);
    missing.push(...found.missing.map((file) => `${stream}/${file}`));
    isWhole &&= found.isWhole;
    if (found.state !== null) states.push(found.state);
  }
  const newest = states.toSorted((left, right) => left.history - right.history).at(-1);
  const storeId = newest?.store ?? closed.at(-1)?.store ?? null;
  const ofStore = closed.filter(({ store }) => store === storeId);
  const seqs = [
    ...states.filter(({ store }) => store === storeId).map(({ seq }) => seq),
    ...ofStore.map(({ content }) => content.lastSeq),
  ];
  return {
    segments,
    storeId: storeId === '' ? null : storeId,
    lastSeq: Math.max(0, ...seqs),
    isComplete:
      states.length === RESTORE_ORDER.length &&
      states.every(({ store, history }) => store === storeId && history === newest?.history) &&
      closed.every(({ store, history }) => store === storeId && history === newest?.history) &&
      isWhole,
    missing,
  };
};

const lookAt = async (root: string, stream: ArchiveStream) => {
  const folder = path.join(root, stream);
  const { records } = await readManifest(archiveFiles, folder);
  const closed = new Map<string, ClosedSegment>();
  for (const record of records) {
    const segment = applyRecord(closed.get(record.file), record);
    if (segment !== undefined) closed.set(record.file, segment);
  }
  const read = await readOpenState(archiveFiles, folder);
  const state = read === 'damaged' ? null : read;
  const open = new Map(
    (state?.open ?? []).map(({ content, ...name }) => [segmentFile(name), content]),
  );
  const segments: ArchiveSegment[] = [];
  for (const file of (await archiveFiles.list(folder)).toSorted()) {
    const name = parseSegmentFile(file);
    const place = path.join(folder, file);
    // Nothing but plain files: a link may lead anywhere.
    const stat = name === null ? null : await lstat(place);
    if (name === null || stat === null || !stat.isFile()) continue;
    const plainName = segmentFile(name);
    const sealed = closed.get(plainName)?.content ?? open.get(plainName);
    segments.push({
      stream,
      path: place,
      sizeBytes: stat.size,
      sha256: sealed?.sha256 ?? null,
      sealedBytes: sealed?.sizeBytes ?? null,
    });
  }
  const present = new Set(segments.map(({ path: place }) => path.basename(place)));
  const wanted = [
    ...[...closed.values()].map(({ stored }) => stored?.file ?? null),
    ...open.keys(),
  ];
  const missing = wanted.filter((file) => file !== null && !present.has(file));
  const isWhole =
    missing.length === 0 &&
    !wanted.includes(null) &&
    segments.every(({ sha256 }) => sha256 !== null);
  return { segments, closed: [...closed.values()], state, missing, isWhole };
};
