/** What a metric is, for its description and for whoever sends it on. */
export interface MetricSpec {
  /** Name in Prometheus; the one in OpenTelemetry is `otelName`. */
  readonly name: string;
  readonly otelName: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Unit as UCUM text. */
  readonly unit: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Whole numbers are kept; the metric shows them divided by this. */
  readonly divisor: number;
  /** Of a histogram: inclusive bounds of its buckets but the last, before they are divided. */
  readonly bounds?: readonly number[];
  /** Read from the store, or known only to the running process. */
  readonly from: 'store' | 'process';
}

/** Money is kept as nano-dollars. */
export const NANO_USD = 1_000_000_000;
/** Times are kept as milliseconds. */
export const MILLISECONDS = 1_000;
/** Parts are kept as hundredths of a percent. */
export const BASIS_POINTS = 10_000;

type Traits = Pick<MetricSpec, 'unit' | 'help'> &
  Partial<Pick<MetricSpec, 'labels' | 'otelName' | 'divisor' | 'from' | 'bounds'>>;

/** A metric that only grows. */
export function counter(name: string, traits: Traits): MetricSpec {
  const otelName = name.replace(/_total$/, '').replace(/^hall_monitor_/, 'hall_monitor.');
  return { name, otelName, kind: 'counter', labels: [], divisor: 1, from: 'store', ...traits };
}

/** A metric that goes up and down. */
export function gauge(name: string, traits: Traits): MetricSpec {
  return { ...counter(name, traits), kind: 'gauge' };
}

/** A metric of how often something was how large. */
export function histogram(name: string, traits: Traits): MetricSpec {
  return { ...counter(name, traits), kind: 'histogram' };
}

/** How many series a metric may have: a histogram writes a line for each bucket, its sum and its count. */
export function seriesLimit({ bounds }: MetricSpec, maxSeries: number): number {
  return bounds === undefined ? maxSeries : Math.floor(maxSeries / (bounds.length + 3));
}
