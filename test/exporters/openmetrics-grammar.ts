/** A value of a series at one moment. */
export interface Sample {
  /** Unix seconds. */
  readonly at: number;
  readonly value: number;
}

/** A series with all its samples, oldest first. */
export interface TimedSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const TEXT = '(?:[^"\\\\\\n]|\\\\["\\\\n])*';
const REAL = '[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?';
const LABEL = `[a-zA-Z_][a-zA-Z0-9_]*="${TEXT}"`;
const DESCRIPTION = new RegExp(
  `^# (?:(TYPE) (${NAME}) (counter|gauge|histogram)|(UNIT) (${NAME}) ([a-z]+)|(HELP) (${NAME}) (${TEXT}))$`,
);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (${REAL}) (${REAL})$`);
const LABELS = new RegExp(`([a-zA-Z_][a-zA-Z0-9_]*)="(${TEXT})"`, 'g');

/** Name and labels in an order of their own, by which series are told apart. */
export function seriesName({ name, labels }: Pick<TimedSeries, 'name' | 'labels'>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}{${sorted.map(([label, text]) => `${label}=${JSON.stringify(text)}`).join(',')}}`;
}

interface Family {
  readonly name: string;
  readonly type: string;
}

/** What the lines of a family are called, by its type. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

/** One line of a histogram; `point` is what all lines of one moment have in common. */
interface HistogramPart {
  readonly point: string;
  readonly name: string;
  readonly le: string | undefined;
  readonly value: number;
}

const fail = (message: string, line: string): never => {
  throw new Error(`${message}: ${line}`);
};

/**
 * Parses OpenMetrics 1.0 text of counters, gauges and histograms by its grammar and by what the standard says besides: descriptions
 * first, families and series in one piece, time going forwards, counters called `_total` that never fall.
 */
export function parseOpenMetrics(text: string): readonly TimedSeries[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.pop() !== '# EOF') fail('Not the end', text.slice(-40));
  const families = new Map<string, Set<string>>();
  const series = new Map<
    string,
    { name: string; labels: Record<string, string>; samples: Sample[] }
  >();
  const begun = new Set<string>();
  const parts: HistogramPart[] = [];
  let family: Family | undefined;
  let current = '';
  for (const line of lines) {
    if (line.startsWith('#')) {
      family = describe(line, family, families);
      current = '';
      continue;
    }
    const [, name = '', labelText = '', value = '', at = ''] =
      SAMPLE.exec(line) ?? fail('No sample', line);
    if (family === undefined || !PARTS[family.type]?.some((part) => name === family?.name + part))
      fail('Of another family', line);
    const labels = labelsOf(labelText, line);
    const key = seriesName({ name, labels });
    const metric = metricOf(family, labels);
    if (metric !== current && begun.has(metric)) fail('In two pieces', line);
    current = metric;
    begun.add(metric);
    if (family?.type === 'histogram')
      parts.push({ point: `${metric} ${at}`, name, le: labels['le'], value: Number(value) });
    const known = series.get(key) ?? { name, labels, samples: [] };
    series.set(key, known);
    append(known.samples, { at: Number(at), value: Number(value) }, family?.type ?? '', line);
  }
  checkHistograms(parts);
  return [...series.values()];
}

/** All that is told in one piece: a series, or a whole histogram. */
function metricOf(family: Family | undefined, labels: Record<string, string>): string {
  const { le: _le, ...others } = labels;
  const name = family?.name ?? '';
  return seriesName({ name, labels: family?.type === 'histogram' ? others : labels });
}

/** At each moment all buckets by their bounds, none with fewer than the one before, then the sum and the count. */
function checkHistograms(parts: readonly HistogramPart[]): void {
  for (const [point, own] of Map.groupBy(parts, (part) => part.point)) {
    const buckets = own.filter(({ name }) => name.endsWith('_bucket'));
    const order = own.map(({ name }) => name.slice(name.lastIndexOf('_')));
    const wanted = [...buckets.map(() => '_bucket'), '_sum', '_count'];
    if (order.join() !== wanted.join()) fail('Not the parts of a histogram', point);
    const bounds = buckets.map(({ le }) => (le === '+Inf' ? Infinity : Number(le)));
    const isRising = (values: readonly number[]): boolean =>
      values.every((value, index) => value >= (values[index - 1] ?? -Infinity));
    if (bounds.at(-1) !== Infinity || new Set(bounds).size < bounds.length || !isRising(bounds))
      fail('Not the bounds of buckets', point);
    const counts = buckets.map(({ value }) => value);
    if (!isRising(counts) || counts.at(-1) !== own.at(-1)?.value) fail('Not counts', point);
  }
}

function describe(
  line: string,
  family: Family | undefined,
  families: Map<string, Set<string>>,
): Family {
  const match = DESCRIPTION.exec(line) ?? fail('No description', line);
  const [kind, name, value] = match.slice(1).filter((part) => part !== undefined) as [
    string,
    string,
    string,
  ];
  if (kind === 'TYPE') {
    if (families.has(name)) fail('Described twice', line);
    families.set(name, new Set());
    return { name, type: value };
  }
  if (family?.name !== name || families.get(name)?.has(kind) === true) fail('Out of place', line);
  families.get(name)?.add(kind);
  if (kind === 'UNIT' && !name.endsWith(`_${value}`)) fail('Not the unit in the name', line);
  return family as Family;
}

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, label = '', quoted = ''] of text.matchAll(LABELS)) {
    if (Object.hasOwn(labels, label)) fail('A label twice', line);
    labels[label] = quoted.replace(/\\(.)/g, (_, escaped: string) =>
      escaped === 'n' ? '\n' : escaped,
    );
  }
  return labels;
}

function append(samples: Sample[], sample: Sample, type: string, line: string): void {
  const last = samples.at(-1);
  if (last !== undefined && last.at >= sample.at) fail('Back in time', line);
  if (type !== 'gauge' && (sample.value < 0 || sample.value < (last?.value ?? 0)))
    fail('A counter that falls', line);
  samples.push(sample);
}
