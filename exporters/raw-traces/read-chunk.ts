import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';

/** Bytes that are read at a time. */
const CHUNK_BYTES = 1024 * 1024;
/** Longest line that is kept whole. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;
/** Of a longer one this much is looked at. */
const BEGINNING_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Whole lines from a file; the last one's newline is part of them. */
export interface Lines {
  readonly kind: 'lines';
  readonly bytes: Buffer;
}

/** A line that is too long to be kept. */
export interface LongLine {
  readonly kind: 'long';
  readonly lengthBytes: number;
  readonly sha256: string;
  readonly beginning: Buffer;
}

/** What comes next in a file; null while its next line is not finished. */
export type Chunk = Lines | LongLine | null;

/** Limits, smaller in tests. */
export interface ChunkLimits {
  readonly chunkBytes: number;
  readonly maxLineBytes: number;
}

const LIMITS: ChunkLimits = { chunkBytes: CHUNK_BYTES, maxLineBytes: MAX_LINE_BYTES };

/** Reads on from a byte that a line begins at. */
export const readChunk = (fd: number, from: number, limits: ChunkLimits = LIMITS): Chunk => {
  const bytes = readUpTo(fd, from, limits.chunkBytes);
  const stop = bytes.lastIndexOf(NEWLINE) + 1;
  if (stop > 0) return { kind: 'lines', bytes: bytes.subarray(0, stop) };
  if (bytes.length < limits.chunkBytes) return null;
  const long = measureLine(fd, from, bytes);
  if (long === null) return null;
  if (long.lengthBytes > limits.maxLineBytes) return long;
  const whole = readUpTo(fd, from, long.lengthBytes);
  return whole.length === long.lengthBytes && whole.at(-1) === NEWLINE
    ? { kind: 'lines', bytes: whole }
    : null;
};

/** So many bytes, or what there is. */
export const readUpTo = (fd: number, from: number, sizeBytes: number): Buffer => {
  const buffer = Buffer.allocUnsafeSlow(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const got = readSync(fd, buffer, filled, sizeBytes - filled, from + filled);
    if (got === 0) break;
    filled += got;
  }
  return buffer.subarray(0, filled);
};

const measureLine = (fd: number, from: number, first: Buffer): LongLine | null => {
  const hash = createHash('sha256').update(first);
  const buffer = Buffer.allocUnsafeSlow(first.length);
  for (let at = from + first.length; ;) {
    const got = readSync(fd, buffer, 0, buffer.length, at);
    if (got === 0) return null;
    const newline = buffer.subarray(0, got).indexOf(NEWLINE);
    if (newline < 0) {
      hash.update(buffer.subarray(0, got));
      at += got;
      continue;
    }
    return {
      kind: 'long',
      lengthBytes: at + newline + 1 - from,
      sha256: hash.update(buffer.subarray(0, newline)).digest('hex'),
      beginning: Buffer.from(first.subarray(0, BEGINNING_BYTES)),
    };
  }
};
