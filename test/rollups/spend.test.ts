import { describe, expect, it } from 'vitest';
import { budgetUses } from '../../src/rollups/budgets.ts';
import { report } from '../../src/rollups/report.ts';
import { SPEND_PERIODS, spendByProject, spendRange } from '../../src/rollups/spend.ts';
import { createTimeZone } from '../../src/rollups/time-zone.ts';
import { createStoreFixture, type StoreFixture } from '../support/store-fixture.ts';

const HOUR_MS = 3_600_000;
/** Clocks are put back in Berlin on 2026-10-25; Kathmandu is 5:45 ahead. */
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns'];
const MOMENTS = ['2026-11-20T09:07:13.456Z', '2026-10-25T12:00:00Z', '2026-03-01T00:00:00Z'];

const stores = new Map<number, StoreFixture>();

/** Something every 217 minutes for 75 days before a moment, in two projects, each costing something else. */
function spending(nowMs: number): StoreFixture {
  const store = stores.get(nowMs) ?? createStoreFixture();
  if (stores.has(nowMs)) return store;
  stores.set(nowMs, store);
  for (let index = 0; index < 500; index += 1) {
    const project = index % 3 === 0 ? '/home/dev/shop' : '/home/dev/site';
    store.request({ atMs: nowMs - index * 217 * 60_000 - 1, project, costNanoUsd: 1 + index * 7 });
  }
  return store;
}

describe('spending', () => {
  it.for(ZONES.flatMap((zone) => MOMENTS.map((moment) => [zone, moment] as const)))(
    'in %s at %s is what the reports say of every span of the calendar',
    ([timezone, moment]) => {
      const nowMs = Date.parse(moment);
      const { db } = spending(nowMs);
      const zone = createTimeZone(timezone);
      for (const period of SPEND_PERIODS) {
        const range = spendRange(period, { zone, nowMs });
        const { rows } = report(db, {
          kind: 'project',
          timezone,
          ...range,
          project: null,
          model: null,
          session: null,
        });
        const told = [...spendByProject(db, range).values()].toSorted((a, b) => a - b);
        expect(told.map((nanoUsd) => nanoUsd / 1e9)).toEqual(
          rows.map((row) => ('cost_usd' in row ? row.cost_usd : NaN)).toSorted((a, b) => a - b),
        );
      }
    },
  );

  it('of today and yesterday meet at midnight of the zone', () => {
    const nowMs = Date.parse('2026-11-20T09:07:00Z');
    const zone = createTimeZone('Asia/Kathmandu');
    const [today, yesterday] = (['today', 'yesterday'] as const).map((period) =>
      spendRange(period, { zone, nowMs }),
    );
    expect(today).toEqual({ sinceMs: Date.parse('2026-11-19T18:15:00Z'), untilMs: nowMs });
    expect(yesterday).toEqual({
      sinceMs: Date.parse('2026-11-18T18:15:00Z'),
      untilMs: Date.parse('2026-11-19T18:15:00Z'),
    });
  });

  it('of a week begins on Monday', () => {
    const nowMs = Date.parse('2026-11-22T23:59:59Z');
    const range = spendRange('week', { zone: createTimeZone('UTC'), nowMs });
    expect(range.sinceMs).toBe(Date.parse('2026-11-16T00:00:00Z'));
  });
});

describe('budgets', () => {
  const NOW_MS = Date.parse('2026-11-20T09:07:00Z');
  const at = { zone: createTimeZone('UTC'), nowMs: NOW_MS };
  const NONE = { dayUsd: null, sessionUsd: null, projects: {} };
  const spent = (): StoreFixture => {
    const store = createStoreFixture();
    const usd = 1_000_000_000;
    store.request({ atMs: NOW_MS - 24 * HOUR_MS, session: 'long', costNanoUsd: 4 * usd });
    store.request({ atMs: NOW_MS - HOUR_MS, session: 'long', costNanoUsd: usd });
    store.request({
      atMs: NOW_MS - HOUR_MS,
      session: 'short',
      project: '/home/dev/two',
      costNanoUsd: 2 * usd,
    });
    store.request({ atMs: NOW_MS - 48 * HOUR_MS, session: 'over', costNanoUsd: 90 * usd });
    return store;
  };

  it('are none where none are set', () => {
    expect(budgetUses(spent().db, NONE, at)).toEqual([]);
  });

  it('of a day are used by everything that was spent on it', () => {
    expect(budgetUses(spent().db, { ...NONE, dayUsd: 10 }, at)).toEqual([
      {
        budget: 'day',
        project: '',
        sessionId: null,
        period: '2026-11-20',
        limitNanoUsd: 10_000_000_000,
        usedNanoUsd: 3_000_000_000,
      },
    ]);
  });

  it('of a session are used by the whole of it, of those that were at work today, dearest first', () => {
    const uses = budgetUses(spent().db, { ...NONE, sessionUsd: 3 }, at);
    expect(uses.map(({ sessionId, usedNanoUsd }) => [sessionId, usedNanoUsd / 1e9])).toEqual([
      ['long', 5],
      ['short', 2],
    ]);
  });

  it('of a project that is named twice are the smaller one', () => {
    const projects = { '/home/dev/two': { dayUsd: 5 }, two: { dayUsd: 3 } };
    const uses = budgetUses(spent().db, { ...NONE, projects }, at);
    expect(uses.map(({ project, limitNanoUsd }) => [project, limitNanoUsd / 1e9])).toEqual([
      ['two', 3],
    ]);
  });

  it('of projects go by path or by name, and are there before the project is', () => {
    const projects = { '/home/dev/one': { dayUsd: 1 }, two: { dayUsd: 5 }, new: { dayUsd: 7 } };
    const uses = budgetUses(spent().db, { ...NONE, projects }, at);
    expect(uses.map(({ project, usedNanoUsd }) => [project, usedNanoUsd / 1e9])).toEqual([
      ['one', 1],
      ['two', 2],
      ['new', 0],
    ]);
  });
});
