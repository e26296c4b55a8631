import { METRICS, type MetricKey } from '../../../src/rollups/metric-table.ts';
import type { MetricSpec } from '../../../src/rollups/metric-spec.ts';

/** What a histogram is made of in Prometheus. */
export type Part = 'bucket' | 'sum' | 'count';

/** Which series of a metric are meant. */
export interface Selection {
  /** Values of labels: `x` is exactly that; `!x`, `~x` and `!~x` are PromQL's `!=`, `=~` and `!~`. */
  readonly where?: Readonly<Record<string, string>>;
  /** Of a histogram, and only there. */
  readonly part?: Part;
}

/** Variables of a dashboard that filter a label, by label. */
export const FILTERS = { project: 'project', model: 'model', instance: 'host' } as const;

/** Labels that every scraped series has beyond its own. */
const TARGET_LABELS: readonly string[] = ['instance', 'job'];

/** Labels by which a metric can be told apart. */
export function labelsOf(key: MetricKey, part?: Part): readonly string[] {
  const own: readonly string[] = spec(key).labels;
  return [...own, ...TARGET_LABELS, ...(part === 'bucket' ? ['le'] : [])];
}

/** The name of a metric, or of a part of a histogram; throws where the part does not fit the metric. */
export function nameOf(key: MetricKey, part?: Part): string {
  const { name, kind } = spec(key);
  if ((kind === 'histogram') !== (part !== undefined)) {
    throw new Error(`${name} is a ${kind}, so it is not asked for by ${part ?? 'no part'}.`);
  }
  return part === undefined ? name : `${name}_${part}`;
}

/**
 * The series of a metric as PromQL: filtered by the variables for those of its labels that have one, and by `where`.
 * Throws where the metric has no such label.
 */
export function selector(key: MetricKey, { where = {}, part }: Selection = {}): string {
  const labels = labelsOf(key, part);
  requireLabels(key, Object.keys(where), labels);
  const filters = Object.entries(FILTERS)
    .filter(([label]) => labels.includes(label) && !(label in where))
    .map(([label, variable]) => `${label}=~"$${variable}"`);
  const matchers = Object.entries(where).map(([label, value]) => matcher(label, value));
  return `${nameOf(key, part)}{${[...matchers, ...filters].join(',')}}`;
}

/** `by (…)` for labels that the metric has; nothing for none. */
export function grouping(key: MetricKey, by: readonly string[], part?: Part): string {
  requireLabels(key, by, labelsOf(key, part));
  return by.length === 0 ? '' : ` by (${by.join(', ')})`;
}

function spec(key: MetricKey): MetricSpec {
  return METRICS[key];
}

function requireLabels(key: MetricKey, named: readonly string[], has: readonly string[]): void {
  const unknown = named.find((label) => !has.includes(label));
  if (unknown !== undefined) throw new Error(`${nameOfAny(key)} has no label ${unknown}.`);
}

function nameOfAny(key: MetricKey): string {
  return spec(key).name;
}

function matcher(label: string, value: string): string {
  const [, operator = '', text = ''] = /^(!~|!|~)?(.*)$/s.exec(value) ?? [];
  const sign = { '': '=', '!': '!=', '~': '=~', '!~': '!~' }[operator] ?? '=';
  return `${label}${sign}${JSON.stringify(text)}`;
}
