import type { ArchiveStream } from '../records/archive-line.ts';
import type { ArchivedDocument } from '../records/archived-state.ts';

/** Something that is told as a whole, and its time. */
export interface Document {
  readonly stream: ArchiveStream;
  readonly atMs: number;
  readonly id: string;
  readonly body: Omit<ArchivedDocument, 'id' | 'revision' | 'seq' | 'timestamp'>;
}

/** A line of the log: see the migrations. */
export interface LoggedLine {
  readonly seq: number;
  readonly kind: number;
  readonly ref: number;
  readonly revision: number;
}
