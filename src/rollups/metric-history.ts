import type { Database } from 'better-sqlite3';
import { METRIC_CHANGES } from './metric-changes.ts';
import type { MetricPoint } from './metric-series.ts';
import { foldSeries, seriesKey, shownLabels } from './metric-series.ts';
import type { MetricKey } from './metric-table.ts';
import type { MetricTotals } from './metric-totals.ts';
import { SLOT_MS } from './time-slots.ts';

/** How one series of a metric came to be what it is; values are whole numbers, as the store keeps them. */
export interface SeriesHistory {
  readonly labels: MetricPoint['labels'];
  /** Moments at which a quarter of an hour was over in which something was added, in order. */
  readonly atMs: readonly number[];
  /** What it had reached by each of them. */
  readonly values: readonly number[];
  /** What is known to have happened before all of them, and not when. */
  readonly base: number;
  /** What it is now. */
  readonly total: number;
}

/** Metrics that can be told for moments of the past, in the order of the table. */
export const METRICS_WITH_HISTORY: readonly MetricKey[] = [...METRIC_CHANGES.keys()];

interface Draft {
  readonly labels: MetricPoint['labels'];
  readonly total: number;
  readonly atMs: number[];
  readonly values: number[];
}

/**
 * The past of every series that `totals` has of a metric, folded as it is when there are more than `maxSeries`. Holds
 * one number and one moment for each quarter of an hour in which a series grew.
 */
export function metricHistory(
  db: Database,
  metric: MetricKey,
  { totals, maxSeries }: { readonly totals: MetricTotals; readonly maxSeries: number },
): readonly SeriesHistory[] {
  const all = totals.get(metric) ?? [];
  const labelsOf = shownLabels(all, maxSeries);
  const drafts = new Map<string, Draft>(
    foldSeries(all, maxSeries).points.map(({ labels, value }) => [
      seriesKey(labels),
      { labels, total: value, atMs: [], values: [] },
    ]),
  );
  METRIC_CHANGES.get(metric)?.(db, (slot) => (changed, labels, value) => {
    if (changed !== metric) return;
    const draft = drafts.get(seriesKey(labelsOf(labels)));
    if (draft !== undefined) grow(draft, (slot + 1) * SLOT_MS, value);
  });
  return [...drafts.values()].map(({ labels, total, atMs, values }) => {
    const base = total - (values.at(-1) ?? 0);
    return {
      labels,
      atMs,
      values: base === 0 ? values : values.map((value) => value + base),
      base,
      total,
    };
  });
}

/** A series begins with the first thing that names it, even if that adds nothing to it. */
function grow({ atMs, values }: Draft, endMs: number, by: number): void {
  const value = (values.at(-1) ?? 0) + by;
  if (atMs.at(-1) === endMs) {
    values[values.length - 1] = value;
  } else if (by !== 0 || atMs.length === 0) {
    atMs.push(endMs);
    values.push(value);
  }
}

/** When the first thing happened that metrics count, to the quarter of an hour; undefined in an empty store. */
export function firstGrowthMs(db: Database): number | undefined {
  const slot = db
    .prepare<[], number | null>(
      `SELECT min(slot) FROM (
         SELECT min(slot) AS slot FROM rollup_request UNION ALL SELECT min(slot) FROM rollup_tool
         UNION ALL SELECT min(at_ms) / ${SLOT_MS} FROM occurrence
         UNION ALL SELECT min(at_ms) / ${SLOT_MS} FROM plan_event
         UNION ALL SELECT min(stretches_ms ->> 0) / ${SLOT_MS} FROM activity)`,
    )
    .pluck()
    .get();
  return typeof slot === 'number' ? slot * SLOT_MS : undefined;
}
