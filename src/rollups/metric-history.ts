import type { Database } from 'better-sqlite3';
import { METRIC_CHANGES } from './metric-changes.ts';
import type { MetricPoint } from './metric-series.ts';
import { addCounts, foldSeries, seriesKey, shownLabels } from './metric-series.ts';
import { type MetricSpec, seriesLimit } from './metric-spec.ts';
import { METRICS, type MetricKey } from './metric-table.ts';
import type { MetricTotals } from './metric-totals.ts';
import { SLOT_MS } from './time-slots.ts';

/** How one series of a metric came to be what it is; values are whole numbers, as the store keeps them. */
export interface SeriesHistory {
  readonly labels: MetricPoint['labels'];
  /** Moments at which a quarter of an hour was over in which something was added, in order. */
  readonly atMs: readonly number[];
  /** What it had reached by each of them. */
  readonly values: readonly SeriesValue[];
  /** What is known to have happened before all of them, and not when. */
  readonly base: SeriesValue;
  /** What it is now. */
  readonly total: SeriesValue;
}

/** A number; of a histogram the sum of all values, and how many of them lie in each bucket. */
export type SeriesValue = number | HistogramValue;

/** See {@link SeriesValue}. */
export interface HistogramValue {
  readonly sum: number;
  readonly counts: readonly number[];
}

/** Metrics that can be told for moments of the past, in the order of the table. */
export const METRICS_WITH_HISTORY: readonly MetricKey[] = [...METRIC_CHANGES.keys()];

interface Draft {
  readonly labels: MetricPoint['labels'];
  readonly total: SeriesValue;
  readonly atMs: number[];
  readonly values: SeriesValue[];
}

/**
 * The past of every series that `totals` has of a metric, folded as it is when there are more than `maxSeries` allows.
 * Holds one value and one moment for each quarter of an hour in which a series grew.
 */
export function metricHistory(
  db: Database,
  metric: MetricKey,
  { totals, maxSeries }: { readonly totals: MetricTotals; readonly maxSeries: number },
): readonly SeriesHistory[] {
  const spec: MetricSpec = METRICS[metric];
  const limit = seriesLimit(spec, maxSeries);
  const all = totals.get(metric) ?? [];
  const labelsOf = shownLabels(all, limit);
  const drafts = new Map<string, Draft>(
    foldSeries(all, limit).points.map(({ labels, value, counts }) => [
      seriesKey(labels),
      { labels, total: seriesValue(value, counts), atMs: [], values: [] },
    ]),
  );
  METRIC_CHANGES.get(metric)?.(db, (slot) => (changed, labels, value, counts) => {
    if (changed !== metric) return;
    const draft = drafts.get(seriesKey(labelsOf(labels)));
    if (draft !== undefined) grow(draft, (slot + 1) * SLOT_MS, seriesValue(value, counts));
  });
  return [...drafts.values()].map(({ labels, total, atMs, values }) => {
    const last = values.at(-1);
    const base = last === undefined ? total : plus(total, last, -1);
    return {
      labels,
      atMs,
      values: isNothing(base) ? values : values.map((value) => plus(value, base)),
      base,
      total,
    };
  });
}

/** A series begins with the first thing that names it, even if that adds nothing to it. */
function grow({ atMs, values }: Draft, endMs: number, by: SeriesValue): void {
  const last = values.at(-1);
  const value = last === undefined ? by : plus(last, by);
  if (atMs.at(-1) === endMs) {
    values[values.length - 1] = value;
  } else if (!isNothing(by) || atMs.length === 0) {
    atMs.push(endMs);
    values.push(value);
  }
}

function seriesValue(value: number, counts: readonly number[] | undefined): SeriesValue {
  return counts === undefined ? value : { sum: value, counts };
}

/** Two values of one series together, or the second taken from the first. */
function plus(value: SeriesValue, by: SeriesValue, sign: 1 | -1 = 1): SeriesValue {
  if (typeof value === 'number' || typeof by === 'number') return Number(value) + sign * Number(by);
  return {
    sum: value.sum + sign * by.sum,
    counts: addCounts(
      value.counts,
      by.counts.map((count) => sign * count),
    ),
  };
}

function isNothing(value: SeriesValue): boolean {
  return typeof value === 'number'
    ? value === 0
    : value.sum === 0 && value.counts.every((count) => count === 0);
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
