import type { PromSeries, PromSpan, RunningPrometheus } from '../running-prometheus.ts';
import type { Panel, PanelQuery } from './dashboard-panels.ts';

/** What Prometheus answers to one query of a panel; an instant query has one point for each series. */
export interface QueryAnswer {
  readonly query: PanelQuery;
  readonly series: readonly PromSeries[];
}

/** A panel with what would be shown in it. */
export interface AnsweredPanel {
  readonly panel: Panel;
  readonly answers: readonly QueryAnswer[];
}

/** Asks everything that a panel asks. Rejects with what Prometheus says of a query that it refuses. */
export async function askPanel(
  prometheus: RunningPrometheus,
  panel: Panel,
  span: PromSpan,
): Promise<AnsweredPanel> {
  const answers: QueryAnswer[] = [];
  for (const query of panel.queries)
    answers.push({ query, series: await askQuery(prometheus, query, span) });
  return { panel, answers };
}

async function askQuery(
  prometheus: RunningPrometheus,
  { expr, isInstant }: PanelQuery,
  span: PromSpan,
): Promise<readonly PromSeries[]> {
  if (!isInstant) return await prometheus.range(expr, span);
  const values = await prometheus.instant(expr, span.end);
  return values.map(({ labels, value }) => ({ labels, points: [[span.end, value] as const] }));
}

/** What a series is called in a legend, as Grafana does it. */
export function seriesName({ legend }: PanelQuery, { labels }: PromSeries): string {
  if (legend !== '' && legend !== '__auto')
    return legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '');
  const own = Object.entries(labels).filter(([name]) => name !== '__name__');
  return own.length === 1 ? String(own[0]?.[1]) : JSON.stringify(Object.fromEntries(own));
}
