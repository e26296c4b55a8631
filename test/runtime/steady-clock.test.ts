import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockState, SteadyClock } from '../../src/runtime/steady-clock.ts';
import { DAY_MS, NINE_MS, TestClocks } from '../exporters/archive/archive-home.ts';

const HOUR_MS = 3_600_000;

/** Starts a program again that remembers what it believed. */
const restarted = (clocks: TestClocks, state: ClockState): SteadyClock => {
  clocks.ranMs = 0;
  return new SteadyClock(clocks, state);
};

describe('the time that ages count from', () => {
  it('is what the clock says, also after nights and weekends of sleep', () => {
    const clocks = new TestClocks();
    const clock = new SteadyClock(clocks, null);
    for (const asleepMs of [0, HOUR_MS, 12 * HOUR_MS, 47 * HOUR_MS]) {
      clocks.pass(HOUR_MS);
      clocks.wallMs += asleepMs;
      expect(clock.read()).toBe(clocks.wallMs);
    }
  });

  it('goes back with the clock at once', () => {
    const clocks = new TestClocks();
    const clock = new SteadyClock(clocks, null);
    clocks.wallMs = 0;
    expect(clock.read()).toBe(0);
    clocks.wallMs = NINE_MS;
    expect(clock.read()).toBe(0);
  });

  it('goes on as before after a jump of a year, until the clock has gone on for a day from there', () => {
    const clocks = new TestClocks();
    const clock = new SteadyClock(clocks, null);
    clocks.wallMs += 365 * DAY_MS;
    for (let hour = 0; hour < 24; hour += 1) {
      expect(clock.read()).toBe(NINE_MS + hour * HOUR_MS);
      clocks.pass(HOUR_MS);
    }
    expect(clock.read()).toBe(clocks.wallMs);
  });

  it('believes a clock that was ahead and is right again at once', () => {
    const clocks = new TestClocks();
    const clock = new SteadyClock(clocks, null);
    clocks.wallMs += 365 * DAY_MS;
    clock.read();
    clocks.pass(HOUR_MS);
    clocks.wallMs -= 365 * DAY_MS;
    expect(clock.read()).toBe(clocks.wallMs);
    expect(clock.state.doubtedMs).toBe(0);
  });

  it('believes what it is told again days later, by a program that runs for a moment now and then', () => {
    const clocks = new TestClocks();
    const first = new SteadyClock(clocks, null);
    clocks.wallMs += 30 * DAY_MS;
    const second = restarted(clocks, first.state);
    expect(second.read()).toBe(NINE_MS);
    clocks.wallMs += 30 * DAY_MS;
    const third = restarted(clocks, second.state);
    expect(third.read()).toBe(clocks.wallMs);
  });

  it('is never more than two days ahead of what went by, while a clock leaps about', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ leapDays: fc.integer({ min: 3, max: 4_000 }), hours: fc.nat(23) }), {
          maxLength: 20,
        }),
        (leaps) => {
          const clocks = new TestClocks();
          const clock = new SteadyClock(clocks, null);
          for (const { leapDays, hours } of leaps) {
            clocks.wallMs += leapDays * DAY_MS;
            expect(clock.read()).toBeLessThanOrEqual(NINE_MS + clocks.ranMs + 2 * DAY_MS);
            clocks.pass(hours * HOUR_MS);
            expect(clock.read()).toBeLessThanOrEqual(NINE_MS + clocks.ranMs + 2 * DAY_MS);
          }
        },
      ),
    );
  });
});
