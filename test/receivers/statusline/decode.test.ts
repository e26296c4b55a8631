import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decoded, decodeKept } from '../../../receivers/statusline/decode.ts';
import { LIMIT_WINDOWS, LIMIT_WINDOW_NAMES } from '../../../src/records/rate-limit.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 9);
const NOW_S = NOW_MS / 1_000;

const decode = (text: string): Decoded => {
  const bytes = Buffer.from(text);
  return decodeKept({ name: 's.json', bytes, sizeBytes: bytes.length, toldAtMs: NOW_MS });
};

const told = (five_hour: unknown, session_id: unknown = 'session-1'): Decoded =>
  decode(JSON.stringify({ session_id, rate_limits: { five_hour } }));

describe('what a status line left', () => {
  it('becomes a record for each window', () => {
    const rate_limits = {
      five_hour: { used_percentage: 23.456, resets_at: NOW_S + 60 },
      seven_day: { used_percentage: 130, resets_at: NOW_S + 3_600.5 },
    };
    expect(decode(JSON.stringify({ session_id: 'a-1', rate_limits }))).toEqual({
      records: [
        {
          kind: 'rate_limit',
          window: 'five_hour',
          usedBasisPoints: 2346,
          resetsAtMs: NOW_MS + 60_000,
          toldAtMs: NOW_MS,
          sessionId: 'a-1',
        },
        {
          kind: 'rate_limit',
          window: 'seven_day',
          usedBasisPoints: 13_000,
          resetsAtMs: NOW_MS + 3_600_500,
          toldAtMs: NOW_MS,
          sessionId: 'a-1',
        },
      ],
      rejects: [],
    });
  });

  it('is nothing where nothing is said of a window', () => {
    expect(told(null)).toEqual({ records: [], rejects: [] });
    expect(told(undefined)).toEqual({ records: [], rejects: [] });
  });

  it.each([
    ['a text for a number', { used_percentage: '12', resets_at: NOW_S + 60 }],
    ['less than nothing', { used_percentage: -1, resets_at: NOW_S + 60 }],
    ['more than can be', { used_percentage: 1e9, resets_at: NOW_S + 60 }],
    ['no use', { resets_at: NOW_S + 60 }],
    ['no end', { used_percentage: 12 }],
    ['milliseconds for seconds', { used_percentage: 12, resets_at: NOW_MS }],
    ['an end after the window', { used_percentage: 12, resets_at: NOW_S + 8 * 3_600 }],
    ['a time as a text', { used_percentage: 12, resets_at: '2026-11-20T10:00:00Z' }],
    ['a list', []],
    ['a number', 12],
  ])('is rejected where it has %s', (_what, window) => {
    const { records, rejects } = told(window);
    expect(records).toEqual([]);
    expect(rejects).toEqual([
      expect.objectContaining({ reason: 'invalid_field', name: 's.json five_hour' }),
    ]);
  });

  it.each([
    ['invalid_json', '{"session_id":'],
    ['not_an_object', '[]'],
    ['not_an_object', 'null'],
    ['missing_session', '{}'],
    ['invalid_id', '{"session_id":"../../etc"}'],
    ['invalid_field', '{"session_id":"a","rate_limits":[]}'],
    ['invalid_field', '{"session_id":"a"}'],
  ])('is rejected as a whole: %s, %s', (reason, text) => {
    expect(decode(text)).toEqual({
      records: [],
      rejects: [expect.objectContaining({ reason, name: 's.json' })],
    });
  });

  it('never gives a value that cannot be, whatever is in it', () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.constant(NOW_S), fc.jsonValue());
    const window = fc.oneof(
      fc.record({ used_percentage: number, resets_at: number }, { requiredKeys: [] }),
      fc.jsonValue(),
    );
    const limits = fc.oneof(fc.record({ five_hour: window, seven_day: window }), fc.jsonValue());
    const session_id = fc.oneof(fc.constant('session-1'), fc.jsonValue());
    fc.assert(
      fc.property(session_id, limits, (session, rate_limits) => {
        const text = JSON.stringify({ session_id: session, rate_limits });
        const { records, rejects } = decode(text);
        expect(records.length + rejects.length).toBeLessThanOrEqual(2);
        for (const { window: name, usedBasisPoints, resetsAtMs, sessionId } of records) {
          expect(LIMIT_WINDOW_NAMES).toContain(name);
          expect(Number.isSafeInteger(usedBasisPoints) && usedBasisPoints >= 0).toBe(true);
          expect(Number.isSafeInteger(resetsAtMs) && resetsAtMs >= 0).toBe(true);
          expect(resetsAtMs).toBeLessThanOrEqual(NOW_MS + LIMIT_WINDOWS[name] + 3_600_000);
          expect(sessionId).toBe('session-1');
        }
      }),
    );
  });

  it('is one reject or none for any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const kept = { name: 's.json', bytes, sizeBytes: bytes.length, toldAtMs: NOW_MS };
        const { records, rejects } = decodeKept(kept);
        expect(records).toEqual([]);
        expect(rejects).toHaveLength(1);
      }),
    );
  });
});
