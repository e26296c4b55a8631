/**
 * Amounts over a span of time. Our counters go on over restarts and are sums of everything that was ever recorded, so
 * the amount is the difference of two values and exact. `increase()` guesses what lies between samples and the edges of
 * the span, leaves out what a series begins with, and takes a store that was made anew for a restart.
 */
import { METRICS_WITH_HISTORY } from '../../../src/rollups/metric-history.ts';
import { METRICS, type MetricKey } from '../../../src/rollups/metric-table.ts';
import { grouping, selector, type Selection } from './selector.ts';

/** What amount is asked for. */
export interface Amount extends Selection {
  /** Labels by which it is split. */
  readonly by?: readonly string[];
  /** The span: a variable of Grafana or a duration. */
  readonly over?: string;
}

/**
 * How far back a value is looked for. Imported history has a sample where something changes and at the beginning of
 * each day, which is at most 25 hours long.
 */
const LOOK_BACK = '25h';

/** The whole range of the dashboard. */
export const RANGE = '$__range';
/** One step of a graph. */
export const INTERVAL = '$__interval';

/**
 * How much a metric grew over a span, by labels. Where Prometheus knew nothing yet at the beginning of the span: the
 * growth from the first to the last sample it has.
 */
export function grown(key: MetricKey, amount: Amount = {}): string {
  if (METRICS[key].from === 'process') {
    throw new Error(
      `${METRICS[key].name} begins anew with each process: ask for what was counted.`,
    );
  }
  const { by = [], over = RANGE, part } = amount;
  const series = selector(key, amount);
  const sum = `sum${grouping(key, by, part)}`;
  const end = `${sum} (last_over_time(${series}[${LOOK_BACK}]))`;
  const start = `${sum} (last_over_time(${series}[${LOOK_BACK}] offset ${over}))`;
  const seen = `${sum} (last_over_time(${series}[${over}]) - min_over_time(${series}[${over}]))`;
  const known = knownBefore(key, over);
  return `((${end} - (${start} or ${end} * 0)) and on () (${known})) or (${seen} unless on () (${known}))`;
}

/**
 * How much a counter of the running process grew over a span, by labels. It begins anew with each process, so it is
 * Prometheus's own `increase()`, which knows that and guesses a little at the edges.
 */
export function counted(key: MetricKey, amount: Amount = {}): string {
  const { by = [], over = RANGE, part } = amount;
  return `sum${grouping(key, by, part)} (increase(${selector(key, amount)}[${over}]))`;
}

/** How much it grew over the span before; nothing where Prometheus did not know it at that span's beginning. */
export function grownBefore(key: MetricKey, amount: Amount = {}): string {
  const { by = [], over = RANGE, part } = amount;
  const series = selector(key, amount);
  const sum = `sum${grouping(key, by, part)}`;
  const end = `${sum} (last_over_time(${series}[${LOOK_BACK}] offset ${over}))`;
  const start = evenEarlier(end, over);
  const known = evenEarlier(knownBefore(key, over), over);
  return `(${end} - (${start} or ${end} * 0)) and on () (${known})`;
}

/** How much more it grew than over the span before, as a part of that; nothing where that was nothing or is unknown. */
export function comparedWithBefore(key: MetricKey, amount: Amount = {}): string {
  return `(${grown(key, amount)}) / ((${grownBefore(key, amount)}) > 0) - 1`;
}

/** Whether totals were known at the beginning of a span: scraped when all was read, or imported. */
function knownBefore(key: MetricKey, over: string): string {
  const scraped = `group(last_over_time(${selector('ready')}[${LOOK_BACK}] offset ${over}) == 1)`;
  if (!METRICS_WITH_HISTORY.includes(key)) return scraped;
  // Whatever the model or project: one that came later grew from nothing.
  const imported = selector('requests', { where: { project: '~.*', model: '~.*' } });
  return `${scraped} or group(last_over_time(${imported}[${LOOK_BACK}] offset ${over}))`;
}

/** PromQL cannot add durations; what is already offset is put into a subquery that is offset once more. */
function evenEarlier(expression: string, over: string): string {
  return `last_over_time((${expression})[2s:1s] offset ${over})`;
}
