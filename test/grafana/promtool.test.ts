import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ALERTS } from '../../grafana/definitions/rules/list.ts';
import { needs } from '../support/offers.ts';

interface RuleTests {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test?: readonly {
      readonly eval_time: string;
      readonly alertname: string;
      readonly exp_alerts: readonly object[];
    }[];
  }[];
}

const root = join(import.meta.dirname, '..', '..');
const alerts = join(root, 'grafana', 'alerts');
const ruleFiles = ['recording.rules.yml', 'alerts.rules.yml'].map((name) => join(alerts, name));
const testNames = readdirSync(join(alerts, 'tests')).filter((name) => name.endsWith('.test.yml'));
const checks = testNames
  .map((name) => parse(readFileSync(join(alerts, 'tests', name), 'utf8')) as RuleTests)
  .flatMap(({ tests }) => tests)
  .flatMap(({ alert_rule_test: ofTest = [] }) => ofTest);

const promtool = (
  ...args: readonly string[]
): { readonly status: number | null; readonly said: string } => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { status, said: stdout + stderr };
};

const passed = { status: 0, said: expect.stringContaining('SUCCESS') as string };

describe('the rule files', () => {
  needs('promtool')('are rules to Prometheus, with nothing told twice', () => {
    expect(promtool('check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles)).toEqual(passed);
  });

  for (const name of testNames) {
    needs('promtool')(
      `behave as ${name} says`,
      () => {
        expect(promtool('test', 'rules', join(alerts, 'tests', name))).toEqual(passed);
      },
      60_000,
    );
  }

  it.each(ALERTS.map(({ name }) => name))('have tests of %s firing and silent', (name) => {
    const own = checks.filter(({ alertname }) => alertname === name);
    expect(own.filter(({ exp_alerts: fired }) => fired.length > 0)).not.toEqual([]);
    expect(own.filter(({ exp_alerts: fired }) => fired.length === 0)).not.toEqual([]);
  });

  it('have no tests of alerts that are gone', () => {
    const known = new Set(ALERTS.map(({ name }) => name));
    expect(checks.filter(({ alertname }) => !known.has(alertname))).toEqual([]);
  });
});

describe('the configuration of Prometheus', () => {
  const text = readFileSync(join(root, 'docker', 'prometheus.yml'), 'utf8');

  needs('promtool')('is valid and finds both rule files where the container has them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hall-monitor-prometheus-'));
    try {
      for (const file of ruleFiles) cpSync(file, join(folder, file.slice(alerts.length)));
      const path = join(folder, 'prometheus.yml');
      writeFileSync(path, text.replaceAll('/etc/prometheus/rules', folder));
      const { status, said } = promtool('check', 'config', path);
      expect([status, said]).toEqual([0, expect.stringContaining('2 rule files found')]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('gives the labels that exported history has', () => {
    const { scrape_configs: jobs } = parse(text) as { readonly scrape_configs: readonly object[] };
    expect(jobs).toContainEqual({
      job_name: 'hall-monitor',
      static_configs: [{ targets: ['127.0.0.1:9464'] }],
    });
  });
});
