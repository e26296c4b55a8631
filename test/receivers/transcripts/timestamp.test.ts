import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonScanner } from '../../../receivers/transcripts/json-scanner.ts';
import { readTimestamp } from '../../../receivers/transcripts/timestamp.ts';

const read = (json: string): number | null => {
  const scanner = new JsonScanner();
  scanner.open(Buffer.from(`${json}\n`));
  return readTimestamp(scanner);
};

describe('a time', () => {
  it('is what Date makes of it, in any order of days', () => {
    const time = fc.date({
      min: new Date('2000-01-01'),
      max: new Date('2199-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(fc.array(time), (times) => {
        for (const each of times) expect(read(JSON.stringify(each))).toBe(each.getTime());
      }),
    );
  });

  it('is what Date makes of it where digits are damaged', () => {
    const sound = '2026-11-20T16:59:27.629Z';
    fc.assert(
      fc.property(
        fc.nat({ max: 23 }),
        fc.constantFrom(...Array.from('0123456789-:.TZ/ x')),
        (at, char) => {
          const text = sound.slice(0, at) + char + sound.slice(at + 1);
          const atMs = Date.parse(text);
          const isPlausible = atMs >= Date.UTC(2000, 0) && atMs < Date.UTC(2200, 0);
          expect(read(JSON.stringify(text))).toBe(isPlausible ? atMs : null);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    '"2026-11-20T24:00:00.000Z"',
    '"2026-11-20T16:59:27Z"',
    '"2026\\u002d11-20T16:59:27.629Z"',
    '"2026-11-20T16:59:27.629+01:00"',
  ])('may be written otherwise: %s', (json) => {
    expect(read(json)).toBe(Date.parse(String(JSON.parse(json))));
  });

  it.each([
    '""',
    '"soon"',
    '5',
    'null',
    '{}',
    '"1999-12-31T23:59:59.999Z"',
    '"2200-01-01T00:00:00.000Z"',
    '"2026-13-01T00:00:00.000Z"',
  ])('is unknown: %s', (json) => {
    expect(read(json)).toBe(null);
  });
});
