import { readFileSync } from 'node:fs';
import { Ajv, type AnySchema } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  grafanaFile,
  type ProvisionedRule,
} from '../../grafana/definitions/rules/grafana-rules.ts';
import { ALERT_GROUPS, ALERTS } from '../../grafana/definitions/rules/list.ts';

interface Provisioning {
  readonly apiVersion: number;
  readonly groups: readonly {
    readonly orgId: number;
    readonly name: string;
    readonly folder: string;
    readonly interval: string;
    readonly rules: readonly ProvisionedRule[];
  }[];
}

const schema = JSON.parse(
  readFileSync(new URL('../fixtures/grafana/alerting.jsonschema.json', import.meta.url), 'utf8'),
) as AnySchema;
// The schema names formats that are of no matter to rules that nobody has stored yet.
const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
  schema,
);
const provisioning = parse(grafanaFile()) as Provisioning;
const rules = provisioning.groups.flatMap((group) =>
  group.rules.map((rule) => ({
    ...rule,
    folderUID: group.folder,
    orgID: group.orgId,
    ruleGroup: group.name,
  })),
);

describe('what is provisioned for Grafana', () => {
  it('has the groups of the list in one folder', () => {
    expect(provisioning.apiVersion).toBe(1);
    expect(provisioning.groups.map(({ name }) => name)).toEqual(
      ALERT_GROUPS.map(({ name }) => name),
    );
    expect(new Set(provisioning.groups.map(({ folder }) => folder))).toEqual(
      new Set(['Hall Monitor']),
    );
    expect(rules.map(({ title }) => title)).toEqual(ALERTS.map(({ name }) => name));
  });

  it.each(rules)('is a rule by the schema that Grafana publishes: $title', (rule) => {
    expect([validate(rule), validate.errors]).toEqual([true, null]);
  });

  it('is seen by that schema where it is wrong', () => {
    expect(validate({ ...rules[0], noDataState: 'Fine' })).toBe(false);
    expect(validate({ ...rules[0], uid: 'x'.repeat(41) })).toBe(false);
    expect(validate({ ...rules[0], condition: undefined, whether: 'B' })).toBe(false);
  });

  it.each(rules)('asks for one value and compares it: $title', ({ data, condition }) => {
    expect(condition).toBe('B');
    expect(data).toMatchObject([
      { refId: 'A', datasourceUid: 'hall-monitor-prometheus', model: { instant: true } },
      { refId: 'B', datasourceUid: '__expr__', model: { type: 'threshold', expression: 'A' } },
    ]);
  });

  it('has uids of its own, and no text that Grafana would not fill in', () => {
    expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
    expect(JSON.stringify(rules.map(({ annotations }) => annotations))).not.toContain('$value ');
  });

  it('tells once that Prometheus does not answer', () => {
    const telling = rules.filter(({ execErrState }) => execErrState !== 'KeepLast');
    expect(telling.map(({ title }) => title)).toEqual(['HallMonitorDown']);
  });
});
