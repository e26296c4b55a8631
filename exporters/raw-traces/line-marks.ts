import type { LineColumns } from './line-columns.ts';

/** Values that stand both in a line's text and in its row. */
export interface Marked {
  readonly uuid: string | null;
  readonly parentUuid: string | null;
  readonly timestamp: string | null;
  readonly messageId: string | null;
  readonly requestId: string | null;
}

/** Bytes that no JSON object holds: what is no JSON object has no values, so nothing of it is taken for a mark. */
const MARKS: readonly (readonly [mark: string, name: keyof Marked])[] = [
  ['\u0001', 'uuid'],
  ['\u0002', 'parentUuid'],
  ['\u0003', 'timestamp'],
  ['\u0004', 'messageId'],
  ['\u0005', 'requestId'],
];
const NAMES = new Map(MARKS);
const ANY_MARK = /[\u0001-\u0005]/g;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]{8,64}$/;

/** A uuid as its bytes, or as text where it is spelled otherwise. */
export const packUuid = (uuid: string): Buffer | string =>
  UUID.test(uuid) ? Buffer.from(uuid.replaceAll('-', ''), 'hex') : uuid;

/** The same as text. */
export const unpackUuid = (packed: Buffer | string): string =>
  typeof packed === 'string'
    ? packed
    : packed.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Values of a line that its row gives back to the last character; null for those it does not. */
export const markedValues = (columns: LineColumns): Marked => ({
  uuid: exactUuid(columns.uuid),
  parentUuid: exactUuid(columns.parentUuid),
  timestamp:
    columns.atMs !== null && exactTime(columns.atMs) === columns.timestamp
      ? columns.timestamp
      : null,
  messageId: plain(columns.message?.messageId ?? null),
  requestId: plain(columns.message?.requestId ?? null),
});

/** A time as the client writes it; null for one that it cannot be. */
export const exactTime = (atMs: number): string | null =>
  Math.abs(atMs) < 8.64e15 ? new Date(atMs).toISOString() : null;

/** The line with a mark in place of each value, where it stands first. */
export const withMarks = (line: string, values: Marked): string => {
  const places: (readonly [at: number, length: number, mark: string])[] = [];
  for (const [mark, name] of MARKS) {
    const value = values[name];
    const at = value === null ? -1 : line.indexOf(`"${value}"`);
    if (value !== null && at >= 0) places.push([at + 1, value.length, mark]);
  }
  let marked = '';
  let done = 0;
  for (const [at, length, mark] of places.toSorted(([left], [right]) => left - right)) {
    // The same value once more.
    if (at < done) continue;
    marked += line.slice(done, at) + mark;
    done = at + length;
  }
  return done === 0 ? line : marked + line.slice(done);
};

/** The line with its values again. */
export const withoutMarks = (marked: string, values: Marked): string =>
  marked.replace(ANY_MARK, (mark) => {
    const name = NAMES.get(mark);
    return (name === undefined ? null : values[name]) ?? mark;
  });

const exactUuid = (uuid: string | null): string | null =>
  uuid !== null && UUID.test(uuid) ? uuid : null;

const plain = (text: string | null): string | null =>
  text !== null && PLAIN.test(text) ? text : null;
