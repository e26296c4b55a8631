import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  panelQueries,
  substituted,
  variableQueries,
} from '../../grafana/definitions/panel-queries.ts';
import { counted, grown } from '../../grafana/definitions/promql/grown.ts';
import { OWN_NAMES } from '../../grafana/definitions/promql/prometheus-own.ts';
import { grouping, selector } from '../../grafana/definitions/promql/selector.ts';
import { METRICS } from '../../src/rollups/metric-table.ts';
import type { MetricSpec } from '../../src/rollups/metric-spec.ts';
import { needs } from '../support/offers.ts';

/** Metrics that no panel shows, and why. */
const NOT_SHOWN: Readonly<Record<string, string>> = {};

const substitutes = { range: '24h', interval: '15m' };
const asked = panelQueries(substitutes).flatMap(({ dashboard, title, queries }) =>
  queries.map(({ expr }) => ({ where: `${dashboard}: ${title}`, expr })),
);
const specs: readonly MetricSpec[] = Object.values(METRICS);
const known = new Map(
  specs.flatMap(({ name, kind, labels }): (readonly [string, readonly string[]])[] =>
    kind === 'histogram'
      ? ['bucket', 'sum', 'count'].map((part) => [`${name}_${part}`, [...labels, 'le']])
      : [[name, labels]],
  ),
);
const selectors = asked.flatMap(({ where, expr }) =>
  [...expr.matchAll(/([a-z_:]+)\{([^}]*)\}/g)].map(([, name = '', matchers = '']) => ({
    where,
    name,
    labels: [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label),
  })),
);

describe('the queries of the dashboards', () => {
  it('name only metrics and labels that there are', () => {
    const wrong = selectors.filter(({ name, labels }) => {
      if (OWN_NAMES.includes(name)) return false;
      const own = known.get(name);
      return own === undefined || labels.some((one) => ![...own, 'instance', 'job'].includes(one));
    });
    expect(wrong).toEqual([]);
    expect(selectors.length).toBeGreaterThan(asked.length);
  });

  it('show every metric but those that have a reason not to', () => {
    const used = new Set(selectors.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
    const unused = specs.map(({ name }) => name).filter((name) => !used.has(name));
    expect(unused.sort()).toEqual(Object.keys(NOT_SHOWN).sort());
  });

  needs('promtool')('are PromQL', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hall-monitor-queries-'));
    try {
      const file = join(folder, 'rules.yml');
      const rules = asked.map(({ where, expr }, index) => ({
        record: `query:${index}`,
        expr,
        labels: { where },
      }));
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
      const { stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(stdout).toContain(`SUCCESS: ${asked.length} rules found`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('have no variable left that nothing replaces', () => {
    expect(asked.filter(({ expr }) => expr.includes('$'))).toEqual([]);
    expect(() => substituted('x[$__other]', substitutes)).toThrow('$__other');
  });

  it('of variables name metrics that there are', () => {
    const named = variableQueries().map(({ query }) => /\((\w+),/.exec(query)?.[1] ?? query);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('a query that is written', () => {
  it('filters by the variables of the labels that the metric has', () => {
    expect(selector('toolCalls', { where: { tool: '~Read|Edit' } })).toBe(
      'hall_monitor_tool_calls_total{tool=~"Read|Edit",project=~"$project",instance=~"$host"}',
    );
    expect(selector('subagents')).toBe('hall_monitor_subagents_total{instance=~"$host"}');
  });

  it('escapes what it compares with', () => {
    expect(selector('entries', { where: { type: 'a"}' } })).toContain(String.raw`type="a\"}"`);
  });

  it('is refused where a label or a part of a histogram does not exist', () => {
    expect(() => selector('cost', { where: { requester: 'main' } })).toThrow('no label requester');
    expect(() => grouping('cost', ['tool'])).toThrow('no label tool');
    expect(() => selector('toolDuration')).toThrow('is a histogram');
    expect(() => selector('cost', { part: 'sum' })).toThrow('is a counter');
  });

  it('tells differences of what the store keeps, and increases of what a process counts', () => {
    expect(grown('cost')).not.toContain('increase(');
    expect(() => grown('readErrors')).toThrow('begins anew');
    expect(counted('readErrors')).toContain('increase(');
  });
});
