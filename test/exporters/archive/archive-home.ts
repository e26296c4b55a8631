import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import {
  type Archive,
  openArchive,
  type ArchiveLimits,
} from '../../../exporters/archive/archive.ts';
import { archiveFiles, type ArchiveFiles } from '../../../exporters/archive/archive-files.ts';
import { compressionFor } from '../../../exporters/archive/compression.ts';
import type { LineHead } from '../../../exporters/archive/archived-lines.ts';
import { parseSegmentFile } from '../../../exporters/archive/segment-name.ts';
import type { LogBook } from './log-book.ts';

/** 2026-11-20T09:00:00Z. */
export const NINE_MS = Date.UTC(2026, 10, 20, 9);
export const DAY_MS = 86_400_000;

/** Where tests keep archives: in memory where there is such a folder, since there are thousands of syncs. */
export const FAST_FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A folder that is gone after the test. */
export const temporaryRoot = (): string => {
  const root = mkdtempSync(join(FAST_FOLDER, 'hall-monitor-archive-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
};

/** A clock that tests move: the wall clock, and the one that never jumps. */
export class TestClocks {
  wallMs = NINE_MS;
  ranMs = 0;
  readonly now = (): number => this.wallMs;
  readonly monotonicMs = (): number => this.ranMs;

  /** Lets time go by. */
  pass(ms: number): void {
    this.wallMs += ms;
    this.ranMs += ms;
  }
}

/** What a test sets of an archive. */
export interface Setting {
  readonly book: LogBook;
  readonly root: string;
  readonly clocks?: TestClocks;
  readonly files?: ArchiveFiles;
  readonly limits?: Partial<ArchiveLimits>;
  readonly counts?: Map<string, number>;
  readonly warnings?: string[];
  readonly journalRoot?: string;
}

export const open = ({
  book,
  root,
  clocks = new TestClocks(),
  ...rest
}: Setting): Promise<Archive> => {
  const counts = rest.counts ?? new Map<string, number>();
  return openArchive({
    files: rest.files ?? archiveFiles,
    root,
    journalRoot: rest.journalRoot ?? null,
    reader: book.reader,
    cursors: book.cursors,
    clocks,
    limits: {
      compressAfterDays: 7,
      keepDays: 365,
      compression: compressionFor('auto'),
      maxSegmentBytes: 100 * 1024 * 1024,
      batchLines: 1000,
      ...rest.limits,
    },
    count: (name, label, by = 1) =>
      void counts.set(`${name} ${label}`, (counts.get(`${name} ${label}`) ?? 0) + by),
    warn: (text) => void rest.warnings?.push(text),
  });
};

/** Writes everything there is. */
export const drain = async (archive: Archive): Promise<void> => {
  while (await archive.advance());
};

/** Names of the files of an archive, by stream, books left out. */
export const filesIn = (root: string, stream = 'requests'): readonly string[] =>
  readdirSync(join(root, stream), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .filter((file) => parseSegmentFile(file) !== null || file.endsWith('.tmp'))
    .toSorted();

const segmentsIn = (root: string, stream: string): readonly string[] =>
  filesIn(root, stream).filter((file) => !file.endsWith('.tmp'));

export const textOf = (root: string, file: string): string => {
  const bytes = readFileSync(join(root, file));
  if (file.endsWith('.zst')) return zstdDecompressSync(bytes).toString('utf8');
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
};

/** Every line of every stream. */
export const linesIn = (root: string): readonly (LineHead & { readonly stream: string })[] =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: stream }) =>
      segmentsIn(root, stream).flatMap((file) =>
        textOf(root, join(stream, file))
          .split('\n')
          .slice(0, -1)
          .map((line) => ({ stream, ...(JSON.parse(line) as LineHead) })),
      ),
    );

/** Each entry's highest revision in the files. */
export const heldIn = (root: string): ReadonlyMap<string, number> => {
  const held = new Map<string, number>();
  for (const { id, revision } of linesIn(root)) {
    held.set(id, Math.max(revision, held.get(id) ?? 0));
  }
  return held;
};

/** Lines that stand in the files more than once. */
export const repeatedIn = (root: string): readonly string[] => {
  const seen = new Set<string>();
  return linesIn(root).flatMap(({ id, revision }) => {
    const name = `${id} ${revision}`;
    if (seen.has(name)) return [name];
    seen.add(name);
    return [];
  });
};
