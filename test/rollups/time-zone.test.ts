import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { createTimeZone } from '../../src/rollups/time-zone.ts';

const HOUR_MS = 3_600_000;

describe('a time zone', () => {
  it.each([
    ['UTC', '2026-07-01T00:00:00Z', 0],
    ['Europe/Berlin', '2026-07-01T00:00:00Z', 2],
    ['Europe/Berlin', '2026-12-01T00:00:00Z', 1],
    ['Asia/Kathmandu', '2026-07-01T00:00:00Z', 5.75],
    ['America/St_Johns', '2026-12-01T00:00:00Z', -3.5],
    ['Australia/Lord_Howe', '2026-12-01T00:00:00Z', 11],
    ['Australia/Lord_Howe', '2026-07-01T00:00:00Z', 10.5],
  ])('%s is off by the right time at %s', (name, at, hours) => {
    expect(createTimeZone(name).offsetMsAt(Date.parse(at))).toBe(hours * HOUR_MS);
  });

  it('changes its offset at the very moment the clocks change', () => {
    const changeMs = Date.parse('2026-10-25T01:00:00Z');
    const zone = createTimeZone('Europe/Berlin');
    expect(zone.offsetMsAt(changeMs - 1)).toBe(2 * HOUR_MS);
    expect(zone.offsetMsAt(changeMs)).toBe(HOUR_MS);
  });

  it.each(['', 'Mars/Olympus', '+05:30', 'Europe/Berlin; DROP TABLE', '../etc/passwd'])(
    'is not made of %j',
    (name) => {
      expect(() => createTimeZone(name)).toThrow(InputError);
    },
  );
});
