import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyIndex } from '../../src/store/key-index.ts';

const yes = (): boolean => true;

describe('KeyIndex', () => {
  it('finds nothing in an empty index', () => {
    expect(new KeyIndex().find('msg_1', yes)).toBe(0);
  });

  it('finds every key under its own id, however many there are', () => {
    const index = new KeyIndex();
    const count = 150_000;
    for (let id = 1; id <= count; id += 1) index.add(`msg_${id}`, id);
    const wrong = [];
    for (let id = 1; id <= count; id += 1) if (index.find(`msg_${id}`, yes) !== id) wrong.push(id);
    expect(wrong).toEqual([]);
    expect(index.find('msg_0', yes)).toBe(0);
  });

  it('tells keys with the same digest apart by asking', () => {
    const index = new KeyIndex();
    // One key stands for several of one digest: only the row knows which is meant.
    for (const id of [5, 6, 7]) index.add('clash', id);
    const asked: number[] = [];
    expect(index.find('clash', (id) => asked.push(id) > 0 && id === 7)).toBe(7);
    expect(asked).toEqual([5, 6, 7]);
    expect(index.find('clash', () => false)).toBe(0);
  });

  it('never mixes up keys that are looked for in turn', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 40 }),
        (keys) => {
          const index = new KeyIndex();
          keys.forEach((key, at) => {
            expect(index.find(key, (id) => keys[id - 1] === key)).toBe(0);
            index.add(key, at + 1);
          });
          keys.forEach((key, at) =>
            expect(index.find(key, (id) => keys[id - 1] === key)).toBe(at + 1),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});
