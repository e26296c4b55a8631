import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apportion, roundParts } from '../../../src/cli/tasks/apportion.ts';
import { splitCost, type Frame } from '../../../src/cli/tasks/split-cost.ts';
import { createUnion } from '../../../src/cli/tasks/stretch-union.ts';
import type { Stretch } from '../../../src/rollups/active-time.ts';
import type { WorkedSession } from '../../../src/rollups/worked-sessions.ts';

const MINUTE_MS = 60_000;
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const minutes = (from: number, to: number): Stretch => [from * MINUTE_MS, to * MINUTE_MS];
const frame = (from: number, to: number): Frame => ({
  startMs: from * MINUTE_MS,
  endMs: to * MINUTE_MS,
});
const session = (costNanoUsd: number, ...stretches: readonly Stretch[]): WorkedSession => ({
  sessionId: 'a',
  startedMs: stretches[0]?.[0] ?? 0,
  endedMs: stretches.at(-1)?.[1] ?? 0,
  costNanoUsd,
  stretches,
});

describe('apportioning', () => {
  it.each([
    [10, [1, 1, 1], [4, 3, 3]],
    [100, [2, 1], [67, 33]],
    [7, [0, 0], [0, 7]],
    [0, [3, 4], [0, 0]],
    [2, [1, 1, 1, 1], [1, 1, 0, 0]],
    [9_000_000_000_000_001, [86_400_000_000, 1], [8_999_999_999_895_834, 104_167]],
  ])('%i over %j is %j', (total, weights, parts) => {
    expect(apportion(total, weights)).toEqual(parts);
  });

  it('gives whole parts that are not negative, differ from the exact share by less than one and add up', () => {
    fc.assert(
      fc.property(
        fc.nat(9e15),
        fc.array(fc.nat(1e12), { minLength: 1, maxLength: 20 }),
        (total, weights) => {
          const parts = apportion(total, weights);
          expect(sum(parts)).toBe(total);
          const all = weights.reduce((sumOf, weight) => sumOf + BigInt(weight), 0n);
          parts.forEach((part, index) => {
            expect(Number.isSafeInteger(part) && part >= 0).toBe(true);
            const off = BigInt(part) * all - BigInt(total) * BigInt(weights[index] ?? 0);
            expect(all === 0n || (off < all && off > -all)).toBe(true);
          });
        },
      ),
    );
  });

  it('rounds parts so that they add up to the rounded total', () => {
    expect(roundParts([335, 335, 335], 100)).toEqual([4, 3, 3]);
    expect(roundParts([49, 1], 100)).toEqual([1, 0]);
    expect(roundParts([49], 100)).toEqual([0]);
    fc.assert(
      fc.property(fc.array(fc.nat(1e12), { minLength: 1, maxLength: 12 }), (parts) => {
        const rounded = roundParts(parts, 10_000_000);
        expect(sum(rounded)).toBe(Math.floor((sum(parts) + 5_000_000) / 10_000_000));
        rounded.forEach((cents, index) => {
          expect(Math.abs(cents * 10_000_000 - (parts[index] ?? 0))).toBeLessThanOrEqual(
            10_000_000,
          );
          expect(cents).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });
});

describe('the cost of sessions', () => {
  it('is split over three tasks by the active time in each, and the rest is shown', () => {
    const worked = session(1_000, minutes(0, 10), minutes(60, 70));
    const frames = [frame(0, 5), frame(5, 8), frame(65, 100)];
    // Of 20 active minutes: 5, 3 and 5 in the tasks, 7 in none.
    expect(splitCost(frames, [worked])).toEqual({ byFrame: [250, 150, 250], unassigned: 350 });
  });

  it('belongs to a task in which the session was idle not at all', () => {
    const worked = session(1_000, minutes(0, 10), minutes(60, 70));
    expect(splitCost([frame(20, 50)], [worked])).toEqual({ byFrame: [0], unassigned: 1_000 });
  });

  it('is shared equally where tasks overlap', () => {
    const worked = session(900, minutes(0, 30));
    const frames = [frame(0, 20), frame(10, 30), frame(10, 20)];
    // Ten minutes alone each before and after, ten shared by three.
    expect(splitCost(frames, [worked])).toEqual({ byFrame: [400, 400, 100], unassigned: 0 });
  });

  it('goes by half-open frames', () => {
    const frames = [frame(0, 10), frame(10, 20)];
    expect(splitCost(frames, [session(7, minutes(10, 10))]).byFrame).toEqual([0, 7]);
    expect(splitCost(frames, [session(7, minutes(20, 20))])).toEqual({
      byFrame: [0, 0],
      unassigned: 7,
    });
  });

  it('of a session that nothing is known of but its start goes to where it began', () => {
    const worked = { ...session(5), startedMs: MINUTE_MS, endedMs: MINUTE_MS };
    expect(splitCost([frame(0, 2)], [worked]).byFrame).toEqual([5]);
  });

  it('is unassigned without tasks, and nothing without sessions', () => {
    expect(splitCost([], [session(5, minutes(0, 1))])).toEqual({ byFrame: [], unassigned: 5 });
    expect(splitCost([frame(0, 1)], [])).toEqual({ byFrame: [0], unassigned: 0 });
  });

  const moment = fc.nat(200);
  const span = fc.tuple(moment, fc.integer({ min: 0, max: 60 }));
  const sessions = fc.array(
    fc
      .record({ cost: fc.nat(1e13), spans: fc.array(span, { maxLength: 5 }), startedMs: moment })
      .map(({ cost, spans, startedMs }) => {
        let atMs = startedMs;
        const stretches = spans.map(([gap, length]): Stretch => {
          const from = atMs + gap + 1;
          atMs = from + length;
          return [from, atMs];
        });
        return { sessionId: 'a', startedMs, endedMs: atMs, costNanoUsd: cost, stretches };
      }),
    { maxLength: 6 },
  );
  const frames = fc.array(
    span.map(([startMs, length]) => ({ startMs, endMs: startMs + length + 1 })),
    { maxLength: 6 },
  );

  it('adds up to the nano-USD with the rest, and no part is negative', () => {
    fc.assert(
      fc.property(frames, sessions, (of, worked) => {
        const { byFrame, unassigned } = splitCost(of, worked);
        expect(byFrame).toHaveLength(of.length);
        expect(sum(byFrame) + unassigned).toBe(sum(worked.map(({ costNanoUsd }) => costNanoUsd)));
        expect([...byFrame, unassigned].every((part) => Number.isSafeInteger(part))).toBe(true);
        expect(Math.min(...byFrame, unassigned)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is what follows from each millisecond, to within a nano-USD a part', () => {
    fc.assert(
      fc.property(frames, sessions, (of, worked) => {
        const { byFrame } = splitCost(of, worked);
        const exact = of.map(() => 0);
        for (const { stretches, startedMs, costNanoUsd } of worked) {
          const active = (
            stretches.length === 0 ? [[startedMs, startedMs] as const] : stretches
          ).flatMap(([from, to]) =>
            Array.from({ length: Math.max(1, to - from) }, (_, ms) => from + ms),
          );
          for (const atMs of active) {
            const open = of.flatMap(({ startMs, endMs }, index) =>
              startMs <= atMs && atMs < endMs ? [index] : [],
            );
            for (const index of open) {
              exact[index] = (exact[index] ?? 0) + costNanoUsd / active.length / open.length;
            }
          }
        }
        byFrame.forEach((part, index) => {
          expect(Math.abs(part - (exact[index] ?? 0))).toBeLessThan(200);
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('the time of a task', () => {
  it('counts what several sessions do at once only once', () => {
    const union = createUnion([minutes(0, 10), minutes(5, 15), minutes(20, 30)]);
    expect(union(frame(0, 100))).toBe(25 * MINUTE_MS);
    expect(union(frame(8, 22))).toBe(9 * MINUTE_MS);
    expect(union(frame(15, 20))).toBe(0);
    expect(createUnion([])(frame(0, 1))).toBe(0);
  });
});
