import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compressedPieces,
  compressionFor,
  plainPieces,
} from '../../../exporters/archive/compression.ts';
import { isUnreadable } from '../../../exporters/archive/segment-lines.ts';

async function* inPieces(...pieces: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece);
}

const whole = async (pieces: AsyncIterable<Buffer>): Promise<Buffer> => {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

describe.each(['zstd', 'gzip'] as const)('%s', (choice) => {
  const compression = compressionFor(choice);
  const file = `2026-11-20.jsonl${compression.suffix}`;

  it('gives back what was put in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 2_000 })), async (pieces) => {
        const compressed = await whole(compressedPieces(compression, inPieces(...pieces)));
        const plain = await whole(plainPieces(file, inPieces(compressed)));
        expect(plain.equals(Buffer.concat(pieces))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('never gives anything else for damaged bytes without saying so', async () => {
    const text = Buffer.from('{"id":"x","revision":0,"seq":1}\n'.repeat(300));
    const compressed = await whole(compressedPieces(compression, inPieces(text)));
    for (let at = 0; at < compressed.length; at += 1) {
      const damaged = Buffer.from(compressed);
      damaged[at]! ^= 1 << (at % 8);
      const outcome = await whole(plainPieces(file, inPieces(damaged))).catch((error: unknown) =>
        isUnreadable(error) ? 'unreadable' : error,
      );
      // Some bits of a header mean nothing, which is why files have a hash of their own.
      if (outcome !== 'unreadable') expect(text.equals(outcome as Buffer)).toBe(true);
    }
    for (const end of [0, 1, 10, compressed.length - 1]) {
      const cut = whole(plainPieces(file, inPieces(compressed.subarray(0, end))));
      await expect(cut).rejects.toSatisfy(isUnreadable);
    }
  });

  it('passes on why bytes could not be read', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.alloc(1);
      throw new Error('the disk is gone');
    }
    await expect(whole(compressedPieces(compression, failing()))).rejects.toThrow(
      'the disk is gone',
    );
    await expect(whole(plainPieces(file, failing()))).rejects.toThrow('the disk is gone');
  });
});

describe('the way files are compressed', () => {
  it('is zstd where nothing else is asked for', () => {
    expect(compressionFor('auto')).toBe(compressionFor('zstd'));
  });
});
