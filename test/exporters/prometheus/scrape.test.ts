import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLAUDE_CODE_METRICS } from '../../../exporters/prometheus/claude-code-names.ts';
import { prometheus } from '../../../exporters/prometheus/index.ts';
import { offerStoreGauges } from '../../../src/cli/store-gauges.ts';
import { servingDeps } from '../../server/serving.ts';
import {
  createServingStore,
  fillSample,
  NINE_MS,
  type ServingStore,
  SESSION_B,
} from '../../server/serving-store.ts';
import { parseExposition, type Series } from '../exposition.ts';

let store: ServingStore;

beforeEach(() => {
  store = createServingStore();
});

afterEach(() => store[Symbol.dispose]());

const text = async (config: object = {}, deps = servingDeps(store)): Promise<string> => {
  const component = prometheus.create(prometheus.config.parse(config), deps);
  const response = await component.routes?.[0]?.handle(new Request('http://x/metrics'), {});
  return (await response?.text()) ?? '';
};

const sumOf = (series: readonly Series[], name: string): number =>
  series.reduce((sum, each) => sum + (each.name === name ? each.value : 0), 0);

describe('while a store is filled for the first time', () => {
  it('nothing of it is told, only what the process knows; then everything is', async () => {
    fillSample(store);
    store.db.exec('DROP INDEX request_session');
    const deps = servingDeps(store);
    deps.gauges.offer('hall_monitor_ready', () => 0);
    offerStoreGauges(deps.gauges, store.reader.db, deps.now);
    const filling = parseExposition(await text({ claudeCodeNames: true }, deps));
    expect(filling.map(({ name }) => name)).toEqual(['target_info', 'hall_monitor_ready']);
    store.db.exec('CREATE INDEX request_session ON request (session)');
    const filled = parseExposition(await text({}, deps));
    expect(sumOf(filled, 'hall_monitor_requests_total')).toBe(4);
  });
});

describe('the names of Claude Code', () => {
  it('are told only where they are asked for', async () => {
    fillSample(store);
    expect(await text()).not.toContain('claude_code_');
    expect(await text({ claudeCodeNames: true })).toContain('claude_code_');
  });

  it('have the labels that are declared, the client’s spellings and our totals', async () => {
    fillSample(store);
    store.tally('occurrence', 'pr_created\t/home/dev/shop', 2);
    store.toolCall({ atMs: NINE_MS, tool: 'Edit', success: false, errorClass: 'denied' });
    store.toolCall({ atMs: NINE_MS, tool: 'Write' });
    store.commit();
    const series = parseExposition(await text({ claudeCodeNames: true }));
    const named = (name: string): readonly Series[] => series.filter((each) => each.name === name);
    for (const { spec } of CLAUDE_CODE_METRICS) {
      for (const { labels } of named(spec.name)) expect(Object.keys(labels)).toEqual(spec.labels);
    }
    const tokens = named('claude_code_token_usage_tokens_total');
    expect(new Set(tokens.map(({ labels }) => labels['type']))).toEqual(
      new Set(['input', 'output', 'cacheRead', 'cacheCreation']),
    );
    for (const [theirs, ours] of [
      ['claude_code_token_usage_tokens_total', 'hall_monitor_tokens_total'],
      ['claude_code_cost_usage_USD_total', 'hall_monitor_cost_usd_total'],
      ['claude_code_session_count_total', 'hall_monitor_sessions'],
      ['claude_code_pull_request_count_total', 'hall_monitor_pull_requests_total'],
    ] as const) {
      expect(sumOf(series, theirs)).toBeGreaterThan(0);
      expect(sumOf(series, theirs)).toBeCloseTo(sumOf(series, ours), 9);
    }
    const rejected = named('claude_code_code_edit_tool_decision_total').filter(
      ({ labels, value }) => labels['decision'] === 'reject' && value > 0,
    );
    expect(rejected.map(({ labels, value }) => [labels['tool_name'], value])).toEqual([
      ['Edit', 1],
    ]);
  });
});

describe('gauges of this moment', () => {
  it('tell the context of each project as its session that was last at work has it', async () => {
    fillSample(store);
    store.request({ atMs: NINE_MS + 86_400_000, tokens: [1, 2, 30, 4, 500] });
    store.request({ atMs: NINE_MS + 86_400_100, requester: 'subagent', tokens: [9, 9, 9, 9, 9] });
    store.commit();
    const deps = servingDeps(store);
    offerStoreGauges(deps.gauges, store.reader.db, deps.now);
    const shop = deps.gauges
      .read('hall_monitor_context_tokens')
      .filter(({ labels }) => labels['project'] === 'shop');
    expect(shop.map(({ labels, value }) => [labels['type'], value])).toEqual([
      ['input', 1],
      ['cache_read', 30],
      ['cache_creation', 504],
    ]);
  });

  it('tell how far sources agree once hooks were heard, and nothing of what cannot be compared', () => {
    const deps = servingDeps(store);
    let nowMs = deps.now();
    offerStoreGauges(deps.gauges, store.reader.db, () => nowMs);
    const records = () => deps.gauges.read('hall_monitor_agreement_records');
    expect(records()).toEqual([]);
    store.toolCall({ atMs: nowMs - 60_000, session: SESSION_B });
    store.toolCall({ atMs: nowMs - 50_000, session: SESSION_B });
    store.db.exec('UPDATE tool_call SET seen = iif(id = 1, 3, 1)');
    store.db
      .prepare("INSERT INTO hook_event VALUES ('PreToolUse', 'user', 1, ?)")
      .run(nowMs - 60_000);
    expect(records()).toEqual([]);
    nowMs += 60_000;
    expect(
      records().map(({ labels, value }) => [labels['kind'], labels['seen_by'], value]),
    ).toEqual([
      ['tool_calls', 'both', 1],
      ['tool_calls', 'transcripts_only', 1],
      ['tool_calls', 'hooks_only', 0],
      ['prompts', 'both', 0],
      ['prompts', 'transcripts_only', 0],
      ['prompts', 'hooks_only', 0],
    ]);
    expect(deps.gauges.read('hall_monitor_agreement_ratio')).toEqual([{ labels: {}, value: 0.5 }]);
    expect(deps.gauges.read('hall_monitor_agreement_cost_usd')).toEqual([]);
  });

  it('tell when each source last told of anything', () => {
    fillSample(store);
    const deps = servingDeps(store);
    offerStoreGauges(deps.gauges, store.reader.db, deps.now);
    expect(deps.gauges.read('hall_monitor_source_last_seen_timestamp_seconds')).toEqual([
      { labels: { source: 'transcript' }, value: (NINE_MS + 86_400_600) / 1_000 },
      { labels: { source: 'hook' }, value: 0 },
    ]);
  });
});

describe('a scrape with hostile names everywhere', () => {
  it('stays below 1 MB with whole sums and escaped labels', async () => {
    store.db.exec(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
        INSERT INTO project (id, path) SELECT i, '/p/' || i || '"} 1' || char(10) || 'fake 1' || replace(hex(zeroblob(50)), '00', '日"') FROM n;
      INSERT INTO model SELECT id, id || '"} 1' || char(10) || 'fake 1' || replace(hex(zeroblob(50)), '00', '語"') FROM project;
      INSERT INTO tool SELECT id, 'tool' || id FROM project;
      INSERT INTO total_request SELECT id, id, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1 FROM project;
      INSERT INTO total_tool (project, tool, source, calls, failures, denied, timed_calls, duration_ms) SELECT id, id, 0, 1, 0, 0, 1, 1 FROM project;
      INSERT INTO tally SELECT 'entries', 'type' || id, 1 FROM project WHERE id <= 9000;
      INSERT INTO tally SELECT 'occurrence', 'user_prompt' || char(9) || path, 1 FROM project WHERE id <= 900;`);
    const exposed = await text({ claudeCodeNames: true });
    expect(Buffer.byteLength(exposed)).toBeLessThan(1_000_000);
    const series = parseExposition(exposed);
    expect(series.filter(({ name }) => name.startsWith('fake'))).toEqual([]);
    expect(sumOf(series, 'hall_monitor_requests_total')).toBe(100_000);
    expect(sumOf(series, 'hall_monitor_entries_total')).toBe(9_000);
    expect(sumOf(series, 'claude_code_token_usage_tokens_total')).toBe(400_000);
  });
});
