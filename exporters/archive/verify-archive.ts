import { join } from 'node:path';
import { ARCHIVE_STREAMS, type ArchiveStream } from '../../src/records/archive-line.ts';
import type { ArchiveFiles } from './archive-files.ts';
import { type Finding, verifyStream, type StreamCounts } from './verify-stream.ts';

/** What is true of an archive. */
export interface Verification {
  readonly isSound: boolean;
  readonly faults: readonly Finding[];
  /** What is no fault, but worth knowing: traces of a crash that the next start takes away. */
  readonly remarks: readonly Finding[];
  readonly streams: ReadonlyMap<ArchiveStream, StreamCounts>;
}

/** A collector may close or compress a file while it is read; then it is looked at again. */
const TRIES = 3;

/** Examines every file of an archive. Reads all of it, and writes nothing. */
export const verifyArchive = async (
  files: Pick<ArchiveFiles, 'read' | 'mark' | 'list'>,
  root: string,
): Promise<Verification> => {
  const faults: Finding[] = [];
  const remarks: Finding[] = [];
  const streams = new Map<ArchiveStream, StreamCounts>();
  const folders = ARCHIVE_STREAMS.map((stream) => ({ stream, folder: join(root, stream) }));
  const names = await Promise.all(folders.map(({ folder }) => files.list(folder)));
  // Every stream has its books from the first start on.
  const isBegun = names.some(({ length }) => length > 0);
  for (const { stream, folder } of isBegun ? folders : []) {
    let found = await verifyStream(files, stream, folder);
    for (let again = 1; again < TRIES && found.faults.length > 0; again += 1) {
      const before = found;
      found = await verifyStream(files, stream, folder);
      if (found.books === before.books) break;
    }
    faults.push(...found.faults);
    remarks.push(...found.remarks);
    streams.set(stream, found.counts);
  }
  return { isSound: faults.length === 0, faults, remarks, streams };
};
