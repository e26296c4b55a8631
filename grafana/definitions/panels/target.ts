import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** Where queries go: the data source that the dashboard's variable names. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** History is kept per quarter of an hour, so amounts are not told for less. */
const AMOUNT_STEP = '15m';

/** One query of a panel. */
export interface Query {
  readonly expr: string;
  /** Name of the series or column; `{{label}}` stands for a label. */
  readonly legend?: string;
}

/** Asked once, for the end of the range. */
export function atTheEnd({ expr, legend }: Query, index: number): cog.Builder<cog.Dataquery> {
  return named(expr, legend, index).instant().format(PromQueryFormat.TimeSeries);
}

/** Asked once, as a table. */
export function asTable({ expr, legend }: Query, index: number): cog.Builder<cog.Dataquery> {
  return named(expr, legend, index).instant().format(PromQueryFormat.Table);
}

/** Asked for every step of the range. */
export function overTime({ expr, legend }: Query, index: number): cog.Builder<cog.Dataquery> {
  return named(expr, legend, index).range().format(PromQueryFormat.TimeSeries);
}

/** Asked for every interval, which is never shorter than what history is kept for. */
export function perInterval({ expr, legend }: Query, index: number): cog.Builder<cog.Dataquery> {
  return named(expr, legend, index)
    .range()
    .format(PromQueryFormat.TimeSeries)
    .interval(AMOUNT_STEP);
}

/** Buckets of a histogram for every interval. */
export function bucketsPerInterval({ expr }: Query, index: number): cog.Builder<cog.Dataquery> {
  return named(expr, '{{le}}', index).range().format(PromQueryFormat.Heatmap).interval(AMOUNT_STEP);
}

function named(expr: string, legend: string | undefined, index: number): DataqueryBuilder {
  const query = new DataqueryBuilder()
    .datasource(DATASOURCE)
    .expr(expr)
    .refId(String.fromCodePoint('A'.charCodeAt(0) + index));
  return legend === undefined ? query : query.legendFormat(legend);
}
