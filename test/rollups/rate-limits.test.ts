import { afterEach, beforeEach, expect, it } from 'vitest';
import { metricTotals } from '../../src/rollups/metric-totals.ts';
import { rateLimits } from '../../src/rollups/rate-limits.ts';
import type { RateLimitRecord } from '../../src/records/rate-limit.ts';
import { RateLimitTable } from '../../src/store/rate-limit-table.ts';
import { askJson, servingApp } from '../server/serving.ts';
import { createServingStore, NINE_MS, type ServingStore } from '../server/serving-store.ts';

const HOUR_MS = 3_600_000;

let store: ServingStore;
let table: RateLimitTable;

beforeEach(() => {
  store = createServingStore();
  table = new RateLimitTable(store.db);
});

afterEach(() => store[Symbol.dispose]());

/** Tells of a limit by the hour. */
const tell = (
  told: number,
  resets: number,
  used: number,
  { now = told, window = 'five_hour' }: { now?: number; window?: RateLimitRecord['window'] } = {},
): boolean =>
  table.keep(
    {
      kind: 'rate_limit',
      window,
      usedBasisPoints: used,
      resetsAtMs: NINE_MS + resets * HOUR_MS,
      toldAtMs: NINE_MS + told * HOUR_MS,
      sessionId: `at-${told}`,
    },
    NINE_MS + now * HOUR_MS,
  );

const used = (atHour: number): readonly (number | null)[] =>
  rateLimits(store.db, NINE_MS + atHour * HOUR_MS).map(({ used_ratio }) => used_ratio);

it('what was told last counts, in whatever order it comes', () => {
  expect(tell(1, 5, 2_000)).toBe(true);
  expect(tell(0, 5, 4_000, { now: 1 })).toBe(false);
  expect(used(2)).toEqual([0.2]);
  // A limit that was raised.
  expect(tell(2, 5, 1_000)).toBe(true);
  expect(used(2)).toEqual([0.1]);
});

it('the same told again is nothing new', () => {
  expect(tell(1, 5, 2_000)).toBe(true);
  expect(tell(1, 5, 2_000)).toBe(false);
});

it('a window that was over when it was told does not hide the one that runs', () => {
  tell(6, 10, 300);
  expect(tell(7, 5, 9_900)).toBe(false);
  expect(used(7)).toEqual([0.03]);
});

it('a clock that was ahead does not hide what comes after', () => {
  tell(48, 50, 9_000);
  expect(tell(1, 5, 100, { now: 1 })).toBe(true);
  expect(used(2)).toEqual([0.01]);
});

it('nothing is known of a window that is over', () => {
  tell(0, 5, 2_500);
  tell(0, 100, 5_000, { window: 'seven_day' });
  const shown = (atHour: number, key: 'limitUsed' | 'limitReset') =>
    metricTotals(store.db, NINE_MS + atHour * HOUR_MS).get(key);
  expect(shown(4.9, 'limitUsed')).toEqual([
    { labels: { window: 'five_hour' }, value: 2_500 },
    { labels: { window: 'seven_day' }, value: 5_000 },
  ]);
  expect(shown(5, 'limitUsed')).toEqual([{ labels: { window: 'seven_day' }, value: 5_000 }]);
  expect(shown(5, 'limitReset')).toEqual([
    { labels: { window: 'seven_day' }, value: NINE_MS + 100 * HOUR_MS },
  ]);
  expect(shown(100, 'limitUsed')).toBeUndefined();
  expect(used(5)).toEqual([null, 0.5]);
});

it('GET /api/limits tells what is known of each window', async () => {
  const app = servingApp(store);
  expect(await askJson(app, '/api/limits')).toEqual({ data: [], next: null });
  tell(0, 1e6, 2_500, { window: 'seven_day' });
  tell(0, -1, 100);
  store.commit();
  expect(await askJson(app, '/api/limits')).toEqual({
    data: [
      {
        window: 'five_hour',
        used_ratio: null,
        resets_at: '2026-11-20T08:00:00.000Z',
        is_over: true,
        told_at: '2026-11-20T09:00:00.000Z',
        session_id: 'at-0',
      },
      {
        window: 'seven_day',
        used_ratio: 0.25,
        resets_at: new Date(NINE_MS + 1e6 * HOUR_MS).toISOString(),
        is_over: false,
        told_at: '2026-11-20T09:00:00.000Z',
        session_id: 'at-0',
      },
    ],
    next: null,
  });
});
