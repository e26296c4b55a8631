import { readSync } from 'node:fs';
import { textMemory } from './string-end.ts';

/** Longest line that is read whole. */
export const MAX_LINE_BYTES = 128 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Whole lines: bytes [start, stop) of `bytes`, of which byte 0 stands at `base` in the file. */
export interface Lines {
  readonly bytes: Buffer;
  readonly start: number;
  readonly stop: number;
  readonly base: number;
}

/** A line that is longer than {@link MAX_LINE_BYTES}. */
export interface LongLine {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * Reads whole lines from a file, chunk by chunk, in one buffer: the {@link textMemory} of a thread. Only a line that is longer
 * than the buffer gets one of its own, of just its length, once its end is known.
 */
export class ChunkReader {
  readonly #buffer: Buffer;
  readonly #maxLineBytes: number;

  constructor(buffer: Buffer = textMemory, maxLineBytes: number = MAX_LINE_BYTES) {
    this.#buffer = buffer;
    this.#maxLineBytes = maxLineBytes;
  }

  /** Bytes of an unfinished last line are left for another time. `onLines` must not keep the bytes. */
  read(
    fd: number,
    from: number,
    onLines: (lines: Lines) => void,
    onLong: (line: LongLine) => void,
  ): number {
    const buffer = this.#buffer;
    let base = from;
    let kept = 0;
    for (;;) {
      const got = readSync(fd, buffer, kept, buffer.length - kept, base + kept);
      const filled = kept + got;
      const stop = got === 0 ? 0 : buffer.lastIndexOf(NEWLINE, filled - 1) + 1;
      if (stop > 0 && stop <= filled) {
        onLines({ bytes: buffer, start: 0, stop, base });
        buffer.copy(buffer, 0, stop, filled);
        base += stop;
        kept = filled - stop;
      } else if (filled === buffer.length) {
        const length = this.#lineLength(fd, base);
        if (length === null) return base;
        if (length > this.#maxLineBytes) onLong({ offsetBytes: base, lengthBytes: length });
        else {
          const bytes = readExactly(fd, base, length);
          if (bytes === null) return base;
          onLines({ bytes, start: 0, stop: length, base });
        }
        base += length;
        kept = 0;
      } else {
        kept = filled;
      }
      if (got === 0) return base;
    }
  }

  /** Bytes from `base` up to and with the next newline; null where the file ends before it. */
  #lineLength(fd: number, base: number): number | null {
    const buffer = this.#buffer;
    for (let at = base; ;) {
      const got = readSync(fd, buffer, 0, buffer.length, at);
      if (got === 0) return null;
      const newline = buffer.subarray(0, got).indexOf(NEWLINE);
      if (newline >= 0) return at + newline + 1 - base;
      at += got;
    }
  }
}

/** Exactly these bytes; null where the file became shorter meanwhile, which the next reading finds. */
const readExactly = (fd: number, base: number, length: number): Buffer | null => {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const got = readSync(fd, bytes, filled, length - filled, base + filled);
    if (got === 0) return null;
    filled += got;
  }
  return bytes;
};
