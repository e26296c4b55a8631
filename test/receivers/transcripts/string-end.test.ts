import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STRING_END_WAT_SHA256 } from '../../../receivers/transcripts/string-end-wasm.ts';
import {
  addressOf,
  escapesSeen,
  isSame,
  plainEnd,
  plainEndIn,
  textMemory,
} from '../../../receivers/transcripts/string-end.ts';

const address = addressOf(textMemory);
const byte = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Buffer.from('\\\\\\\\""/bfnrtux')) },
  { weight: 4, arbitrary: fc.nat({ max: 255 }) },
);

describe('the module', () => {
  it('is made of the text that stands beside it', () => {
    const source = new URL('../../../receivers/transcripts/string-end.wat', import.meta.url);
    expect(createHash('sha256').update(readFileSync(source)).digest('hex')).toBe(
      STRING_END_WAT_SHA256,
    );
  });

  it('is used', () => {
    expect(address).toBeGreaterThan(0);
    expect(addressOf(Buffer.alloc(8))).toBe(-1);
  });

  it('stops where a loop over single bytes does, having seen as many escapes', () => {
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 80 }), fc.nat({ max: 40 }), (array, at) => {
        textMemory.set(array, at);
        textMemory[at + array.length] = 0x0a;
        const stop = plainEndIn(textMemory, at);
        const escapes = escapesSeen[0];
        expect(plainEnd(address + at) - address).toBe(stop);
        expect(escapesSeen[0]).toBe(escapes);
      }),
      { numRuns: 20_000 },
    );
  });

  it('reads to the very end of its room', () => {
    textMemory.fill(0x61, textMemory.length - 100);
    textMemory[textMemory.length - 1] = 0x0a;
    expect(plainEnd(address + textMemory.length - 100) - address).toBe(textMemory.length - 1);
  });

  it('tells texts apart by every byte', () => {
    const text = Buffer.from(Array.from({ length: 70 }, (_, index) => index));
    for (let length = 16; length <= text.length; length++) {
      text.copy(textMemory, 3, 0, length);
      text.copy(textMemory, 500, 0, length);
      textMemory[500 + length] = 0xff;
      expect(isSame(address + 3, address + 500, length)).toBe(1);
      for (let index = 0; index < length; index++) {
        textMemory[500 + index]! ^= 1;
        expect(isSame(address + 3, address + 500, length)).toBe(0);
        textMemory[500 + index]! ^= 1;
      }
    }
  });
});
