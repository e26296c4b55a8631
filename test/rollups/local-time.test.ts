import { describe, expect, it } from 'vitest';
import { instantOfLocal, localIso, localKey } from '../../src/rollups/local-time.ts';
import { createTimeZone } from '../../src/rollups/time-zone.ts';

const berlin = createTimeZone('Europe/Berlin');

describe('the key of a moment', () => {
  it.each([
    ['hour', '2026-11-20T08:59:59.999Z', '2026-11-20T09'],
    ['day', '2026-11-20T23:30:00Z', '2026-11-21'],
    ['week', '2026-11-22T22:59:59Z', '2026-11-16'],
    ['week', '2026-11-22T23:00:00Z', '2026-11-23'],
    ['week', '2027-01-01T12:00:00Z', '2026-12-28'],
    ['month', '2026-10-31T23:00:00Z', '2026-11'],
  ] as const)('by %s at %s is %s', (unit, at, key) => {
    expect(localKey(berlin, unit, Date.parse(at))).toBe(key);
  });
});

describe('the moment of a wall time', () => {
  it.each([
    ['2026-11-20T09:00:00Z', '2026-11-20T08:00:00.000Z', 'is before it in the east'],
    ['2026-10-25T02:30:00Z', '2026-10-25T00:30:00.000Z', 'is the first of two'],
    ['2026-03-29T02:30:00Z', '2026-03-29T01:30:00.000Z', 'goes on where the clocks skip it'],
  ])('%s is %s: it %s', (wall, instant) => {
    expect(new Date(instantOfLocal(berlin, Date.parse(wall))).toISOString()).toBe(instant);
  });

  it('is that of midnight on days that begin at one o’clock', () => {
    const beirut = createTimeZone('Asia/Beirut');
    const instant = instantOfLocal(beirut, Date.parse('2026-03-29T00:00:00Z'));
    expect(localIso(beirut, instant)).toBe('2026-03-29T01:00:00+03:00');
  });
});

describe('a local time', () => {
  it('carries its offset', () => {
    expect(localIso(berlin, Date.parse('2026-02-22T14:40:00.999Z'))).toBe(
      '2026-02-22T15:40:00+01:00',
    );
    expect(localIso(createTimeZone('America/St_Johns'), Date.parse('2026-02-22T14:40:00Z'))).toBe(
      '2026-02-22T11:10:00-03:30',
    );
  });
});
