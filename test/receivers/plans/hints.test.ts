import { describe, expect, it } from 'vitest';
import { Hints } from '../../../receivers/plans/hints.ts';

const early = (what: string) => ({ what, isEarly: true });
const quiet = (what: string) => ({ what, isEarly: false });

describe('what is said to have changed', () => {
  it('is due soon, and again when it has been quiet for a while', () => {
    const hints = new Hints<string>(100);
    hints.add('a', 'a', 0);
    hints.add('b', 'b', 50);
    expect(hints.nextMs()).toBe(25);
    expect(hints.take(24)).toEqual([]);
    expect(hints.take(25)).toEqual([early('a')]);
    expect(hints.take(99)).toEqual([early('b')]);
    expect(hints.take(100)).toEqual([quiet('a')]);
    expect(hints.take(1000)).toEqual([quiet('b')]);
    expect(hints.nextMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('is due early again each time it changes, and in the end all the same while it goes on', () => {
    const hints = new Hints<string>(100);
    const taken: (readonly [number, boolean])[] = [];
    for (let nowMs = 0; nowMs <= 400; nowMs += 20) {
      for (const { isEarly } of hints.take(nowMs)) taken.push([nowMs, isEarly]);
      hints.add('a', 'a', nowMs);
    }
    expect(taken.filter(([, isEarly]) => !isEarly)).toEqual([[400, false]]);
    expect(taken.filter(([, isEarly]) => isEarly).slice(0, 3)).toEqual([
      [40, true],
      [80, true],
      [120, true],
    ]);
  });

  it('is due sooner than it was to be looked at again, and then not twice', () => {
    const hints = new Hints<string>(100);
    hints.addLater('a', 'a', 5000);
    hints.add('a', 'a', 10);
    expect(hints.take(110)).toEqual([quiet('a')]);
    hints.add('a', 'a', 200);
    hints.addLater('a', 'a', 5000);
    expect(hints.take(300)).toEqual([quiet('a')]);
    expect(hints.size).toBe(0);
  });

  it('is due once only where there is no quiet time', () => {
    const hints = new Hints<string>(0);
    hints.add('a', 'a', 10);
    expect(hints.take(10)).toEqual([quiet('a')]);
    expect(hints.size).toBe(0);
  });
});
