import type { MetricKey } from '../../../src/rollups/metric-table.ts';
import { grown, INTERVAL, type Amount } from './grown.ts';
import { grouping, selector, type Selection } from './selector.ts';

/** A reading of a gauge. */
export interface Reading extends Selection {
  readonly by?: readonly string[];
  /** How several hosts or projects become one; they are added up where nothing is said. */
  readonly join?: 'sum' | 'max' | 'min';
}

/** What a metric is at the moment, by labels. */
export function current(key: MetricKey, reading: Reading = {}): string {
  const { by = [], join = 'sum', part } = reading;
  return `${join}${grouping(key, by, part)} (${selector(key, reading)})`;
}

/** How fast a metric of the running process grows per second, by labels; only where no exact amount is needed. */
export function perSecond(key: MetricKey, amount: Amount = {}): string {
  const { by = [], over = '$__rate_interval', part } = amount;
  return `sum${grouping(key, by, part)} (rate(${selector(key, amount)}[${over}]))`;
}

/** The value below which a part of what a histogram counted lies, within its buckets' bounds; nothing where it is empty. */
export function quantile(part: number, key: MetricKey, amount: Amount = {}): string {
  const by = ['le', ...(amount.by ?? [])];
  const buckets = grown(key, { over: INTERVAL, ...amount, by, part: 'bucket' });
  return `histogram_quantile(${part}, ${buckets}) >= 0`;
}

/** One amount as a part of another; nothing where that is nothing. */
export function share(part: string, whole: string): string {
  return `(${part}) / ((${whole}) > 0)`;
}

/**
 * Zero where nothing was counted yet, which is true of counters whose series appear with their first count, as long as
 * there is a collector to say so.
 */
export function orZero(expression: string): string {
  return `(${expression}) or 0 * max(${selector('ready')})`;
}

/** The largest so many, by value. */
export function top(count: number, expression: string): string {
  return `topk(${count}, ${expression})`;
}

/** Only what is more than nothing. */
export function positive(expression: string): string {
  return `(${expression}) > 0`;
}
