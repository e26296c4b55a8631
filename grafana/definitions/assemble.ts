import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  RowBuilder,
  type RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { AnyPanel } from './panels/look.ts';
import { variablesFor } from './variables.ts';

/** Width of Grafana's grid. */
export const GRID_WIDTH = 24;

/** The tag by which the dashboards find each other. */
const TAG = 'hall-monitor';

/** Panels beside each other, of one height, with their widths. */
export interface Line {
  readonly height: number;
  readonly cells: readonly (readonly [width: number, panel: AnyPanel])[];
}

/** A part of a dashboard under a heading. */
export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** A dashboard as it is written down here. */
export interface DashboardDefinition {
  /** Its uid is `hall-monitor-` and this. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Beginning of the range that is shown first. */
  readonly from: string;
  readonly sections: readonly Section[];
}

/** A line of panels that share the width evenly. */
export function evenly(height: number, ...panels: readonly AnyPanel[]): Line {
  return { height, cells: panels.map((panel) => [GRID_WIDTH / panels.length, panel]) };
}

/** A line of panels with widths that add up to 24. */
export function line(height: number, ...cells: Line['cells']): Line {
  return { height, cells };
}

/** A definition as Grafana's JSON model; throws where a line does not fill the grid. */
export function assemble(definition: DashboardDefinition): Dashboard {
  const { name, title, description, from, sections } = definition;
  const dashboard = new DashboardBuilder(title)
    .uid(`hall-monitor-${name}`)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .editable()
    .refresh('30s')
    .time({ from, to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Hall Monitor')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(true),
    )
    .build();
  const panels = placed(sections);
  const variables = variablesFor(panels.flatMap(expressionsOf));
  return {
    ...dashboard,
    panels,
    templating: { list: variables.map((variable) => variable.build()) },
  };
}

/** The queries of a panel. */
export function expressionsOf(panel: Panel | RowPanel): readonly string[] {
  const targets = 'targets' in panel ? (panel.targets ?? []) : [];
  return (targets as readonly { readonly expr?: string }[]).flatMap(({ expr }) => expr ?? []);
}

function placed(sections: readonly Section[]): (Panel | RowPanel)[] {
  const panels: (Panel | RowPanel)[] = [];
  let y = 0;
  for (const { title, lines } of sections) {
    const place = { x: 0, y, w: GRID_WIDTH, h: 1 };
    panels.push(
      new RowBuilder(title)
        .id(panels.length + 1)
        .gridPos(place)
        .build(),
    );
    y += 1;
    for (const { height, cells } of lines) {
      let x = 0;
      for (const [w, panel] of cells) {
        const { length } = panels;
        panels.push(
          panel
            .id(length + 1)
            .gridPos({ x, y, w, h: height })
            .build(),
        );
        x += w;
      }
      if (x !== GRID_WIDTH) throw new Error(`A line of "${title}" is ${x} wide.`);
      y += height;
    }
  }
  return panels;
}
