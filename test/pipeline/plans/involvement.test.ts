import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type SessionTouch,
  type Stretch,
  stretchesOf,
} from '../../../src/pipeline/plans/involvement.ts';

/** A session's prompts, and the plan whose work never ends, where one does not. */
interface Course {
  readonly prompts: readonly number[];
  readonly endless?: string;
}

interface Touched {
  readonly plan: string;
  readonly atMs: number;
}

const stretches = (plan: string, touched: readonly Touched[], { prompts, endless }: Course) =>
  stretchesOf(
    touched.map((touch): SessionTouch => ({
      atMs: touch.atMs,
      requestedAtMs: touch.atMs - 1,
      isOwn: touch.plan === plan,
    })),
    {
      promptBefore: (atMs) => prompts.findLast((promptMs) => promptMs <= atMs) ?? null,
      promptAfter: (atMs) => prompts.find((promptMs) => promptMs > atMs) ?? null,
      workSince: (atMs) => atMs,
      workUntil: (atMs) => (plan === endless ? null : atMs),
    },
  );

describe('the time in which a session works on a plan', () => {
  it('is that of whole prompts', () => {
    const touched = [
      { plan: 'a', atMs: 25 },
      { plan: 'a', atMs: 45 },
    ];
    const course = { prompts: [10, 20, 30, 40, 50, 60] };
    expect(stretches('a', touched, course)).toEqual([{ fromMs: 20, toMs: 50 }]);
  });

  it('begins with the request where nobody told of a prompt, and goes on where none came after', () => {
    expect(stretches('a', [{ plan: 'a', atMs: 25 }], { prompts: [] })).toEqual([
      { fromMs: 24, toMs: null },
    ]);
  });

  it('ends with what led to a touch of another plan, under the same prompt or another', () => {
    const touched = [
      { plan: 'a', atMs: 25 },
      { plan: 'b', atMs: 35 },
      { plan: 'a', atMs: 55 },
    ];
    const course = { prompts: [20, 50], endless: 'a' };
    expect(stretches('a', touched, course)).toEqual([
      { fromMs: 20, toMs: 34 },
      { fromMs: 50, toMs: null },
    ]);
    expect(stretches('b', touched, course)).toEqual([{ fromMs: 34, toMs: 50 }]);
  });

  it('has no part twice where calls ran side by side', () => {
    const call = (atMs: number, requestedAtMs: number, isOwn: boolean) => ({
      atMs,
      requestedAtMs,
      isOwn,
    });
    const none = { promptBefore: () => null, promptAfter: () => null };
    const touches = [call(1, 1, true), call(10, 9, false), call(11, 8, true)];
    const found = stretchesOf(touches, { ...none, workSince: (at) => at, workUntil: (at) => at });
    expect(found).toEqual([
      { fromMs: 1, toMs: 9 },
      { fromMs: 9, toMs: null },
    ]);
  });

  it('never belongs to two plans', () => {
    const moments = fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 12 });
    const plans = ['a', 'b', 'c'];
    const touches = fc.array(
      fc.tuple(fc.constantFrom(...plans), fc.integer({ min: 2, max: 100 })),
      {
        maxLength: 10,
      },
    );
    fc.assert(
      fc.property(touches, moments, fc.constantFrom(...plans), (given, prompts, endless) => {
        const touched = given
          .map(([plan, at]) => ({ plan, atMs: at * 2 }))
          .sort((left, right) => left.atMs - right.atMs);
        const course = { prompts: prompts.sort((left, right) => left - right), endless };
        const all: Stretch[] = plans
          .flatMap((plan) => stretches(plan, touched, course))
          .filter(({ fromMs, toMs }) => toMs === null || toMs > fromMs)
          .sort((left, right) => left.fromMs - right.fromMs);
        for (const [index, { fromMs }] of all.entries()) {
          const before = all[index - 1];
          if (before !== undefined) expect(before.toMs ?? Infinity).toBeLessThanOrEqual(fromMs);
        }
      }),
    );
  });
});
