import type { Database } from 'better-sqlite3';
import { metricTotals, type MetricTotals } from './metric-totals.ts';
import { isStoreFilled } from './store-filled.ts';

/**
 * What metrics show of the store now: nothing while it is filled for the first time, when totals climb through months
 * within seconds and whoever watches them would take all of it for spent today.
 */
export function liveTotals(db: Database, nowMs: number): MetricTotals {
  return isStoreFilled(db) ? metricTotals(db, nowMs) : new Map();
}
