/** Endings of a segment that is being written, and of one that gets no more. */
export const OPEN = '.open';
export const FINAL = '.log';

/** One payload of a segment. */
export interface Frame {
  readonly payload: Buffer;
  readonly scope: string;
  readonly atMs: number;
  /** Where the next one begins. */
  readonly nextBytes: number;
}

const HEADER = /^(\d{1,15}) ([a-z]{1,16}) (\d{1,10})\n/;
const MAX_HEADER_BYTES = 48;
const NEWLINE = 0x0a;

/** A payload as it stands in a segment: a line with its time, scope and length, itself, and a newline. */
export const frameOf = (payload: Buffer, scope: string, atMs: number): Buffer =>
  Buffer.concat([
    Buffer.from(`${atMs} ${scope} ${payload.length}\n`),
    payload,
    Buffer.from([NEWLINE]),
  ]);

/** The payload that begins at a place; null where it is not whole, undefined where none can begin there. */
export const frameAt = (bytes: Buffer, at: number): Frame | null | undefined => {
  const head = HEADER.exec(bytes.toString('latin1', at, at + MAX_HEADER_BYTES));
  if (head === null) return bytes.length - at < MAX_HEADER_BYTES ? null : undefined;
  const [line, atMs, scope, length] = head;
  const start = at + line.length;
  const stop = start + Number(length);
  if (stop >= bytes.length) return null;
  if (bytes[stop] !== NEWLINE) return undefined;
  return {
    payload: bytes.subarray(start, stop),
    scope: scope!,
    atMs: Number(atMs),
    nextBytes: stop + 1,
  };
};
