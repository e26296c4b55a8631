/** One series of a metric before it is scaled: labels and a whole number. */
export interface MetricPoint {
  readonly labels: Readonly<Record<string, string>>;
  /** The sum of all values, where it is a histogram. */
  readonly value: number;
  /** Of a histogram: how many values lie in each bucket, the last one being above all bounds. */
  readonly counts?: readonly number[];
}

/** Name that stands for all series that were one too many; also for projects that were. */
export const OTHER = 'other';

/** Name of the project of sessions that name no folder. */
export const UNKNOWN = 'unknown';

const MAX_LABEL_LENGTH = 120;

/** Labels whose values come from closed lists of ours, so that they stay when a series is folded. */
const CLOSED_LABELS = new Set([
  'type',
  'outcome',
  'requester',
  'reason',
  'source',
  'metric',
  'status',
  'error',
  'decision',
  'event_type',
  'kind',
  'seen_by',
  'window',
  'budget',
  'period',
]);

interface Sum {
  readonly labels: MetricPoint['labels'];
  value: number;
  counts?: readonly number[];
}

/**
 * Adds up values under their labels, which are the same ones in the same order each time; what differs only in texts
 * that are too long becomes one.
 */
export function createSeries(): {
  readonly add: (labels: MetricPoint['labels'], value: number, counts?: readonly number[]) => void;
  readonly points: () => readonly MetricPoint[];
} {
  const series = new Map<string, Sum>();
  return {
    add: (given, value, counts) => {
      const labels = withShortTexts(given);
      const key = seriesKey(labels);
      const known = series.get(key);
      if (known === undefined) series.set(key, newSum(labels, value, counts));
      else addTo(known, value, counts);
    },
    points: () => [...series.values()],
  };
}

function newSum(
  labels: MetricPoint['labels'],
  value: number,
  counts: readonly number[] | undefined,
): Sum {
  return counts === undefined ? { labels, value } : { labels, value, counts };
}

function addTo(known: Sum, value: number, counts: readonly number[] | undefined): void {
  known.value += value;
  if (counts !== undefined) known.counts = addCounts(known.counts, counts);
}

/** Counts of buckets together; the same number of buckets each time. */
export function addCounts(
  known: readonly number[] | undefined,
  more: readonly number[],
): readonly number[] {
  return more.map((count, index) => count + (known?.[index] ?? 0));
}

/** At most `limit` series: the first ones as they are, the others folded into `other`; and how many were folded. */
export function foldSeries(
  points: readonly MetricPoint[],
  limit: number,
): { readonly points: readonly MetricPoint[]; readonly folded: number } {
  const kept = keptSeries(points, limit);
  if (kept === points.length) {
    return { points, folded: 0 };
  }
  const isOpen = hasTooManyClosed(points, limit);
  const folds = new Map<string, Sum>();
  for (const { labels, value, counts } of points.slice(kept)) {
    const key = isOpen ? '' : closedKey(labels);
    const fold = folds.get(key);
    if (fold === undefined) folds.set(key, newSum(foldedLabels(labels, isOpen), value, counts));
    else addTo(fold, value, counts);
  }
  return {
    points: [...points.slice(0, kept), ...folds.values()],
    folded: points.length - kept,
  };
}

/** How many series stay as they are. */
function keptSeries(points: readonly MetricPoint[], limit: number): number {
  if (points.length <= limit) {
    return points.length;
  }
  // Folding leaves one series for each combination of closed labels; room is made for as many as there can be.
  return limit - (hasTooManyClosed(points, limit) ? 1 : combinationsIn(points));
}

function combinationsIn(points: readonly MetricPoint[]): number {
  return new Set(points.map(({ labels }) => closedKey(labels))).size;
}

/** Whether closed labels have so many values that they are none of ours, and are folded like the others. */
function hasTooManyClosed(points: readonly MetricPoint[], limit: number): boolean {
  return combinationsIn(points) >= limit;
}

/** The labels that {@link foldSeries} shows a value under, by those it was added with. */
export function shownLabels(
  points: readonly MetricPoint[],
  limit: number,
): (labels: MetricPoint['labels']) => MetricPoint['labels'] {
  const kept = keptSeries(points, limit);
  const isOpen = hasTooManyClosed(points, limit);
  const shown = new Map(
    points.map(({ labels }, index) => [
      seriesKey(labels),
      index < kept ? labels : foldedLabels(labels, isOpen),
    ]),
  );
  return (given) => {
    const labels = withShortTexts(given);
    return shown.get(seriesKey(labels)) ?? labels;
  };
}

/** Tells series of one metric apart. */
export function seriesKey(labels: MetricPoint['labels']): string {
  return Object.values(labels).join('\0');
}

function closedKey(labels: Readonly<Record<string, string>>): string {
  let key = '';
  for (const name in labels) {
    key += CLOSED_LABELS.has(name) ? `\0${labels[name]}` : '';
  }
  return key;
}

function foldedLabels(
  labels: Readonly<Record<string, string>>,
  isOpen: boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, text]) => [
      name,
      CLOSED_LABELS.has(name) && !isOpen ? text : OTHER,
    ]),
  );
}

/**
 * A short name for each project: the last part of its path, or more of it where an older project has that name.
 *
 * Projects come in the order in which they were first seen, so a name once given never moves to another project.
 */
export function projectLabels(
  projects: Iterable<{ readonly id: number; readonly path: string }>,
): ReadonlyMap<number, string> {
  const labels = new Map<number, string>();
  const taken = new Set([OTHER, UNKNOWN]);
  for (const { id, path } of projects) {
    const label = path === '' ? UNKNOWN : freeName(path, taken);
    taken.add(label);
    labels.set(id, label);
  }
  return labels;
}

function freeName(path: string, taken: ReadonlySet<string>): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  for (let length = 1; length <= parts.length; length += 1) {
    const name = shortened(parts.slice(-length).join('/'));
    if (!taken.has(name)) {
      return name;
    }
  }
  return shortened(path);
}

function withShortTexts(
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const isShort = Object.values(labels).every((text) => text.length <= MAX_LABEL_LENGTH);
  return isShort
    ? labels
    : Object.fromEntries(Object.entries(labels).map(([name, text]) => [name, shortened(text)]));
}

function shortened(text: string): string {
  return text.length <= MAX_LABEL_LENGTH ? text : `${text.slice(0, MAX_LABEL_LENGTH - 1)}…`;
}
