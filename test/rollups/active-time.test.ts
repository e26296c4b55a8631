import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Activity } from '../../src/records/activity.ts';
import { activeTime } from '../../src/rollups/active-time.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-02-22T14:00:00Z');
const idleGapMs = 300_000;

/** What one file's receiver makes of messages at these moments. */
function stretches(momentsMs: readonly number[]): readonly number[] {
  const activity = new Activity();
  momentsMs.forEach((atMs) => activity.add(atMs));
  return activity.stretchesMs;
}

function minutesAt(...minutes: number[]): number[] {
  return minutes.map((minute) => START_MS + minute * MINUTE_MS);
}

describe('active time', () => {
  it('is 6 minutes for messages at 14:00, :02, :04, :30 and :32', () => {
    const seen = stretches(minutesAt(0, 2, 4, 30, 32));
    expect(activeTime([seen], { startedMs: START_MS, idleGapMs })).toEqual({
      activeMs: 6 * MINUTE_MS,
      endedMs: START_MS + 32 * MINUTE_MS,
    });
  });

  it.each([
    [299_900, 299_900],
    [299_999, 299_999],
    [300_000, 0],
  ])('with messages %d ms apart is %d ms', (gapMs, activeMs) => {
    const both = stretches([START_MS, START_MS + gapMs]);
    expect(activeTime([both], { startedMs: START_MS, idleGapMs }).activeMs).toBe(activeMs);
    const apart = [stretches([START_MS]), stretches([START_MS + gapMs])];
    expect(activeTime(apart, { startedMs: START_MS, idleGapMs }).activeMs).toBe(activeMs);
  });

  it('counts once what two files saw at the same time', () => {
    const main = stretches(minutesAt(0, 4, 8));
    const agent = stretches(minutesAt(2, 3, 6));
    expect(activeTime([main, agent], { startedMs: START_MS, idleGapMs }).activeMs).toBe(
      8 * MINUTE_MS,
    );
  });

  it('leaves out what was copied from before the start', () => {
    const fork = stretches(minutesAt(-60, -58, -2, 0, 3));
    const started = { startedMs: START_MS, idleGapMs };
    expect(activeTime([fork], started)).toEqual({
      activeMs: 3 * MINUTE_MS,
      endedMs: START_MS + 3 * MINUTE_MS,
    });
  });

  it('is nothing, and ends where it starts, when all was before', () => {
    const copied = stretches(minutesAt(-60, -58));
    expect(activeTime([copied], { startedMs: START_MS, idleGapMs })).toEqual({
      activeMs: 0,
      endedMs: START_MS,
    });
  });

  it('does not depend on how messages are spread over files', () => {
    const moments = fc.array(fc.nat(40 * MINUTE_MS), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 4 }), (offsetsMs, files) => {
        const all = offsetsMs.map((offsetMs) => START_MS + offsetMs);
        const spread = Array.from({ length: files }, (_, file) =>
          stretches(all.filter((_at, index) => index % files === file)),
        );
        const from = { startedMs: Math.min(...all), idleGapMs };
        expect(activeTime(spread, from)).toEqual(activeTime([stretches(all)], from));
        expect(activeTime(spread, from).activeMs).toBe(naive(all));
      }),
    );
  });
});

function naive(momentsMs: readonly number[]): number {
  const sorted = momentsMs.toSorted((a, b) => a - b);
  const gaps = sorted.slice(1).map((atMs, index) => atMs - (sorted[index] ?? atMs));
  return gaps.filter((gapMs) => gapMs < idleGapMs).reduce((sum, gapMs) => sum + gapMs, 0);
}
