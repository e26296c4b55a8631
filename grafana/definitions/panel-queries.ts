/** Every query that the dashboards ask, as Prometheus gets it from Grafana. */
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboards } from './dashboards.ts';
import { FILTER_VARIABLES } from './variables.ts';

/** What stands in place of Grafana's variables. */
export interface Substitutes {
  /** Length of the range, as a duration of PromQL. */
  readonly range: string;
  /** Step of graphs, as a duration of PromQL. */
  readonly interval: string;
  /** Span of rates: at least four scrapes. */
  readonly rateInterval?: string;
  /** Regular expressions in place of the filters; everything where one is left out. */
  readonly filters?: Readonly<Record<string, string>>;
}

/** One query of a panel. */
export interface PanelQuery {
  readonly refId: string;
  /** PromQL without variables. */
  readonly expr: string;
  readonly kind: 'instant' | 'range';
  readonly format: 'time_series' | 'table' | 'heatmap';
  readonly legend: string;
  /** The shortest step that the panel allows, as a duration; none where it is left to Grafana. */
  readonly minStep?: string;
}

/** A panel that asks something. */
export interface QueriedPanel {
  /** Uid of the dashboard. */
  readonly dashboard: string;
  readonly dashboardTitle: string;
  readonly id: number;
  readonly title: string;
  /** Kind of panel, as Grafana names its plugin. */
  readonly type: string;
  /** Unit as Grafana names it. */
  readonly unit: string;
  readonly noValue: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly queries: readonly PanelQuery[];
}

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly format?: PanelQuery['format'];
  readonly legendFormat?: string;
  readonly interval?: string;
}

/** Every panel that has queries, in the order of the dashboards, with variables replaced. */
export function panelQueries(substitutes: Substitutes): readonly QueriedPanel[] {
  return dashboards().flatMap((dashboard) =>
    (dashboard.panels ?? [])
      .filter(hasTargets)
      .map((panel) => queriedPanel(dashboard, panel, substitutes)),
  );
}

/** What Prometheus is asked for the values of a variable, as `label_values(<metric>, <label>)`. */
export function variableQueries(): readonly { readonly name: string; readonly query: string }[] {
  return FILTER_VARIABLES.map(({ name, query }) => ({ name, query }));
}

function hasTargets(panel: Panel | RowPanel): panel is Panel {
  return 'targets' in panel && panel.targets !== undefined && panel.targets.length > 0;
}

function queriedPanel(dashboard: Dashboard, panel: Panel, substitutes: Substitutes): QueriedPanel {
  const { x = 0, y = 0, w = 0, h = 0 } = panel.gridPos ?? {};
  return {
    dashboard: dashboard.uid ?? '',
    dashboardTitle: dashboard.title ?? '',
    id: panel.id ?? 0,
    title: panel.title ?? '',
    type: panel.type,
    unit: panel.fieldConfig?.defaults.unit ?? '',
    noValue: panel.fieldConfig?.defaults.noValue ?? '',
    gridPos: { x, y, w, h },
    queries: ((panel.targets ?? []) as unknown as readonly Target[]).map((target) => ({
      refId: target.refId,
      expr: substituted(target.expr, substitutes),
      kind: target.instant === true ? 'instant' : 'range',
      format: target.format ?? 'time_series',
      legend: target.legendFormat ?? '',
      ...(target.interval === undefined ? {} : { minStep: target.interval }),
    })),
  };
}

/** A query with variables replaced; throws where one is left that nothing is known to replace by. */
export function substituted(
  expr: string,
  { range, interval, rateInterval = '1m', filters = {} }: Substitutes,
): string {
  const values: Readonly<Record<string, string>> = {
    __range: range,
    __interval: interval,
    __rate_interval: rateInterval,
    ...Object.fromEntries(FILTER_VARIABLES.map(({ name }) => [name, filters[name] ?? '.*'])),
  };
  return expr.replaceAll(/\$\{?(\w+)\}?/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Nothing is known to put for $${name}.`);
    return value;
  });
}
