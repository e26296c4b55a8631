import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../exporters/archive/archived-lines.ts';

const all = async (pieces: readonly (string | Buffer)[]): Promise<readonly string[]> => {
  const buffers = async function* (): AsyncGenerator<Buffer> {
    for (const piece of pieces) yield Buffer.from(piece as string);
  };
  const lines: string[] = [];
  for await (const line of linesOf(buffers())) lines.push(line);
  return lines;
};

describe('lines', () => {
  it('are the same however the text is cut', async () => {
    const text = Buffer.from('one\n\nthree é🎉\nlast');
    const whole = ['one', '', 'three é🎉', 'last'];
    for (let size = 1; size <= text.length; size += 1) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
        text.subarray(index * size, (index + 1) * size),
      );
      expect(await all(pieces)).toEqual(whole);
    }
    expect(await all(['one\n', 'two\n'])).toEqual(['one', 'two']);
    expect(await all([])).toEqual([]);
  });

  it('are cut off where one is longer than any can be, in time that grows with the text', async () => {
    const piece = Buffer.alloc(256 * 1024, 'a');
    const pieces = async function* (): AsyncGenerator<Buffer> {
      for (let count = 0; count < 2400; count += 1) yield piece;
      yield Buffer.from('\nnext');
    };
    const sizes: number[] = [];
    for await (const line of linesOf(pieces())) sizes.push(line.length);
    expect(sizes).toEqual([64 * 1024 * 1024, 4]);
  }, 20_000);
});
