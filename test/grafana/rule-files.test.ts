import { describe, expect, it } from 'vitest';
import { ALERTS, RECORDINGS } from '../../grafana/definitions/rules/list.ts';
import { RULE_FILES } from '../../grafana/definitions/rules/files.ts';
import { conditionOf } from '../../grafana/definitions/rules/rule-files.ts';
import { byName, inPlace } from '../../grafana/definitions/rules/rule.ts';
import { select } from '../../grafana/definitions/rules/selector.ts';
import type { MetricSpec } from '../../src/rollups/metric-spec.ts';
import { METRICS } from '../../src/rollups/metric-table.ts';
import { alertsPage } from './alerts-page.ts';

const ofScrape = new Set(['up', 'scrape_duration_seconds']);
const recorded = new Set(RECORDINGS.map(({ name }) => name));
const specs = new Map(Object.values<MetricSpec>(METRICS).map((spec) => [spec.name, spec]));
const expressions = [
  ...ALERTS.map((alert) => [alert.name, conditionOf(alert)] as const),
  ...ALERTS.map((alert) => [`${alert.name} in Grafana`, alert.value(inPlace)] as const),
  ...RECORDINGS.map(({ name, expr }) => [name, expr] as const),
];

/** Every name of a metric in a query with the labels it is chosen by. */
const selectorsIn = (query: string): readonly (readonly [name: string, labels: string[]])[] =>
  [
    ...query.matchAll(
      /\b((?:hall_monitor|process|scrape)_\w+|hall_monitor:[\w:]+|up)\b(\{[^}]*\})?/g,
    ),
  ].map(([, name = '', labels = '']) => [
    name,
    [...labels.matchAll(/(\w+)(?:=~|!=|!~|=)/g)].map(([, label = '']) => label),
  ]);

describe('the rules', () => {
  it.each(RULE_FILES)('stand in $path as they are defined', async ({ path, text }) => {
    await expect(text()).toMatchFileSnapshot(`../../${path}`);
  });

  it('are described in docs/alerts.md as they are defined', async () => {
    await expect(alertsPage()).toMatchFileSnapshot('../../docs/alerts.md');
  });

  it.each(expressions)('choose what there is, by labels it has: %s', (_, query) => {
    const selectors = selectorsIn(query);
    expect(selectors).not.toEqual([]);
    for (const [name, labels] of selectors) {
      expect([name, specs.has(name) || ofScrape.has(name) || recorded.has(name)]).toEqual([
        name,
        true,
      ]);
      const known = specs.get(name)?.labels;
      if (known !== undefined) expect(known).toEqual(expect.arrayContaining(labels));
    }
  });

  it('refuse a label that a metric does not have', () => {
    expect(() => select('cost', { tool: 'Bash' })).toThrow(
      'hall_monitor_cost_usd_total has no label tool.',
    );
  });

  it('record nothing that no other rule, dashboard or reader could name', () => {
    for (const { name, help } of RECORDINGS) {
      expect(name).toMatch(/^hall_monitor:\w+:\w+$/);
      expect(help).toMatch(/\.$/);
    }
  });

  it('have names and uids of their own that Grafana takes', () => {
    const names = ALERTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => /^HallMonitor[A-Z][A-Za-z]+$/.test(name))).toBe(true);
  });

  it('name only labels that their value can have', () => {
    for (const { name, summary, description, value } of ALERTS) {
      const named = [...`${summary} ${description}`.matchAll(/\$labels\.(\w+)/g)].map(
        ([, label = '']) => label,
      );
      const known = selectorsIn(value(inPlace)).flatMap(
        ([metric]) => specs.get(metric)?.labels ?? [],
      );
      expect([name, [...known, 'job', 'instance']]).toEqual([name, expect.arrayContaining(named)]);
    }
  });

  it('give Grafana nothing that only a rule file of Prometheus knows', () => {
    const given = ALERTS.filter((alert) => alert.value(byName) !== alert.value(inPlace));
    expect(given.map(({ name }) => name)).toEqual(['HallMonitorToolFails']);
    for (const alert of ALERTS) expect(alert.value(inPlace)).not.toMatch(/hall_monitor:/);
  });
});
