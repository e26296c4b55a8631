import { describe, expect, it } from 'vitest';
import { atMostEvery } from '../../src/runtime/at-most-every.ts';
import { createGauges } from '../../src/runtime/gauges.ts';

describe('a board of gauges', () => {
  it('leaves out a gauge that cannot be read, and says so once until it can be read again', () => {
    const told: string[] = [];
    const gauges = createGauges((name, error) => void told.push(`${name}: ${String(error)}`));
    let isBroken = true;
    gauges.offer('broken', () => {
      if (isBroken) throw new Error('disk');
      return 1;
    });
    gauges.offer('whole', () => 2);
    expect([gauges.read('broken'), gauges.read('broken')]).toEqual([[], []]);
    expect(gauges.read('whole')).toEqual([{ labels: {}, value: 2 }]);
    expect(told).toEqual(['broken: Error: disk']);
    isBroken = false;
    expect(gauges.read('broken')).toEqual([{ labels: {}, value: 1 }]);
    isBroken = true;
    expect(gauges.read('broken')).toEqual([]);
    expect(told).toHaveLength(2);
  });
});

describe('what is computed at most every so often', () => {
  it('is computed again when it is old, or when the clock was set back', () => {
    let atMs = 1_000;
    let count = 0;
    const read = atMostEvery(
      100,
      () => atMs,
      () => (count += 1),
    );
    const at = (ms: number): number => {
      atMs = ms;
      return read();
    };
    expect([at(1_000), at(1_099), at(1_100), at(1_150), at(500)]).toEqual([1, 1, 2, 2, 3]);
  });

  it('is tried again at once where it failed', () => {
    let count = 0;
    const read = atMostEvery(
      100,
      () => 0,
      () => {
        count += 1;
        if (count === 1) throw new Error('once');
        return count;
      },
    );
    expect(read).toThrow('once');
    expect(read()).toBe(2);
  });
});
