import type { Database } from 'better-sqlite3';
import { type BudgetLimits, type BudgetUse, budgetUses } from '../rollups/budgets.ts';
import { OTHER } from '../rollups/metric-series.ts';
import { namedProjects } from '../rollups/named-projects.ts';
import { spendByProject, spendRange, SPEND_PERIODS } from '../rollups/spend.ts';
import { isStoreFilled } from '../rollups/store-filled.ts';
import type { TimeZone } from '../rollups/time-zone.ts';
import { atMostEvery } from '../runtime/at-most-every.ts';
import type { Gauges, Reading } from '../runtime/gauges.ts';

/** Where the figures come from, and which budgets there are. */
export interface MoneyGauges {
  readonly db: Database;
  readonly zone: TimeZone;
  readonly limits: BudgetLimits;
  readonly now: () => number;
}

/** Longer than two scrapes lie apart, so that most of them find it worked out. */
const EVERY_MS = 45_000;
const HOUR_MS = 3_600_000;

/** Offers what has been spent of late, and how much of the budgets that is; nothing while the store is filled for the first time. */
export function offerMoneyGauges(gauges: Gauges, { db, zone, limits, now }: MoneyGauges): void {
  const lately = <T>(compute: () => T): (() => T) => atMostEvery(EVERY_MS, now, compute);
  const offer = (name: string, read: () => readonly Reading[]): void =>
    gauges.offer(name, () => (isStoreFilled(db) ? read() : []));
  offer(
    'hall_monitor_spend_usd',
    lately(() => spendReadings(db, { zone, nowMs: now() })),
  );
  offer(
    'hall_monitor_burn_rate_usd_per_hour',
    lately(() => {
      const nowMs = now();
      return byProject(db, spendByProject(db, { sinceMs: nowMs - HOUR_MS, untilMs: nowMs }));
    }),
  );
  const uses = lately(() => shownUses(budgetUses(db, limits, { zone, nowMs: now() })));
  const offerBudget = (what: string, valueOf: (use: BudgetUse) => number): void =>
    offer(`hall_monitor_budget_${what}`, () =>
      uses().map((use) => ({
        labels: { budget: use.budget, project: use.project },
        value: valueOf(use),
      })),
    );
  offerBudget('limit_usd', ({ limitNanoUsd }) => limitNanoUsd);
  offerBudget('used_usd', ({ usedNanoUsd }) => usedNanoUsd);
  offerBudget('used_ratio', ({ usedNanoUsd, limitNanoUsd }) => usedNanoUsd / limitNanoUsd);
}

/** Every project that anything was spent on lately has a figure for each period. */
function spendReadings(
  db: Database,
  at: { readonly zone: TimeZone; readonly nowMs: number },
): readonly Reading[] {
  const spent = SPEND_PERIODS.map(
    (period) => [period, spendByProject(db, spendRange(period, at))] as const,
  );
  const projects = new Set(spent.flatMap(([, sums]) => [...sums.keys()]));
  return spent.flatMap(([period, sums]) =>
    byProject(db, new Map([...projects].map((project) => [project, sums.get(project) ?? 0]))).map(
      ({ labels, value }) => ({ labels: { period, ...labels }, value }),
    ),
  );
}

/** Projects that are not told apart are added up. */
function byProject(db: Database, sums: ReadonlyMap<number, number>): readonly Reading[] {
  const { labels } = namedProjects(db);
  const named = Map.groupBy(sums, ([project]) => labels.get(project) ?? OTHER);
  return [...named].map(([project, parts]) => ({
    labels: { project },
    value: parts.reduce((sum, [, nanoUsd]) => sum + nanoUsd, 0),
  }));
}

/** Of sessions only the dearest, since no label names one. */
function shownUses(uses: readonly BudgetUse[]): readonly BudgetUse[] {
  const dearest = uses.find(({ budget }) => budget === 'session');
  return uses.filter((use) => use.budget !== 'session' || use === dearest);
}
