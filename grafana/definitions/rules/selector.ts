import { JOB } from '../promql/prometheus-own.ts';
import { METRICS, type MetricKey } from '../../../src/rollups/metric-table.ts';

/** What Prometheus itself knows of each scrape. */
const SCRAPE_METRICS = {
  up: 'up',
  scrapeDuration: 'scrape_duration_seconds',
} as const;

/** Labels that tell one collector from another. */
export const COLLECTOR = ['job', 'instance'] as const;

/** Short name of a metric of ours or of the scrape. */
export type RuleMetric = MetricKey | keyof typeof SCRAPE_METRICS;

/** Values that a label may have; a list means any of them. */
type Matchers = Readonly<Record<string, string | readonly string[]>>;

const isScrapeMetric = (metric: RuleMetric): metric is keyof typeof SCRAPE_METRICS =>
  metric in SCRAPE_METRICS;

/** Text of an instant selector; throws where the metric has no such label. */
export function select(metric: RuleMetric, matchers: Matchers = {}): string {
  if (isScrapeMetric(metric)) {
    return `${SCRAPE_METRICS[metric]}{job="${JOB}"}`;
  }
  const { name, labels } = METRICS[metric];
  const unknown = Object.keys(matchers).find((label) => !labels.includes(label));
  if (unknown !== undefined) throw new Error(`${name} has no label ${unknown}.`);
  const texts = Object.entries(matchers).map(([label, value]) =>
    typeof value === 'string' ? `${label}="${value}"` : `${label}=~"${value.join('|')}"`,
  );
  return texts.length === 0 ? name : `${name}{${texts.join(',')}}`;
}
