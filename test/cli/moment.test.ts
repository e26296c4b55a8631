import { describe, expect, it } from 'vitest';
import { parseMoment } from '../../src/cli/moment.ts';
import { InputError } from '../../src/errors.ts';
import { createTimeZone } from '../../src/rollups/time-zone.ts';

const berlin = { zone: createTimeZone('Europe/Berlin'), nowMs: Date.parse('2026-11-20T09:30:00Z') };

function iso(text: string, context = berlin): string {
  return new Date(parseMoment(text, '--since', context)).toISOString();
}

describe('a moment as a person writes it', () => {
  it.each([
    ['2026-11-01', '2026-10-31T23:00:00.000Z'],
    ['2026-07-01', '2026-06-30T22:00:00.000Z'],
    ['2026-11', '2026-10-31T23:00:00.000Z'],
    ['2026-11-01T09:30', '2026-11-01T08:30:00.000Z'],
    ['2026-11-01 09:30:15', '2026-11-01T08:30:15.000Z'],
    ['2026-11-01T09:30:00Z', '2026-11-01T09:30:00.000Z'],
    ['2026-11-01T09:30:00.25+05:45', '2026-11-01T03:45:00.250Z'],
    ['2026-11-01T09:30:00-0330', '2026-11-01T13:00:00.000Z'],
    ['2024-02-29', '2024-02-28T23:00:00.000Z'],
    ['today', '2026-11-19T23:00:00.000Z'],
    ['yesterday', '2026-11-18T23:00:00.000Z'],
    ['7d', '2026-11-12T23:00:00.000Z'],
    ['2w', '2026-11-05T23:00:00.000Z'],
    ['12h', '2026-11-19T21:30:00.000Z'],
    ['30m', '2026-11-20T09:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it('begins a day at local midnight, also when the clocks have changed since', () => {
    const afterChange = { ...berlin, nowMs: Date.parse('2026-10-26T12:00:00Z') };
    expect(iso('2d', afterChange)).toBe('2026-10-23T22:00:00.000Z');
  });

  it.each([
    '',
    'soon',
    '7',
    '-7d',
    '2026-13-01',
    '2026-02-30',
    '2025-02-29',
    '2026-11-01T24:00',
    '2026-11-01T09:60',
    '1/11/2026',
    '20261101',
    '7 d',
  ])('is not %j', (text) => {
    expect(() => iso(text)).toThrow(InputError);
  });
});
