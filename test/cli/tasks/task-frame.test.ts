import { describe, expect, it } from 'vitest';
import { frameOf, isCompleted } from '../../../src/cli/tasks/task-frame.ts';
import { createTimeZone } from '../../../src/rollups/time-zone.ts';

const CLOCK = { zone: createTimeZone('Europe/Berlin'), nowMs: Date.parse('2026-03-01T12:00:00Z') };

describe('the time of a task', () => {
  it.each([
    ['2026-02-22T15:40:00+02:00', '2026-02-22T16:00:00+02:00', '13:40', '14:00'],
    ['2026-02-22T15:40', '2026-02-22 16:00:30', '14:40', '15:00:30'],
    ['2026-02-22T15:40:00Z', '2026-02-22', '15:40', '23:00'],
    ['2026-02-22', '2026-02-22', '2026-02-21T23:00', '23:00'],
  ])('from %s to %s', (started, completed, from, to) => {
    const moment = (text: string): number =>
      Date.parse(`${text.includes('T') ? text : `2026-02-22T${text}`}Z`);
    expect(frameOf({ started, completed }, CLOCK)).toEqual({
      startMs: moment(from),
      endMs: moment(to),
    });
  });

  it('goes on while it has no end, and lasts for the whole of a day on which clocks change', () => {
    expect(frameOf({ started: '2026-03-01T12:30', completed: null }, CLOCK)?.endMs).toBe(
      CLOCK.nowMs,
    );
    const day = frameOf({ started: '2026-03-29', completed: '2026-03-29' }, CLOCK);
    expect((day?.endMs ?? 0) - (day?.startMs ?? 0)).toBe(23 * 3_600_000);
  });

  it.each([
    [null, '2026-02-22'],
    ['', '2026-02-22'],
    ['7d', '2026-02-22'],
    ['yesterday', null],
    ['2026-02-30', '2026-03-02'],
    ['2026-02-22T15:40', '2026-02-22T15:40'],
    ['2026-02-22T15:40', '2026-02-22T15:39'],
    ['2026-02-22', '2026-02-99'],
    ['2027-01-01', null],
    ['9999-12-31', '9999-12-31T25:00'],
  ])('is not known from %j to %j', (started, completed) => {
    expect(frameOf({ started, completed }, CLOCK)).toBeNull();
  });

  it('is over when its status says so, or where it has none, when it has an end', () => {
    expect(isCompleted({ status: 'completed' })).toBe(true);
    expect(isCompleted({ status: 'in_progress', completed: '2026-02-22' })).toBe(false);
    expect(isCompleted({ completed: '2026-02-22' })).toBe(true);
    expect(isCompleted({})).toBe(false);
  });
});
