/**
 * The text format of OpenMetrics 1.0 with a time for each sample, which Prometheus makes blocks of:
 * `promtool tsdb create-blocks-from openmetrics`.
 */
import type { HistogramValue, SeriesValue } from '../../src/rollups/metric-history.ts';
import type { MetricSpec } from '../../src/rollups/metric-spec.ts';

/** What a series was at a moment. */
export interface Sample {
  readonly atMs: number;
  /** As the store keeps it. */
  readonly value: SeriesValue;
}

/** All series of a metric. */
export interface Family {
  readonly spec: MetricSpec;
  readonly series: Iterable<{
    readonly labels: Readonly<Record<string, string>>;
    /** Oldest first. */
    readonly samples: Iterable<Sample>;
  }>;
}

const PIECE_LENGTH = 65_536;
/** Words of OpenMetrics for units, which a name must end with. */
const UNITS: Readonly<Record<string, string>> = { USD: 'usd', s: 'seconds', By: 'bytes' };

/** The text in pieces; families without series have no part in it. */
export function* openMetricsText(families: Iterable<Family>): Generator<string> {
  let text = '';
  for (const { spec, series } of families) {
    let isDescribed = false;
    for (const { labels, samples } of series) {
      text += isDescribed ? '' : description(spec);
      isDescribed = true;
      const lines = linesOf(spec, labels);
      for (const sample of samples) {
        text += lines(sample);
        if (text.length < PIECE_LENGTH) continue;
        yield text;
        text = '';
      }
    }
  }
  yield `${text}# EOF\n`;
}

/** Writes what a series was at a moment; of a histogram all its parts, one after the other. */
function linesOf(
  spec: MetricSpec,
  labels: Readonly<Record<string, string>>,
): (sample: Sample) => string {
  const { name, divisor, bounds = [] } = spec;
  const start = `${name}${labelText(labels)} `;
  const les = [...bounds.map((bound) => String(bound / divisor)), '+Inf'];
  const buckets = les.map((le) => `${name}_bucket${labelText({ ...labels, le })} `);
  const [sum, count] = [`${name}_sum${labelText(labels)} `, `${name}_count${labelText(labels)} `];
  return ({ atMs, value }) => {
    const at = ` ${atMs / 1_000}\n`;
    if (typeof value === 'number') return `${start}${value / divisor}${at}`;
    const reached = runningTotals(value);
    return [
      ...buckets.map((bucket, index) => `${bucket}${reached[index] ?? 0}${at}`),
      `${sum}${value.sum / divisor}${at}`,
      `${count}${reached.at(-1) ?? 0}${at}`,
    ].join('');
  };
}

/** How many values lie in each bucket or below it. */
function runningTotals({ counts }: HistogramValue): readonly number[] {
  let total = 0;
  return counts.map((count) => (total += count));
}

/** Lines that one sample of a metric is. */
export function linesOfSample({ bounds }: MetricSpec): number {
  return bounds === undefined ? 1 : bounds.length + 3;
}

/** A counter's family is called without `_total`. */
function description({ name, kind, unit, help }: MetricSpec): string {
  const family = kind === 'counter' ? name.replace(/_total$/, '') : name;
  const word = UNITS[unit] ?? '';
  const hasUnit = word !== '' && family.endsWith(`_${word}`);
  return [
    `# TYPE ${family} ${kind}\n`,
    hasUnit ? `# UNIT ${family} ${word}\n` : '',
    `# HELP ${family} ${escaped(help)}\n`,
  ].join('');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/** Half of a surrogate pair has no place in UTF-8; it becomes the mark for what is unknown. */
function escaped(text: string): string {
  return text.toWellFormed().replace(/[\\"\n]/g, (character) => ESCAPES[character] ?? character);
}
