import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { substituted, type Substitutes } from '../../../grafana/definitions/panel-queries.ts';

/** Where dashboards lie as Grafana reads them. */
export const DASHBOARDS = fileURLToPath(new URL('../../../grafana/dashboards/', import.meta.url));

/** One query of a panel, with the variables of Grafana filled in. */
export interface PanelQuery {
  readonly refId: string;
  readonly expr: string;
  readonly isInstant: boolean;
  /** Text with `{{label}}` in it, `__auto`, or ''. */
  readonly legend: string;
}

/** Where a panel stands, in a grid of 24 columns. */
export interface GridPlace {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A panel as it stands in a dashboard's file; what it looks like is in `json`. */
export interface Panel {
  readonly dashboard: string;
  readonly title: string;
  readonly type: string;
  readonly place: GridPlace;
  readonly queries: readonly PanelQuery[];
  readonly json: PanelJson;
}

/** What of a panel's JSON is looked at here. */
export interface PanelJson {
  readonly title?: string;
  readonly type: string;
  readonly description?: string;
  readonly gridPos: GridPlace;
  readonly fieldConfig?: {
    readonly defaults?: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly decimals?: number;
      readonly custom?: Readonly<Record<string, unknown>>;
    };
  };
  readonly options?: Readonly<Record<string, unknown>>;
  readonly targets?: readonly TargetJson[];
  readonly panels?: readonly PanelJson[];
}

interface TargetJson {
  readonly refId: string;
  readonly expr?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly legendFormat?: string;
}

/** A dashboard's file. */
export interface Dashboard {
  readonly file: string;
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Every dashboard that is shipped. */
export function readDashboards(substitutes: Substitutes): readonly Dashboard[] {
  return readdirSync(DASHBOARDS)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => readDashboard(file, substitutes));
}

function readDashboard(file: string, substitutes: Substitutes): Dashboard {
  const { uid, title, panels } = JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8')) as {
    uid: string;
    title: string;
    panels: readonly PanelJson[];
  };
  return {
    file,
    uid,
    title,
    panels: panels
      .flatMap((panel) => [panel, ...(panel.panels ?? [])])
      .map((json) => ({
        dashboard: title,
        title: json.title ?? '',
        type: json.type,
        place: json.gridPos,
        queries: (json.targets ?? []).map((target) => queryOf(target, substitutes)),
        json,
      })),
  };
}

function queryOf(
  { refId, expr = '', instant = false, range, legendFormat = '' }: TargetJson,
  substitutes: Substitutes,
): PanelQuery {
  return {
    refId,
    expr: substituted(expr, substitutes),
    isInstant: instant && range !== true,
    legend: legendFormat,
  };
}
