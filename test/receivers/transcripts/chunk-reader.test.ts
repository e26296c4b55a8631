import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChunkReader } from '../../../receivers/transcripts/chunk-reader.ts';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hall-monitor-chunks-'));
  file = path.join(folder, 'a.jsonl');
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Found {
  readonly lines: readonly (readonly [offset: number, text: string])[];
  readonly long: readonly (readonly [offset: number, length: number])[];
  readonly end: number;
}

const read = (bytes: Buffer, bufferBytes: number, from = 0, maxLineBytes = 1000): Found => {
  writeFileSync(file, bytes);
  const fd = openSync(file, 'r');
  const lines: [number, string][] = [];
  const long: [number, number][] = [];
  try {
    const end = new ChunkReader(Buffer.alloc(bufferBytes), maxLineBytes).read(
      fd,
      from,
      ({ bytes: chunk, start, stop, base }) => {
        for (let at = start; at < stop;) {
          const newline = chunk.indexOf(0x0a, at);
          lines.push([base + at, chunk.toString('latin1', at, newline)]);
          at = newline + 1;
        }
      },
      ({ offsetBytes, lengthBytes }) => void long.push([offsetBytes, lengthBytes]),
    );
    return { lines, long, end };
  } finally {
    closeSync(fd);
  }
};

/** The plain way: the whole text at once. */
const expected = (bytes: Buffer, from: number): Found => {
  const end = bytes.lastIndexOf(0x0a) + 1;
  const lines: [number, string][] = [];
  for (let at = from; at < end;) {
    const newline = bytes.indexOf(0x0a, at);
    lines.push([at, bytes.toString('latin1', at, newline)]);
    at = newline + 1;
  }
  return { lines, long: [], end: Math.max(from, end) };
};

describe('reading lines', { timeout: 60_000 }, () => {
  const bytes = fc
    .array(fc.constantFrom('a', 'b\n', '\n', 'é', '漢字', '😀\n', 'c'.repeat(20)), {
      maxLength: 40,
    })
    .map((parts) => Buffer.from(parts.join('')));

  it('gives every whole line once, whatever the size of the buffer', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 40 }), (bytes, bufferBytes) => {
        expect(read(bytes, bufferBytes)).toEqual(expected(bytes, 0));
      }),
      { numRuns: 1000 },
    );
  });

  it('goes on at any line', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 40 }), fc.nat(), (bytes, bufferBytes, start) => {
        const from = bytes.lastIndexOf(0x0a, start % (bytes.length + 1)) + 1;
        expect(read(bytes, bufferBytes, from)).toEqual(expected(bytes, from));
      }),
      { numRuns: 500 },
    );
  });

  it('passes by a line that is too long, and tells where it stood', () => {
    const text = `one\n${'x'.repeat(50)}\ntwo\n${'y'.repeat(49)}\nthree`;
    expect(read(Buffer.from(text), 8, 0, 50)).toEqual({
      lines: [
        [0, 'one'],
        [55, 'two'],
        [59, 'y'.repeat(49)],
      ],
      long: [[4, 51]],
      end: 109,
    });
  });

  it('waits for the end of a line that has none yet, however long', () => {
    expect(read(Buffer.from(`one\n${'x'.repeat(500)}`), 8, 0, 50)).toEqual({
      lines: [[0, 'one']],
      long: [],
      end: 4,
    });
  });

  it('stops where the file became shorter while it was read', () => {
    writeFileSync(file, `one\n${'x'.repeat(100)}\n`);
    const fd = openSync(file, 'r+');
    const lines: string[] = [];
    const end = new ChunkReader(Buffer.alloc(8)).read(
      fd,
      0,
      ({ bytes, start, stop }) => {
        lines.push(bytes.toString('latin1', start, stop));
        ftruncateSync(fd, 40);
      },
      () => undefined,
    );
    closeSync(fd);
    expect({ lines, end }).toEqual({ lines: ['one\n'], end: 4 });
  });
});
