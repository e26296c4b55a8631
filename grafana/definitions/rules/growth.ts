import { COLLECTOR, select } from './selector.ts';

/** The comma-separated labels of each collector and these. */
export const labelList = (...labels: readonly string[]): string =>
  [...COLLECTOR, ...labels].join(', ');

const ON_COLLECTOR = `on (${COLLECTOR.join(', ')})`;

/**
 * How much a counter of the store grew in a span, by collector and `labels`.
 *
 * `increase()` would take a counter that falls by one, since a request turned out to belong elsewhere, for one that began
 * anew, and would add all of it. So it is the difference; a series that the beginning of the span did not have counts
 * from 0, provided that the collector was scraped then, which imported history shows no readiness of, and had been filled.
 * Where it was not, as on a laptop that slept, it is what was added to the least that was seen.
 */
export function storedGrowth(
  selector: string,
  { over, labels = [] }: { readonly over: string; readonly labels?: readonly string[] },
): string {
  const by = `sum by (${labelList(...labels)})`;
  const was = (key: 'requests' | 'ready'): string =>
    `group by (${labelList()}) (${select(key)} offset ${over})`;
  return [
    `(${by} (${selector}) - (${by} (${selector} offset ${over}) or ${by} (${selector}) * 0))`,
    `and ${ON_COLLECTOR} ${was('requests')}`,
    `and ${ON_COLLECTOR} ${was('ready')}`,
    `or ${by} (${selector} - min_over_time(${selector}[${over}]))`,
  ].join('\n');
}

/**
 * How much a counter of the process grew in a span.
 *
 * Such a counter has no series before its first count, which `increase()` does not see. A series that was there less often
 * than the collector was scraped appeared in the span, so all it counts was added in it.
 */
export function processGrowth(selector: string, over: string): string {
  const scrapes = `sum_over_time(${select('up')}[${over}])`;
  return [
    `(${selector} and count_over_time(${selector}[${over}]) < ${ON_COLLECTOR} group_left () ${scrapes})`,
    `or increase(${selector}[${over}])`,
  ].join('\n');
}
