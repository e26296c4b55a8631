/** Panels that are read: tables and texts. */
import {
  FieldTextAlignment,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TextPanel, TextMode } from '@grafana/grafana-foundation-sdk/text';
import { dressed, type AnyPanel, type PanelTraits } from './look.ts';
import { asTable, DATASOURCE } from './target.ts';

/** A table with a column for each label and each query; queries must have the same labels. */
export interface TableTraits extends PanelTraits {
  /** Headings of labels, in order. */
  readonly labels: Readonly<Record<string, string>>;
  /** The column by which it is sorted, largest first. */
  readonly sortBy: string;
  /** Columns shown as bars from 0 to 1. */
  readonly progress?: readonly string[];
}

/** Rows by labels; the legend of a query is the heading of its column. */
export function table(traits: TableTraits): AnyPanel {
  const { queries, labels, sortBy, progress = [] } = traits;
  const panel = dressed(new TablePanel(), traits)
    .datasource(DATASOURCE)
    .targets(queries.map(asTable))
    .align(FieldTextAlignment.Auto)
    .showHeader(true)
    .sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)])
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(Object.keys(labels).map((label, index) => [label, index])),
        renameByName: { ...labels, ...headings(queries) },
      },
    });
  for (const column of progress) {
    panel.overrideByName(column, [
      { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
      { id: 'min', value: 0 },
      { id: 'max', value: 1 },
    ]);
  }
  return panel;
}

/** A text in Markdown. */
export function text(title: string, content: string): AnyPanel {
  return new TextPanel().title(title).mode(TextMode.Markdown).content(content);
}

function headings(queries: PanelTraits['queries']): Record<string, string> {
  return Object.fromEntries(
    queries.map(({ legend = '' }, index) => [
      queries.length === 1 ? 'Value' : `Value #${String.fromCodePoint(65 + index)}`,
      legend,
    ]),
  );
}
