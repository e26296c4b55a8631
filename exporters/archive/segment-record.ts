import type { Content } from './digest.ts';

/** A range of the log's lines; 0 and 0 for no lines at all. */
export interface SeqRange {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** Whose lines a segment has. */
export interface Origin {
  /** Name of the store they came from; empty where nobody knows. */
  readonly store: string;
  /** Counts up each time that the archive begins to follow another store, or one that was set back. */
  readonly history: number;
}

/** A segment that nothing is added to any more. */
export interface ClosedRecord extends Content, SeqRange, Origin {
  readonly kind: 'closed';
  /** Name of the file of plain lines, which names the segment for ever. */
  readonly file: string;
  readonly openedAtMs: number;
  readonly atMs: number;
  /** Whether it was found without a record, and is taken as it is. */
  readonly adopted: boolean;
}

/** A segment's plain file was replaced by a compressed one. */
export interface CompressedRecord {
  readonly kind: 'compressed';
  readonly file: string;
  readonly storedAs: string;
  readonly storedBytes: number;
  readonly storedSha256: string;
  readonly atMs: number;
}

/** A damaged segment was written anew, as plain lines. */
export interface RebuiltRecord extends Content, SeqRange {
  readonly kind: 'rebuilt';
  readonly file: string;
  readonly atMs: number;
}

/** A segment was deleted because of its age. */
export interface DeletedRecord {
  readonly kind: 'deleted';
  readonly file: string;
  readonly atMs: number;
}

/** One line of a stream's manifest. */
export type SegmentRecord = ClosedRecord | CompressedRecord | RebuiltRecord | DeletedRecord;

const time = (atMs: number): string => new Date(atMs).toISOString();

/** Writes a record as one line without its newline; `previous` is the sha256 of the line before. */
export const encodeRecord = (record: SegmentRecord, previous: string): string => {
  const { kind, file, atMs } = record;
  const head = { kind, file };
  const tail = { at: time(atMs), previous };
  if (record.kind === 'deleted') return JSON.stringify({ ...head, ...tail });
  if (record.kind === 'compressed') {
    const { storedAs, storedBytes, storedSha256 } = record;
    return JSON.stringify({
      ...head,
      stored_as: storedAs,
      bytes: storedBytes,
      sha256: storedSha256,
      ...tail,
    });
  }
  const { sizeBytes, lines, sha256, firstSeq, lastSeq } = record;
  const content = { lines, bytes: sizeBytes, sha256, first_seq: firstSeq, last_seq: lastSeq };
  if (record.kind === 'rebuilt') return JSON.stringify({ ...head, ...content, ...tail });
  const { store, history, openedAtMs, adopted } = record;
  const origin = { store, history, opened_at: time(openedAtMs), ...(adopted && { adopted }) };
  return JSON.stringify({ ...head, ...content, ...origin, ...tail });
};

type Fields = Readonly<Record<string, unknown>>;

/** A line of a manifest: its record, and what it says of the line before. */
export interface ChainedRecord {
  readonly record: SegmentRecord;
  readonly previous: string;
}

/** Reads a line of a manifest; null where it is none. */
export const decodeRecord = (line: string): ChainedRecord | null => {
  const fields = fieldsOf(line);
  if (fields === null) return null;
  const record = recordOf(fields);
  const previous = fields['previous'];
  return record !== null && typeof previous === 'string' ? { record, previous } : null;
};

const fieldsOf = (line: string): Fields | null => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Fields) : null;
  } catch {
    return null;
  }
};

const recordOf = (fields: Fields): SegmentRecord | null => {
  const text = (key: string): string => (typeof fields[key] === 'string' ? fields[key] : '');
  const count = (key: string): number =>
    Number.isSafeInteger(fields[key]) ? (fields[key] as number) : Number.NaN;
  const kind = text('kind');
  const file = text('file');
  const atMs = Date.parse(text('at'));
  const sizeBytes = count('bytes');
  const sha256 = text('sha256');
  if (file === '' || Number.isNaN(atMs)) return null;
  if (kind === 'deleted') return { kind, file, atMs };
  if (Number.isNaN(sizeBytes) || sha256 === '') return null;
  if (kind === 'compressed') {
    const storedAs = text('stored_as');
    return { kind, file, atMs, storedAs, storedBytes: sizeBytes, storedSha256: sha256 };
  }
  const range = { firstSeq: count('first_seq'), lastSeq: count('last_seq') };
  const content = { sizeBytes, lines: count('lines'), sha256, ...range };
  if (Object.values(content).some(Number.isNaN)) return null;
  if (kind === 'rebuilt') return { kind, file, atMs, ...content };
  if (kind !== 'closed') return null;
  return {
    kind,
    file,
    atMs,
    ...content,
    store: text('store'),
    history: count('history'),
    openedAtMs: Date.parse(text('opened_at')),
    adopted: fields['adopted'] === true,
  };
};
