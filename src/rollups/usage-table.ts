import {
  NO_USAGE,
  addUsage,
  isNoUsage,
  usageFigures,
  type UsageFigures,
  type UsageSums,
} from './usage-figures.ts';

/** Rows and their sum, ready for the public. */
export interface UsageTable<K extends string> {
  readonly rows: readonly ({ readonly [key in K]: string } & UsageFigures)[];
  readonly totals: UsageFigures;
}

/** Named sums as a table, in the order given; those of nothing have no row. */
export function usageTable<K extends string>(
  key: K,
  named: readonly (readonly [string, UsageSums])[],
): UsageTable<K> {
  const rows = named
    .filter(([, sums]) => !isNoUsage(sums))
    .map(
      ([name, sums]) => ({ [key]: name, ...usageFigures(sums) }) as UsageTable<K>['rows'][number],
    );
  const totals = named.reduce((sum, [, usage]) => addUsage(sum, usage), NO_USAGE);
  return { rows, totals: usageFigures(totals) };
}

/** Orders by the first of each pair, by code units. */
export function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : Number(a[0] > b[0]);
}
