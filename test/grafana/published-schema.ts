import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

interface PanelShape {
  readonly title?: string;
  readonly type: string;
  readonly options?: unknown;
  readonly fieldConfig?: { readonly defaults?: { readonly custom?: unknown } };
  readonly targets?: readonly unknown[];
}

const PANELS = ['stat', 'gauge', 'bargauge', 'table', 'timeseries', 'heatmap', 'text'];
const WITH_FIELDS = new Set(['table', 'timeseries', 'heatmap']);

const ANYTHING = [
  ['MatcherConfig', 'options'],
  ['DynamicConfigValue', 'value'],
] as const;

const ajv = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  keywords: ['x-deprecation-message'],
  formats: { 'date-time': true },
});
for (const name of ['dashboard', 'prometheus', ...PANELS]) {
  ajv.addSchema(published(name), name);
}

/** What Grafana's published schemas have against a dashboard, its panels and its queries. */
export function faultsOf(dashboard: unknown): readonly string[] {
  const { panels = [] } = dashboard as { readonly panels?: readonly PanelShape[] };
  return [
    ...against('dashboard', dashboard, 'dashboard'),
    ...panels.filter(({ type }) => type !== 'row').flatMap(faultsOfPanel),
  ];
}

function faultsOfPanel(panel: PanelShape): readonly string[] {
  const { title = '', type, options, targets = [] } = panel;
  if (!PANELS.includes(type)) return [`${title}: no schema of ${type} is here`];
  const custom = panel.fieldConfig?.defaults?.custom;
  return [
    ...against(`${type}#/definitions/Options`, options, title),
    ...(custom === undefined || !WITH_FIELDS.has(type)
      ? []
      : against(`${type}#/definitions/FieldConfig`, custom, title)),
    ...targets.flatMap((target) => against('prometheus', target, title)),
  ];
}

function against(schema: string, value: unknown, what: string): readonly string[] {
  const check: ValidateFunction | undefined = ajv.getSchema(schema);
  if (check === undefined) throw new Error(`There is no schema ${schema}.`);
  if (check(value)) return [];
  return (check.errors ?? []).map(
    ({ instancePath, message = '' }) => `${what}${instancePath}: ${message}`,
  );
}

/**
 * A schema as it is published. Only what is `any` in Grafana's own sources is put right: the JSON schema made of it says
 * object, though the name that a matcher compares with is text, as is a unit that is overridden.
 */
function published(name: string): object {
  const file = new URL(`../fixtures/grafana/${name}.jsonschema.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, 'utf8')) as {
    definitions: Record<string, { properties?: Record<string, unknown> }>;
  };
  for (const [definition, property] of ANYTHING) {
    const { properties } = schema.definitions[definition] ?? {};
    if (properties !== undefined) properties[property] = {};
  }
  return schema;
}
