import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AnsweredPanel, seriesName } from '../support/grafana/panel-answers.ts';
import type { PromSpan } from '../support/running-prometheus.ts';

const { resolve } = createRequire(import.meta.url);
const UPLOT = 'uplot/dist/uPlot.iife.min.js';
const UPLOT_CSS = 'uplot/dist/uPlot.min.css';

/** Height of one row of Grafana's grid, in pixels, as Grafana has it. */
export const ROW_PX = 38;
const WIDTH_PX = 1600;
const HEAD_PX = 60;

/** What is drawn of a panel. */
interface DrawnPanel {
  readonly title: string;
  readonly description: string;
  readonly type: string;
  readonly place: AnsweredPanel['panel']['place'];
  readonly unit: string;
  readonly noValue: string;
  readonly isStacked: boolean;
  readonly isBars: boolean;
  readonly text: string;
  readonly series: readonly {
    readonly name: string;
    /** Heading of its column in a table. */
    readonly column: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly points: readonly (readonly [number, number | null])[];
  }[];
}

/** Size of a page in pixels. */
export function pageSize(
  panels: readonly AnsweredPanel[],
): readonly [width: number, height: number] {
  const rows = Math.max(...panels.map(({ panel: { place } }) => place.y + place.h));
  return [WIDTH_PX, HEAD_PX + rows * ROW_PX];
}

/** One dashboard as a page that draws itself, with everything it needs in it. */
export function sheetPage(title: string, panels: readonly AnsweredPanel[], span: PromSpan): string {
  const read = (name: string): string => readFileSync(resolve(name), 'utf8');
  const drawing = readFileSync(new URL('draw.js', import.meta.url), 'utf8');
  const style = readFileSync(new URL('sheet.css', import.meta.url), 'utf8');
  // In a script nothing ends it but a closing tag, and JSON may write that in another way.
  const data = JSON.stringify({ title, span, rowPx: ROW_PX, panels: panels.map(drawnPanel) });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<style>${read(UPLOT_CSS)}\n${style}</style></head>
<body><h1>${escaped(title)}</h1><main></main>
<script>${read(UPLOT)}</script>
<script>const SHEET = ${data.replaceAll('<', String.raw`\u003c`)};\n${drawing}</script>
</body></html>
`;
}

function drawnPanel({ panel, answers }: AnsweredPanel): DrawnPanel {
  const { title, type, place, json } = panel;
  const { unit = 'none', noValue = 'No data', custom = {} } = json.fieldConfig?.defaults ?? {};
  const stacking = custom['stacking'] as { readonly mode?: string } | undefined;
  return {
    title,
    type,
    place,
    unit,
    noValue,
    description: json.description ?? '',
    isStacked: (stacking?.mode ?? 'none') !== 'none',
    isBars: custom['drawStyle'] === 'bars',
    text: typeof json.options?.['content'] === 'string' ? json.options['content'] : '',
    series: answers.flatMap(({ query, series }) =>
      series.map((one) => ({
        name: seriesName(query, one),
        column: query.legend === '' || query.legend.startsWith('__') ? query.refId : query.legend,
        labels: one.labels,
        points: one.points.map(
          ([at, value]) => [at, Number.isFinite(value) ? value : null] as const,
        ),
      })),
    ),
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
