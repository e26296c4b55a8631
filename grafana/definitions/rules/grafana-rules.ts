import type { Query, Rule } from '@grafana/grafana-foundation-sdk/alerting';
import type { TypeThreshold } from '@grafana/grafana-foundation-sdk/expr';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import { ALERT_GROUPS } from './list.ts';
import { inPlace, type Alert } from './rule.ts';
import { runbookOf } from './rule-files.ts';
import { yamlText } from './yaml-text.ts';

/** Uid of the provisioned data source. */
const DATASOURCE = 'hall-monitor-prometheus';
const FOLDER = 'Hall Monitor';

type Provisioned<T> = Omit<T, '_implementsDataqueryVariant'>;

/** A rule as a provisioning file has it: folder and group are those of the list it stands in. */
export type ProvisionedRule = Omit<Rule, 'data' | 'folderUID' | 'orgID' | 'ruleGroup'> & {
  readonly data: readonly (Omit<Query, 'model'> & {
    readonly model: Provisioned<Dataquery> | Provisioned<TypeThreshold>;
  })[];
};

/** Short enough for a uid, which may have 40 characters. */
const uidOf = (name: string): string =>
  name
    .replace(/^HallMonitor/, 'hall-monitor')
    .replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Prometheus calls the value of an alert `$value`; in Grafana that is a text about all queries. */
const inGrafana = (text: string): string => text.replaceAll('$value', '$values.A.Value');

function valueQuery(alert: Alert): ProvisionedRule['data'][number] {
  return {
    refId: 'A',
    relativeTimeRange: { from: 600, to: 0 },
    datasourceUid: DATASOURCE,
    model: {
      refId: 'A',
      datasource: { type: 'prometheus', uid: DATASOURCE },
      expr: alert.value(inPlace),
      instant: true,
      range: false,
    },
  };
}

function threshold({ fires }: Alert): ProvisionedRule['data'][number] {
  const evaluator =
    'above' in fires
      ? { type: 'gt' as const, params: [fires.above] }
      : { type: 'lt' as const, params: [fires.below] };
  return {
    refId: 'B',
    datasourceUid: '__expr__',
    model: {
      refId: 'B',
      datasource: { type: '__expr__', uid: '__expr__' },
      type: 'threshold',
      expression: 'A',
      conditions: [{ evaluator }],
    },
  };
}

/** An alert as Grafana evaluates it itself. */
export function grafanaRule(alert: Alert): ProvisionedRule {
  return {
    uid: uidOf(alert.name),
    title: alert.name,
    condition: 'B',
    data: [valueQuery(alert), threshold(alert)],
    // Most values exist only where there is something to decide, so none is what all is well looks like.
    noDataState: 'OK',
    execErrState: alert.tellsOfFailedQueries === true ? 'Error' : 'KeepLast',
    for: `${alert.forMinutes}m`,
    labels: { severity: alert.severity },
    annotations: {
      summary: inGrafana(alert.summary),
      description: inGrafana(alert.description),
      runbook: runbookOf(alert),
    },
    isPaused: false,
  };
}

/** Provisioning file of all alerts. */
export function grafanaFile(): string {
  const groups = ALERT_GROUPS.map(({ name, alerts }) => ({
    orgId: 1,
    name,
    folder: FOLDER,
    interval: '1m',
    rules: alerts.map(grafanaRule),
  }));
  return yamlText({ apiVersion: 1, groups });
}
