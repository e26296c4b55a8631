import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { platform } from 'node:os';
import path from 'node:path';
import type { BackfillProgress } from '../../component.ts';
import { ARCHIVE } from '../../records/archive-line.ts';
import { commitError } from '../../pipeline/ingest-errors.ts';
import { Plans } from '../../pipeline/plans/plans.ts';
import { Restore, type RestoreCounts } from '../../pipeline/restore/restore.ts';
import { readKeptCursors } from '../../store/kept-cursors.ts';
import { openStore, STORE_FILE } from '../../store/open.ts';
import { WriteStore } from '../../store/write-store.ts';
import { type ArchiveSource, findArchive } from './archive-source.ts';
import { putAside } from './put-aside.ts';
import { readSegment } from './read-segment.ts';

/** What a store is built from, and where. */
export interface BuildOptions {
  readonly home: string;
  /** Folder of the archive. */
  readonly root: string;
  readonly nowMs: number;
  readonly onProgress?: (progress: BackfillProgress) => void;
}

/** A store that was built from an archive. */
export interface Built extends RestoreCounts {
  /** Files that were read. */
  readonly segments: number;
  /** Files that are not what was written; what could be read of them was used. */
  readonly damaged: readonly string[];
  /** Files that should be there and are not. */
  readonly missing: readonly string[];
  /** Files whose last line has no end. */
  readonly unfinished: readonly string[];
  /** Name that the store which was there before has now; null where there was none. */
  readonly putAside: string | null;
}

/** Folder that a store is built in. */
const BUILDING = 'restoring';
/** Many lines go into one transaction; a crash throws all of them away anyhow. */
const LINES_AT_ONCE = 20_000;

/**
 * Builds the store in `home` from an archive alone, and puts it in place of the one that is there, which is put aside
 * first. Null, and nothing is changed, where there are no lines. Until the last step nobody sees anything of it; one
 * that a crash left half done is begun anew. Only for whoever holds the lock.
 */
export const buildFromArchive = async (options: BuildOptions): Promise<Built | null> => {
  const { home, root, nowMs } = options;
  const source = await findArchive(root);
  if (source.segments.length === 0) return null;
  const folder = path.join(home, BUILDING);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  const filled = await fill(folder, source, options).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw commitError(error);
  });
  const lines = Object.values(filled.lines).reduce((sum, count) => sum + count, 0);
  if (lines === 0) {
    rmSync(folder, { recursive: true, force: true });
    return null;
  }
  sync(path.join(folder, STORE_FILE));
  const aside = putAside(home, nowMs);
  renameSync(path.join(folder, STORE_FILE), path.join(home, STORE_FILE));
  if (platform() !== 'win32') sync(home);
  rmSync(folder, { recursive: true, force: true });
  return { ...filled, putAside: aside };
};

const fill = async (
  folder: string,
  source: ArchiveSource,
  { home, root, nowMs, onProgress }: BuildOptions,
): Promise<Omit<Built, 'putAside'>> => {
  const store = new WriteStore(openStore(folder));
  try {
    // Whatever happens before it is in its place, it is thrown away.
    store.db.pragma('synchronous = OFF');
    const restore = new Restore(store);
    const [damaged, unfinished]: [string[], string[]] = [[], []];
    const { segments, storeId, lastSeq, missing } = source;
    const bytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    let bytesRead = 0;
    for (const [filesRead, segment] of segments.entries()) {
      onProgress?.({ files: segments.length, filesRead, bytes, bytesRead });
      const state = await takeSegment(restore, segment);
      const name = path.relative(root, segment.path);
      if (state === 'damaged') damaged.push(name);
      if (state === 'unfinished') unfinished.push(name);
      bytesRead += segment.sizeBytes;
    }
    // An archive from elsewhere is archived anew, under a name of its own.
    const isOwn = path.resolve(root) === path.resolve(home, ARCHIVE);
    const isWhole = source.isComplete && damaged.length === 0 && unfinished.length === 0;
    restore.finish({
      storeId: isOwn ? storeId : null,
      isOwn,
      isWhole,
      archivedSeq: lastSeq,
      cursors: storeId === null ? [] : readKeptCursors(path.join(home, STORE_FILE), storeId),
      nowMs,
    });
    store.settle();
    // Which request belongs to which feature stands in no archive, since it follows from what does.
    const plans = new Plans(store);
    while (plans.recount());
    return { ...restore.counts, segments: segments.length, damaged, missing, unfinished };
  } finally {
    store.db.close();
  }
};

const takeSegment = async (
  restore: Restore,
  segment: ArchiveSource['segments'][number],
): ReturnType<typeof readSegment> => {
  let waiting: string[] = [];
  const flush = (): void => {
    restore.take(segment.stream, waiting);
    waiting = [];
  };
  const state = await readSegment(segment, (lines) => {
    for (const line of lines) waiting.push(line);
    if (waiting.length >= LINES_AT_ONCE) flush();
  });
  if (waiting.length > 0) flush();
  return state;
};

const sync = (file: string): void => {
  const handle = openSync(file, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
