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
  `^# (?:(TYPE) (${NAME}) (counter|gauge)|(UNIT) (${NAME}) ([a-z]+)|(HELP) (${NAME}) (${TEXT}))$`,
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

const fail = (message: string, line: string): never => {
  throw new Error(`${message}: ${line}`);
};

/**
 * Parses OpenMetrics 1.0 text of counters and gauges by its grammar and by what the standard says besides: descriptions
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
    if (
      family === undefined ||
      name !== (family.type === 'counter' ? `${family.name}_total` : family.name)
    )
      fail('Of another family', line);
    const labels = labelsOf(labelText, line);
    const key = seriesName({ name, labels });
    if (key !== current && series.has(key)) fail('In two pieces', line);
    current = key;
    const known = series.get(key) ?? { name, labels, samples: [] };
    series.set(key, known);
    append(known.samples, { at: Number(at), value: Number(value) }, family?.type ?? '', line);
  }
  return [...series.values()];
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
  if (type === 'counter' && (sample.value < 0 || sample.value < (last?.value ?? 0)))
    fail('A counter that falls', line);
  samples.push(sample);
}
