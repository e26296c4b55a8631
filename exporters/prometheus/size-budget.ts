import type { MetricReading } from '../../src/rollups/metric-readings.ts';
import type { MetricPoint } from '../../src/rollups/metric-series.ts';

/** What one scrape may be large; 1 MB with what is not reckoned exactly. */
const MAX_BYTES = 950_000;
/** However large a scrape is, a metric keeps so many series. */
const FEWEST_SERIES = 10;
/** The longest number and its line's end. */
const VALUE_BYTES = 24;

/**
 * Reads all metrics with as many series each as fit into a scrape: `from`, or half of it, or half of that; and how many
 * these are. The next scrape is to begin with as many: or series would come and go, and whoever watches them would take
 * that for counters that begin anew.
 *
 * @param read All metrics with at most so many series each.
 */
export function readWithinBudget(
  read: (maxSeries: number) => readonly MetricReading[],
  from: number,
  maxBytes = MAX_BYTES,
): { readonly readings: readonly MetricReading[]; readonly fits: number } {
  let limit = from;
  let readings = read(limit);
  while (limit > FEWEST_SERIES && expositionBytes(readings, limit) > maxBytes) {
    do limit = Math.max(FEWEST_SERIES, Math.floor(limit / 2));
    while (limit > FEWEST_SERIES && expositionBytes(readings, limit) > maxBytes);
    readings = read(limit);
  }
  return { readings, fits: limit };
}

/** About how many bytes the text has with the first `limit` series of each metric; rather more than less. */
function expositionBytes(readings: readonly MetricReading[], limit: number): number {
  let bytes = 0;
  for (const { spec, points } of readings) {
    bytes += 2 * spec.name.length + spec.help.length + 40;
    const lines = spec.kind === 'histogram' ? (spec.bounds?.length ?? 0) + 3 : 1;
    const rest = spec.name.length + VALUE_BYTES + (lines > 1 ? 28 : 0);
    for (const point of points.slice(0, limit)) bytes += lines * (rest + labelBytes(point));
  }
  return bytes;
}

function labelBytes({ labels }: MetricPoint): number {
  let bytes = 2;
  for (const name in labels) {
    // JSON escapes what Prometheus escapes, and some more.
    bytes += name.length + 2 + Buffer.byteLength(JSON.stringify(labels[name]));
  }
  return bytes;
}
