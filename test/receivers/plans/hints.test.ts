import { describe, expect, it } from 'vitest';
import { Hints } from '../../../receivers/plans/hints.ts';

describe('what is said to have changed', () => {
  it('is due when it has been quiet for a while', () => {
    const hints = new Hints<string>(100);
    hints.add('a', 'a', 0);
    hints.add('b', 'b', 50);
    expect(hints.nextMs()).toBe(100);
    expect(hints.take(99)).toEqual([]);
    expect(hints.take(100)).toEqual(['a']);
    expect(hints.take(1000)).toEqual(['b']);
    expect(hints.nextMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('is due all the same while it goes on changing', () => {
    const hints = new Hints<string>(100);
    for (let nowMs = 0; nowMs < 400; nowMs += 20) {
      hints.add('a', 'a', nowMs);
      expect(hints.take(nowMs)).toEqual([]);
    }
    expect(hints.take(400)).toEqual(['a']);
  });

  it('is due sooner than it was to be looked at again, and then not twice', () => {
    const hints = new Hints<string>(100);
    hints.addLater('a', 'a', 5000);
    hints.add('a', 'a', 10);
    expect(hints.take(110)).toEqual(['a']);
    hints.add('a', 'a', 200);
    hints.addLater('a', 'a', 5000);
    expect(hints.take(300)).toEqual(['a']);
    expect(hints.size).toBe(0);
  });
});
