// `needs` makes tests that the linter does not know for such.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prometheus } from '../../exporters/prometheus/index.ts';
import type { MetricSpec } from '../../src/rollups/metric-spec.ts';
import { METRICS } from '../../src/rollups/metric-table.ts';
import { RateLimitTable } from '../../src/store/rate-limit-table.ts';
import { needs } from '../support/offers.ts';
import { askJson, servingApp, servingDeps } from '../server/serving.ts';
import type { ServingStore } from '../server/serving-store.ts';
import { createServingStore, fillSample, NINE_MS } from '../server/serving-store.ts';
import { createPlanFixture, fillPlanSample } from '../support/plan-fixture.ts';
import { parseExposition } from './exposition.ts';

let store: ServingStore;

beforeEach(() => {
  store = createServingStore();
});

afterEach(() => store[Symbol.dispose]());

async function exposition(config: object = {}, deps = servingDeps(store)): Promise<string> {
  const component = prometheus.create(prometheus.config.parse(config), deps);
  const response = await component.routes?.[0]?.handle(
    new Request('http://127.0.0.1:9464/metrics'),
    {},
  );
  expect(response?.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return (await response?.text()) ?? '';
}

const processGauges = (deps: ReturnType<typeof servingDeps>): ReturnType<typeof servingDeps> => {
  deps.gauges.offer('hall_monitor_ingest_lag_seconds', () => [
    { labels: { source: 'transcript' }, value: 0.25 },
  ]);
  deps.gauges.offer('hall_monitor_queue_depth', () => 2);
  deps.gauges.offer('hall_monitor_spool_files', () => 3);
  deps.gauges.offer('hall_monitor_sse_clients', () => 1);
  deps.gauges.offer('hall_monitor_sse_dropped_total', () => [
    { labels: { reason: 'slow' }, value: 1 },
  ]);
  deps.gauges.offer('hall_monitor_read_errors_total', () => [
    { labels: { source: 'transcript' }, value: 1 },
  ]);
  deps.gauges.offer('process_resident_memory_bytes', () => 64_000_000);
  deps.gauges.offer('process_cpu_seconds_total', () => 1.5);
  deps.gauges.offer('process_start_time_seconds', () => 1_700_000_000);
  const exporter = { exporter: 'otlp-logs' };
  deps.gauges.offer('hall_monitor_exported_total', () => [{ labels: exporter, value: 12 }]);
  deps.gauges.offer('hall_monitor_export_retries_total', () => [{ labels: exporter, value: 1 }]);
  deps.gauges.offer('hall_monitor_export_dropped_total', () => [
    { labels: { ...exporter, reason: 'refused' }, value: 1 },
  ]);
  deps.gauges.offer('hall_monitor_redacted_total', () => [{ labels: { type: 'jwt' }, value: 2 }]);
  deps.gauges.offer('hall_monitor_export_lag_events', () => [{ labels: exporter, value: 3 }]);
  deps.gauges.offer('hall_monitor_export_last_success_timestamp_seconds', () => [
    { labels: exporter, value: 1_767_614_400 },
  ]);
  deps.gauges.offer('hall_monitor_archive_damaged_files_total', () => [
    { labels: { stream: 'requests', outcome: 'healed' }, value: 1 },
  ]);
  return deps;
};

/** The same, and one series of every other gauge that the running process would offer. */
const allGauges = (deps: ReturnType<typeof servingDeps>): ReturnType<typeof servingDeps> => {
  const { gauges } = processGauges(deps);
  for (const { name, labels, from } of Object.values<MetricSpec>(METRICS)) {
    if (from === 'store' || gauges.read(name).length > 0) continue;
    const given = Object.fromEntries(labels.map((label) => [label, 'some']));
    gauges.offer(name, () => [{ labels: given, value: 1 }]);
  }
  return deps;
};

/** The plan of the sample, with what the pipeline counts of it. */
function fillPlans(): void {
  fillPlanSample(store.db);
  store.tally('plan_events', `feature_started\t/home/dev/shop`, 4);
  store.tally('plan_events', `pr_created\t/home/dev/shop`, 1);
  store.tally('plan_oddities', 'regression', 1);
}

/** A rate limit whose window goes on at the time of the sample. */
function fillLimits(): void {
  const toldAtMs = NINE_MS + 86_400_000;
  new RateLimitTable(store.db).keep(
    {
      kind: 'rate_limit',
      window: 'five_hour',
      usedBasisPoints: 2_500,
      resetsAtMs: toldAtMs + 3_600_000,
      toldAtMs,
      sessionId: 'session-a',
    },
    toldAtMs,
  );
}

describe('/metrics', () => {
  it('is this text for the sample', async () => {
    fillSample(store);
    fillPlans();
    const text = await exposition({}, processGauges(servingDeps(store)));
    await expect(
      text.replace(/^(hall_monitor_db_size_bytes) \d+$/m, '$1 SIZE'),
    ).toMatchFileSnapshot('../golden/metrics.prom');
  });

  it('is well formed for an empty store', async () => {
    const series = parseExposition(await exposition());
    expect(series.find(({ name }) => name === 'hall_monitor_subagents_total')?.value).toBe(0);
  });

  it('has every metric of the table, and no other', async () => {
    fillSample(store);
    fillPlans();
    fillLimits();
    store.tally('occurrence', 'slash_command\t/home/dev/shop', 1);
    store.tally('occurrence', 'user_interrupt\t/home/dev/shop', 1);
    store.tally('occurrence', 'turn_completed\t/home/dev/shop', 1);
    store.tally('occurrence', 'pr_created\t/home/dev/shop', 1);
    store.tally('occurrence', 'notification\t/home/dev/shop', 1);
    store.tally('occurrence', 'something_new\t/home/dev/shop', 1);
    const text = await exposition({ maxSeries: 10 }, allGauges(servingDeps(store)));
    const histograms = [METRICS.planDuration.name, METRICS.toolDuration.name];
    const exposed = new Set(
      parseExposition(text).map(
        ({ name }) => histograms.find((histogram) => name.startsWith(histogram)) ?? name,
      ),
    );
    exposed.delete('target_info');
    expect([...exposed].sort()).toEqual(
      Object.values(METRICS)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('says what REST says, to the last digit', async () => {
    for (let i = 0; i < 300; i += 1) {
      store.request({
        atMs: NINE_MS + i * 60_000,
        model: `model-${i % 3}`,
        project: `/p/${i % 4}`,
        cost: [i * 7 + 1, i * 1_000_003, i * 11, i * 13, i % 5],
      });
    }
    store.commit();
    const series = parseExposition(await exposition());
    const sum = (name: string, labels: Record<string, string> = {}): bigint =>
      series
        .filter(
          (each) =>
            each.name === name &&
            Object.entries(labels).every(([label, text]) => each.labels[label] === text),
        )
        .reduce((total, { value }) => total + BigInt(Math.round(value * 1e9)), 0n);
    const costs = (await askJson(servingApp(store), '/api/metrics/costs')) as {
      total_cost_usd: number;
      data: { model: string; cost_usd: number; requests: number }[];
      totals: Record<string, number>;
      by_token_type: Record<string, number>;
    };
    expect(sum('hall_monitor_cost_usd_total')).toBe(BigInt(Math.round(costs.total_cost_usd * 1e9)));
    for (const row of costs.data) {
      expect(sum('hall_monitor_cost_usd_total', { model: row.model })).toBe(
        BigInt(Math.round(row.cost_usd * 1e9)),
      );
      expect(sum('hall_monitor_requests_total', { model: row.model })).toBe(
        BigInt(row.requests) * 1_000_000_000n,
      );
    }
    expect(sum('hall_monitor_tokens_total', { type: 'output' })).toBe(
      BigInt(costs.totals['output_tokens'] ?? 0) * 1_000_000_000n,
    );
    const one = series.filter(
      ({ name, labels }) =>
        name === 'hall_monitor_cost_usd_total' && labels['type'] === 'web_search',
    );
    expect(one.length).toBeGreaterThan(0);
  });

  it('shows a sum as it is now, however often it was looked at', async () => {
    const component = prometheus.create(prometheus.config.parse({}), servingDeps(store));
    const cost = async (): Promise<number | undefined> => {
      const response = await component.routes?.[0]?.handle(new Request('http://x/metrics'), {});
      return parseExposition((await response?.text()) ?? '').find(
        ({ name, labels }) => name === 'hall_monitor_cost_usd_total' && labels['type'] === 'input',
      )?.value;
    };
    let total = 0;
    for (const nano of [1, 100_000_000_000_003, 3, 7_777_777_777_777]) {
      store.request({ atMs: NINE_MS, cost: [nano, 0, 0, 0, 0] });
      store.commit();
      total += nano;
      expect(await cost()).toBe(total / 1e9);
    }
  });

  it('forgets a series that is no more', async () => {
    const component = prometheus.create(prometheus.config.parse({}), servingDeps(store));
    const text = async (): Promise<string> =>
      (await (await component.routes?.[0]?.handle(new Request('http://x/metrics'), {}))?.text()) ??
      '';
    store.request({ atMs: NINE_MS, model: 'wrong' });
    store.commit();
    expect(await text()).toContain('model="wrong"');
    store.db.exec("UPDATE model SET name = 'right'");
    expect(await text()).not.toContain('model="wrong"');
  });
});

describe('tool calls', () => {
  const shown = async (
    start: string,
    config: object = {},
  ): Promise<Readonly<Record<string, number>>> =>
    Object.fromEntries(
      parseExposition(await exposition(config))
        .filter(({ name }) => name.startsWith(`hall_monitor_${start}`))
        .map(({ name, labels, value }) => [
          [name.slice('hall_monitor_'.length), ...Object.values(labels)].join(' '),
          value,
        ]),
    );

  it('count once they have ended, and are open until then', async () => {
    store.toolCall({ atMs: NINE_MS, tool: 'Bash', success: null });
    store.commit();
    expect(await shown('tool_calls')).toMatchObject({
      'tool_calls_total Bash success shop': 0,
      'tool_calls_open shop': 1,
    });
    store.db.exec('UPDATE tool_call SET success = 0');
    store.commit();
    expect(await shown('tool_calls')).toMatchObject({
      'tool_calls_total Bash success shop': 0,
      'tool_calls_total Bash failure shop': 1,
      'tool_calls_open shop': 0,
    });
  });

  it('lie in buckets by how long they took, of all tools together where these are too many', async () => {
    for (const durationMs of [0, 10, 11, 600_000, 600_001])
      store.toolCall({ atMs: NINE_MS, tool: 'Bash', durationMs });
    for (let index = 0; index < 70; index += 1)
      store.toolCall({ atMs: NINE_MS, tool: `t${index}`, durationMs: 10 });
    store.commit();
    expect(await shown('tool_duration_seconds')).toMatchObject({
      'tool_duration_seconds_bucket Bash 0.01': 2,
      'tool_duration_seconds_bucket Bash 0.05': 3,
      'tool_duration_seconds_bucket Bash 300': 3,
      'tool_duration_seconds_bucket Bash 600': 4,
      'tool_duration_seconds_bucket Bash +Inf': 5,
      'tool_duration_seconds_sum Bash': 1_200.022,
      'tool_duration_seconds_bucket other 0.01': 10,
      'tool_duration_seconds_count other': 10,
      'tool_duration_seconds_sum other': 0.1,
    });
    const lines = Object.keys(await shown('tool_duration_seconds'));
    expect(lines.length).toBe(62 * 16);
  });

  it('tell how many lines they changed', async () => {
    store.toolCall({ atMs: NINE_MS, tool: 'Edit', linesAdded: 7, linesRemoved: 2 });
    store.toolCall({ atMs: NINE_MS, tool: 'Write', linesAdded: 3 });
    store.commit();
    expect(await shown('lines_changed')).toEqual({
      'lines_changed_total added shop': 10,
      'lines_changed_total removed shop': 2,
    });
  });
});

describe('plans', () => {
  const seriesOf = async (
    name: string,
    config: object = {},
  ): Promise<readonly (readonly [Readonly<Record<string, string>>, number])[]> =>
    parseExposition(await exposition(config))
      .filter((each) => each.name === name)
      .map(({ labels, value }) => [labels, value]);

  it('show features as they are written now, by status', async () => {
    const plans = createPlanFixture(store.db);
    const plan = plans.plan({ generation: 2 });
    plans.feature({ plan, id: 'old', status: 'failed' });
    plans.feature({ plan, id: 'F1', generation: 2, status: 'completed' });
    plans.feature({ plan, id: 'F2', generation: 2, status: 'completed' });
    plans.feature({ plan, id: 'F3', generation: 2, removedAtMs: 1 });
    const gone = plans.plan({ name: 'gone', location: 'gone' });
    plans.feature({ plan: gone, id: 'F1' });
    const of = { plan: 'metrics', project: 'shop' };
    expect(await seriesOf('hall_monitor_plan_features')).toEqual([
      [{ ...of, status: 'pending' }, 0],
      [{ ...of, status: 'in_progress' }, 0],
      [{ ...of, status: 'completed' }, 2],
      [{ ...of, status: 'failed' }, 0],
    ]);
  });

  it('cost what all their activations cost', async () => {
    const plans = createPlanFixture(store.db);
    const plan = plans.plan();
    plans.usage({ plan, costNanoUsd: 1, input: 1, cacheWrite5m: 2 });
    plans.usage({ plan, activation: 2, attempt: 9, costNanoUsd: 2_000_000_000, input: 5 });
    const of = { plan: 'metrics', project: 'shop' };
    expect(await seriesOf('hall_monitor_plan_cost_usd')).toEqual([[of, 2.000000001]]);
    expect(await seriesOf('hall_monitor_plan_tokens')).toEqual([
      [{ ...of, type: 'input' }, 6],
      [{ ...of, type: 'output' }, 0],
      [{ ...of, type: 'cache_read' }, 0],
      [{ ...of, type: 'cache_creation' }, 2],
    ]);
  });

  it('show how long attempts took as a histogram whose buckets grow', async () => {
    fillPlans();
    const name = 'hall_monitor_plan_feature_duration_seconds';
    const completed = (await seriesOf(`${name}_bucket`))
      .filter(([labels]) => labels['status'] === 'completed')
      .map(([{ le }, value]) => `${le} ${value}`);
    expect(completed.join(', ')).toBe(
      '10 0, 30 0, 60 0, 120 0, 300 1, 600 1, 1200 1, 1800 1, 3600 1, 7200 1, 14400 1, 28800 1, +Inf 2',
    );
    expect(await seriesOf(`${name}_sum`)).toEqual([
      [{ status: 'completed' }, 36_180],
      [{ status: 'failed' }, 120],
    ]);
    expect(await seriesOf(`${name}_count`)).toEqual([
      [{ status: 'completed' }, 2],
      [{ status: 'failed' }, 1],
    ]);
  });

  it('name projects that nothing else told of without renaming others', async () => {
    store.request({ atMs: NINE_MS, project: '/home/dev/shop' });
    store.commit();
    const plans = createPlanFixture(store.db);
    for (const repository of ['/srv/shop', '/home/dev/shop', '/srv/new']) {
      plans.usage({ plan: plans.plan({ repository }) });
      store.tally('plan_events', `plan_created\t${repository}`, 1);
    }
    const projects = (await seriesOf('hall_monitor_plan_cost_usd')).map(([{ project }]) => project);
    expect(projects).toEqual(['new', 'shop', 'srv/shop']);
    expect(await seriesOf('hall_monitor_plan_events_total')).toEqual([
      [{ event_type: 'plan_created', project: 'shop' }, 1],
      [{ event_type: 'plan_created', project: 'new' }, 1],
      [{ event_type: 'plan_created', project: 'srv/shop' }, 1],
    ]);
  });

  it('are added up under other where there are too many, the oldest first', async () => {
    const plans = createPlanFixture(store.db);
    for (let index = 0; index < 30; index += 1) {
      const plan = plans.plan({ name: `plan-${index}` });
      plans.feature({ plan, id: 'F1', status: 'completed' });
      plans.usage({ plan, costNanoUsd: 1_000_000_000 });
    }
    const cost = await seriesOf('hall_monitor_plan_cost_usd', { maxSeries: 10 });
    expect(cost).toHaveLength(10);
    expect(cost[0]).toEqual([{ plan: 'plan-29', project: 'shop' }, 1]);
    expect(cost.at(-1)).toEqual([{ plan: 'other', project: 'other' }, 21]);
    const features = await seriesOf('hall_monitor_plan_features', { maxSeries: 10 });
    expect(
      features
        .filter(([{ status }]) => status === 'completed')
        .reduce((sum, [, value]) => sum + value, 0),
    ).toBe(30);
  });

  it('do not make a scrape large', async () => {
    store.db.exec(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO plan SELECT i, 'k' || i, 'plan-' || i, '/p/' || i, '/p', 'active', 1, 1, 0, 0 FROM n;
      INSERT INTO plan_usage SELECT id, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1000000000, 1, 1, 1, 1, 1, 1 FROM plan;
      INSERT INTO plan_feature (plan, generation, name, feature_id, position, detail, status)
        SELECT id, 1, 'F1', 'F1', 0, '{}', 'pending' FROM plan;`);
    const text = await exposition();
    expect(text.length).toBeLessThan(1_000_000);
    const sumOf = (name: string): number =>
      parseExposition(text).reduce((sum, each) => sum + (each.name === name ? each.value : 0), 0);
    expect(sumOf('hall_monitor_plan_cost_usd')).toBe(20_000);
    expect(sumOf('hall_monitor_plan_features')).toBe(20_000);
  });
});

describe('labels', () => {
  const evil = 'x"} 1\nfake 1\\';

  it('cannot be used to add a line', async () => {
    store.request({ atMs: NINE_MS, model: evil, project: `/p/${evil}` });
    store.toolCall({ atMs: NINE_MS, tool: evil });
    store.tally('entries', evil, 1);
    store.commit();
    const series = parseExposition(await exposition());
    expect(series.filter(({ name }) => name.startsWith('fake'))).toEqual([]);
    expect(series.find(({ name }) => name === 'hall_monitor_requests_total')?.labels['model']).toBe(
      evil,
    );
    expect(series.find(({ name }) => name === 'hall_monitor_entries_total')?.labels['type']).toBe(
      evil,
    );
  });

  it('name no tool by words of the model, which may ask for any', async () => {
    store.toolCall({ atMs: NINE_MS, tool: 'cat /home/dev/plan' });
    store.toolCall({ atMs: NINE_MS, tool: 'please stop' });
    store.toolCall({ atMs: NINE_MS, tool: 'mcp__github__get-issue' });
    store.commit();
    const calls = parseExposition(await exposition()).filter(
      ({ name, labels }) =>
        name === 'hall_monitor_tool_calls_total' && labels['outcome'] === 'success',
    );
    expect(calls.map(({ labels, value }) => [labels['tool'], value])).toEqual([
      ['other', 2],
      ['mcp__github__get-issue', 1],
    ]);
  });

  it('name projects by their last part, and tell apart those that share it without renaming the older one', async () => {
    store.request({ atMs: NINE_MS, project: '/home/dev/shop' });
    store.request({ atMs: NINE_MS, project: '/home/dev/old/shop' });
    store.request({ atMs: NINE_MS, project: 'C:\\work\\old\\shop' });
    store.request({ atMs: NINE_MS, project: '' });
    store.request({ atMs: NINE_MS, project: '/srv/other' });
    store.commit();
    const projects = parseExposition(await exposition())
      .filter(({ name }) => name === 'hall_monitor_requests_total')
      .map(({ labels }) => labels['project']);
    expect(projects).toEqual(['shop', 'old/shop', 'work/old/shop', 'unknown', 'srv/other']);
  });

  it('stay short', async () => {
    store.request({ atMs: NINE_MS, model: 'm'.repeat(5_000), project: `/p/${'q'.repeat(5_000)}` });
    store.commit();
    for (const { labels } of parseExposition(await exposition())) {
      for (const text of Object.values(labels)) expect(text.length).toBeLessThanOrEqual(120);
    }
  });
});

describe('too many series', () => {
  it('are added up under other, so that sums stay whole, and are counted', async () => {
    for (let i = 0; i < 200; i += 1) store.request({ atMs: NINE_MS, model: `model-${i}` });
    store.commit();
    const series = parseExposition(await exposition({ maxSeries: 50 }));
    const tokens = series.filter(({ name }) => name === 'hall_monitor_tokens_total');
    expect(tokens).toHaveLength(50);
    expect(
      tokens
        .filter(({ labels }) => labels['type'] === 'output')
        .reduce((sum, { value }) => sum + value, 0),
    ).toBe(20_000);
    expect(
      tokens
        .filter(({ labels }) => labels['model'] === 'other')
        .map(({ labels }) => labels['type'] ?? '')
        .sort((a, b) => a.localeCompare(b)),
    ).toEqual(['cache_creation', 'cache_read', 'input', 'output']);
    expect(
      series.find(
        ({ name, labels }) =>
          name === 'hall_monitor_series_overflow_total' &&
          labels['metric'] === 'hall_monitor_tokens_total',
      )?.value,
    ).toBe(754);
  });

  it('do not make a scrape large', async () => {
    store.db.exec('BEGIN');
    store.db.exec(`
      INSERT INTO project (id, path) VALUES (1, '/p');
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) INSERT INTO model SELECT i, 'model-' || i FROM n;
      INSERT INTO total_request SELECT 1, id, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1 FROM model;
    `);
    store.db.exec('COMMIT');
    const text = await exposition();
    expect(text.length).toBeLessThan(1_000_000);
    const requests = parseExposition(text).filter(
      ({ name }) => name === 'hall_monitor_requests_total',
    );
    expect(requests.reduce((sum, { value }) => sum + value, 0)).toBe(100_000);
  });
});

describe('the table of metrics', () => {
  const specs: readonly MetricSpec[] = Object.values(METRICS);

  it('follows the rules for names', () => {
    for (const { name, kind, labels, otelName } of specs) {
      expect(name).toMatch(/^(hall_monitor|process)_[a-z_]+[a-z]$/);
      expect(name.endsWith('_total')).toBe(kind === 'counter');
      expect(otelName).toMatch(/^(hall_monitor|process)\.[a-z._]+$/);
      for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
    }
    expect(new Set(specs.map(({ name }) => name)).size).toBe(specs.length);
    expect(new Set(specs.map(({ otelName }) => otelName)).size).toBe(specs.length);
  });

  needs('promtool')('pleases promtool', async () => {
    fillSample(store);
    fillPlans();
    const text = await exposition({}, processGauges(servingDeps(store)));
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    expect([stdout, stderr, status]).toEqual(['', '', 0]);
  });
});
