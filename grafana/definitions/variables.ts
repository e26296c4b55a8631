import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { nameOf } from './promql/selector.ts';
import { DATASOURCE } from './panels/target.ts';

/** A variable whose values are those of a label. */
export interface FilterVariable {
  readonly name: string;
  readonly label: string;
  /** What Prometheus is asked for. */
  readonly query: string;
}

/** Every filter there is; a dashboard has those that its queries use. */
export const FILTER_VARIABLES: readonly FilterVariable[] = [
  {
    name: 'project',
    label: 'Project',
    query: `label_values(${nameOf('requests')}, project)`,
  },
  { name: 'model', label: 'Model', query: `label_values(${nameOf('requests')}, model)` },
  { name: 'host', label: 'Host', query: `label_values(${nameOf('ready')}, instance)` },
];

/** The data source and the filters that are used in any of some queries. */
export function variablesFor(
  expressions: readonly string[],
): readonly cog.Builder<VariableModel>[] {
  const used = FILTER_VARIABLES.filter(({ name }) =>
    expressions.some((expression) => expression.includes(`$${name}`)),
  );
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    ...used.map(filterVariable),
  ];
}

function filterVariable({ name, label, query }: FilterVariable): cog.Builder<VariableModel> {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: 'All', value: '$__all' })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc);
}
