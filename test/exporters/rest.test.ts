import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import * as answers from '../../exporters/rest/answers.ts';
import type { MetricEntry } from '../../src/records/metric-entry.ts';
import type { App } from '../../src/server/app.ts';
import { ask, askJson, servingApp } from '../server/serving.ts';
import type { ServingStore } from '../server/serving-store.ts';
import {
  createServingStore,
  fillSample,
  NINE_MS,
  PROJECT,
  SESSION_A,
  SESSION_B,
} from '../server/serving-store.ts';

let store: ServingStore;
let app: App;

beforeAll(() => {
  store = createServingStore();
  fillSample(store);
  app = servingApp(store);
});

afterAll(() => store[Symbol.dispose]());

const rows = async (path: string): Promise<readonly Record<string, unknown>[]> =>
  (await askJson(app, path))['data'] as Record<string, unknown>[];
const sorted = (texts: readonly unknown[]): string[] =>
  texts.map(String).sort((a, b) => a.localeCompare(b));
const types = async (query: string): Promise<unknown[]> =>
  (await rows(`/api/metrics?${query}`)).map((entry) => entry['event_type']);

describe('GET /api/metrics', () => {
  it('tells entries, newest first, in their public form', async () => {
    const { data, next } = await askJson(app, '/api/metrics');
    expect(next).toBeNull();
    expect(data).toHaveLength(11);
    expect(answers.listOf(answers.metricEntry).parse({ data, next })).toEqual({ data, next });
  });

  it.each([
    ['session=' + SESSION_B, ['compaction', 'tool_start', 'api_response', 'api_response']],
    ['session_id=bbbb', ['compaction', 'tool_start', 'api_response', 'api_response']],
    ['project=/home/dev/old/shop&event_category=api', ['api_response', 'api_response']],
    ['source=hook', []],
    ['event_type=tool_failed', ['tool_failed', 'tool_failed']],
    [
      'event_category=api',
      ['api_response', 'api_response', 'api_error', 'api_response', 'api_response'].sort(),
    ],
    ['model=claude-haiku-5-5', ['api_response']],
    ['tool=Bash', ['tool_failed', 'tool_failed']],
    ['tool_name=Read&success=true', ['tool_completed']],
    ['success=false', ['tool_failed', 'tool_failed']],
    ['tag=denied', ['tool_failed']],
    ['tags=tool,Bash,failure', ['tool_failed']],
    ['tag=tool&tag=Read', ['tool_completed']],
    ['tag=too', []],
    ['from=2026-11-21', ['compaction', 'tool_start', 'api_response']],
    [
      'start_time=2026-11-20T09:00:00Z&end_time=2026-11-20T09:00:01.001Z',
      ['tool_completed', 'api_response'],
    ],
    ['from=2026-11-20T10:00:00%2B01:00&to=1795165200001', ['api_response']],
    ['project=nowhere', []],
    ['model=nothing', []],
  ])('filters by %s', async (query, expected) => {
    expect(sorted(await types(query))).toEqual(sorted(expected));
  });

  it('tells them page by page in either order', async () => {
    const seen: unknown[] = [];
    let next: unknown = null;
    do {
      const page: Record<string, unknown> = await askJson(
        app,
        `/api/metrics?limit=3&order=asc${typeof next === 'string' ? `&cursor=${next}` : ''}`,
      );
      seen.push(...(page['data'] as MetricEntry[]).map(({ id }) => id));
      next = page['next'];
    } while (next !== null);
    expect(seen).toEqual((await rows('/api/metrics')).map(({ id }) => id).reverse());
  });

  it('does not take SQL for a filter', async () => {
    for (const name of ['session', 'project', 'model', 'tool', 'tag', 'event_type']) {
      const response = await ask(app, `/api/metrics?${name}=${encodeURIComponent("' OR 1=1 --")}`);
      expect([name, response.status, await response.json()]).toEqual([
        name,
        200,
        { data: [], next: null },
      ]);
    }
  });
});

describe('a wrong parameter', () => {
  it.each([
    ['/api/metrics?limit=0', 'limit', ['at least 1']],
    ['/api/metrics?limit=1001', 'limit', ['at most 1000']],
    ['/api/metrics?limit=x', 'limit', undefined],
    ['/api/metrics?limit=-1', 'limit', undefined],
    ['/api/metrics?limit=1e2', 'limit', undefined],
    ['/api/metrics?order=down', 'order', ['desc', 'asc']],
    ['/api/metrics?sort=id;drop', 'sort', expect.arrayContaining(['order'])],
    ['/api/metrics?source=me', 'source', ['hook', 'transcript', 'telemetry', 'custom']],
    [
      '/api/metrics?event_category=x',
      'event_category',
      ['tool', 'api', 'session', 'user', 'custom'],
    ],
    ['/api/metrics?success=1', 'success', ['true', 'false']],
    ['/api/metrics?from=yesterday', 'from', [expect.stringContaining('ISO 8601')]],
    ['/api/metrics?start_time=2026-02-30', 'start_time', [expect.stringContaining('ISO 8601')]],
    ['/api/metrics?from=2026-11-21&to=2026-11-20', 'to', undefined],
    ['/api/metrics?cursor=abc', 'cursor', undefined],
    ['/api/metrics?limit=1&limit=2', 'limit', undefined],
    ['/api/metrics?from=2026-11-20&start_time=2026-11-20', 'start_time', undefined],
    ['/api/metrics?project=a%00b', 'project', undefined],
    ['/api/metrics?__proto__=1', '__proto__', expect.anything()],
    ['/api/metrics/aggregations', 'period', ['hour', 'day', 'week', 'month']],
    ['/api/metrics/aggregations?period=year', 'period', ['hour', 'day', 'week', 'month']],
    [
      '/api/metrics/aggregations?period=day&group_by=colour',
      'group_by',
      expect.arrayContaining(['model', 'event_type']),
    ],
    ['/api/metrics/aggregations?period=day&metric=x', 'metric', ['count', 'cost', 'tokens']],
    ['/api/metrics/aggregations?period=day&group_by=tool&metric=cost', 'metric', ['count']],
    ['/api/metrics/aggregations?period=day&group_by=tool&model=x', 'model', undefined],
    [
      '/api/metrics/aggregations?period=day&timezone=Mars/Base',
      'timezone',
      [expect.stringContaining('IANA')],
    ],
    ['/api/metrics/aggregations?period=day&cursor=x', 'cursor', undefined],
    ['/api/metrics/costs?limit=0', 'limit', ['at least 1']],
    ['/api/sessions?state=asleep', 'state', ['active', 'idle', 'ended']],
    ['/api/sessions?cursor=!', 'cursor', undefined],
    ['/api/sessions/aaaa?x=1', 'x', ['timezone']],
    ['/api/tools?model=x', 'model', expect.anything()],
    ['/api/files?cursor=x', 'cursor', undefined],
    ['/api/context?state=ended', 'state', ['active', 'idle']],
    ['/api/sources?x=1', 'x', []],
    ['/events/metrics?last_event_id=x', 'last_event_id', undefined],
    ['/events/metrics?filter=x', 'filter', expect.anything()],
  ])('%s is told by its name', async (path, parameter, allowed) => {
    const response = await ask(app, path);
    const body = (await response.json()) as z.infer<typeof answers.problemAnswer>;
    expect([response.status, body.error.parameter]).toEqual([400, parameter]);
    if (allowed !== undefined) expect(body.error.allowed).toEqual(allowed);
    expect(answers.problemAnswer.parse(body)).toEqual(body);
  });

  it('that fits several sessions is told as well', async () => {
    store.db.exec("INSERT INTO session (session_id) VALUES ('cccc-1'), ('cccc-2')");
    const response = await ask(app, '/api/metrics?session=cccc');
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { parameter: 'session' } },
    ]);
  });
});

describe('GET /api/metrics/aggregations', () => {
  it('adds up per day, with the bounds of each', async () => {
    const data = await rows('/api/metrics/aggregations?period=day');
    expect(data).toMatchObject([
      {
        day: '2026-11-20',
        period_start: '2026-11-20T00:00:00.000Z',
        period_end: '2026-11-21T00:00:00.000Z',
        value: 3,
        requests: 3,
        not_final_requests: 1,
      },
      { day: '2026-11-21', value: 1, requests: 1, cost_usd: 0, unpriced_requests: 1 },
    ]);
  });

  it('counts days, weeks and months in the zone asked for', async () => {
    const data = await rows('/api/metrics/aggregations?period=day&timezone=Pacific/Auckland');
    expect(data.map(({ day }) => day)).toEqual(['2026-11-20', '2026-11-21']);
    expect(data[0]).toMatchObject({ period_start: '2026-11-19T11:00:00.000Z' });
    expect(await rows('/api/metrics/aggregations?period=week')).toMatchObject([
      { week: '2026-11-16', value: 4 },
    ]);
    expect(await rows('/api/metrics/aggregations?period=month')).toMatchObject([
      { month: '2026-11', period_end: '2026-12-01T00:00:00.000Z' },
    ]);
  });

  it.each([
    ['model', { 'claude-haiku-5-5': 1, 'claude-next': 1, 'claude-opus-5-5': 1 }],
    ['project', { '/home/dev/old/shop': 1, [PROJECT]: 2 }],
    ['session', { [SESSION_A]: 2, [SESSION_B]: 1 }],
    ['source', { transcript: 3 }],
    ['tool', { Bash: 2, Read: 1 }],
    [
      'event_type',
      { api_error: 1, api_response: 3, tool_completed: 1, tool_failed: 2, user_prompt: 1 },
    ],
  ])('keeps apart by %s', async (group, expected) => {
    const data = await rows(`/api/metrics/aggregations?period=day&group_by=${group}&to=2026-11-21`);
    expect(Object.fromEntries(data.map((row) => [row['group'], row['value']]))).toEqual(expected);
    expect(data[0]).toMatchObject({ day: '2026-11-20' });
  });

  it.each(['cost', 'tokens'])('shows %s as the value', async (metric) => {
    const [first] = await rows(`/api/metrics/aggregations?period=month&metric=${metric}`);
    expect(first?.['value']).toBeCloseTo(metric === 'cost' ? 0.01506001 : 4 * 1_165, 12);
  });

  it('counts an hour that the clocks repeat as one, and none that they skip', async () => {
    using dst = createServingStore();
    for (const at of [
      '2026-03-29T00:30Z',
      '2026-03-29T01:30Z',
      '2026-10-25T00:30Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:30Z',
    ]) {
      dst.request({ atMs: Date.parse(at) });
    }
    dst.commit();
    const over = servingApp(dst);
    const expected = [
      {
        hour: '2026-03-29T01',
        period_start: '2026-03-29T00:00:00.000Z',
        period_end: '2026-03-29T01:00:00.000Z',
        value: 1,
      },
      {
        hour: '2026-03-29T03',
        period_start: '2026-03-29T01:00:00.000Z',
        period_end: '2026-03-29T02:00:00.000Z',
        value: 1,
      },
      {
        hour: '2026-10-25T02',
        period_start: '2026-10-25T00:00:00.000Z',
        period_end: '2026-10-25T02:00:00.000Z',
        value: 2,
      },
      {
        hour: '2026-10-25T03',
        period_start: '2026-10-25T02:00:00.000Z',
        period_end: '2026-10-25T03:00:00.000Z',
        value: 1,
      },
    ];
    for (const group of ['', '&group_by=model', '&group_by=event_type']) {
      const path = `/api/metrics/aggregations?period=hour&timezone=Europe/Berlin${group}`;
      expect((await askJson(over, path))['data']).toMatchObject(expected);
    }
    const days = await askJson(
      over,
      '/api/metrics/aggregations?period=day&timezone=Europe/Berlin&from=2026-10-25&to=2026-10-26',
    );
    expect(days['data']).toMatchObject([
      {
        period_start: '2026-10-24T22:00:00.000Z',
        period_end: '2026-10-25T23:00:00.000Z',
        value: 3,
      },
    ]);
  });

  it('comes in pages that cut no period in two', async () => {
    const first = await askJson(app, '/api/metrics/aggregations?period=day&group_by=model&limit=1');
    expect(first['data']).toHaveLength(3);
    const second = await askJson(
      app,
      `/api/metrics/aggregations?period=day&group_by=model&limit=1&cursor=${String(first['next'])}`,
    );
    expect(second).toMatchObject({ data: [{ day: '2026-11-21', group: 'gpt-x' }], next: null });
    const plain = await askJson(app, '/api/metrics/aggregations?period=day&limit=1');
    expect(
      await askJson(
        app,
        `/api/metrics/aggregations?period=day&limit=1&cursor=${String(plain['next'])}`,
      ),
    ).toMatchObject({
      data: [{ day: '2026-11-21' }],
      next: null,
    });
  });
});

describe('GET /api/metrics/costs', () => {
  it('breaks the cost down so that every side adds up to the total', async () => {
    const costs = await askJson(app, '/api/metrics/costs');
    const total = costs['total_cost_usd'];
    expect(total).toBe(0.01506001);
    const { total: byType, ...parts } = costs['by_token_type'] as Record<string, number>;
    expect(byType).toBe(total);
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(0.01506001, 12);
    for (const side of ['by_project', 'by_session', 'by_day', 'by_source']) {
      const { rows, rest } = costs[side] as {
        rows: { cost_usd: number }[];
        rest: { cost_usd: number };
      };
      expect(rows.reduce((sum, row) => sum + row.cost_usd, rest.cost_usd)).toBeCloseTo(
        0.01506001,
        12,
      );
    }
    expect(costs['data']).toMatchObject([
      { model: 'claude-haiku-5-5' },
      { model: 'claude-next' },
      { model: 'claude-opus-5-5' },
      { model: 'gpt-x', total_cost_usd: 0 },
    ]);
  });

  it('says what a short list leaves out', async () => {
    const costs = await askJson(app, '/api/metrics/costs?limit=1');
    expect(costs['by_session']).toMatchObject({
      rows: [{ session_id: SESSION_A }],
      rest: { rows: 1, cost_usd: 0.00253 },
    });
  });

  it('counts the parts of a request under their own models, also where a span cuts through a quarter of an hour', async () => {
    using parts = createServingStore();
    const part = (model: string, outputNanoUsd: number) => ({
      model,
      tokens: {
        inputTokens: 0,
        outputTokens: 1,
        cacheReadInputTokens: 0,
        cacheCreation5mInputTokens: 0,
        cacheCreation1hInputTokens: 0,
        webSearchRequests: 0,
      },
      cost: {
        inputNanoUsd: 0,
        outputNanoUsd,
        cacheReadNanoUsd: 0,
        cacheCreationNanoUsd: 0,
        webSearchNanoUsd: 0,
      },
      estimated: false,
    });
    parts.request({
      atMs: NINE_MS + 5,
      model: 'a',
      cost: [0, 30, 0, 0, 0],
      detail: { parts: [part('a', 10), part('b', 20)] },
    });
    parts.request({ atMs: NINE_MS + 6, model: 'b', cost: [0, 7, 0, 0, 0] });
    parts.commit();
    const span = 'from=2026-11-20T09:00:00.001Z&to=2026-11-20T09:00:00.100Z';
    expect(await askJson(servingApp(parts), `/api/metrics/costs?model=b&${span}`)).toMatchObject({
      total_cost_usd: 27e-9,
      by_token_type: { output: 27e-9, total: 27e-9 },
    });
  });

  it('is exact to the millisecond by type as well', async () => {
    const costs = await askJson(
      app,
      '/api/metrics/costs?from=2026-11-20T09:00:00.001Z&to=2026-11-20T09:01:00.001Z',
    );
    expect(costs).toMatchObject({
      total_cost_usd: 0.01000001,
      by_token_type: { web_search: 0.01, total: 0.01000001 },
    });
  });
});

describe('sessions', () => {
  it('are listed by their latest activity, page by page', async () => {
    const first = await askJson(app, '/api/sessions?limit=1');
    expect(answers.listOf(answers.sessionSummary).parse(first)['data']).toMatchObject([
      { session_id: SESSION_B, state: 'active' },
    ]);
    expect(
      await askJson(app, `/api/sessions?limit=1&cursor=${String(first['next'])}`),
    ).toMatchObject({ data: [{ session_id: SESSION_A }], next: null });
  });

  it.each([
    ['state=active', [SESSION_B]],
    ['state=idle', []],
    ['state=ended', [SESSION_A]],
    [`project=${PROJECT}`, [SESSION_A]],
    ['from=2026-11-21', [SESSION_B]],
    ['to=2026-11-20T09:30:00Z', [SESSION_A]],
  ])('are filtered by %s', async (query, expected) => {
    expect((await rows(`/api/sessions?${query}`)).map((row) => row['session_id'])).toEqual(
      expected,
    );
  });

  it('are told one by one with their parts', async () => {
    const session = await askJson(app, `/api/sessions/${SESSION_A}`);
    expect(session).toMatchObject({
      session_id: SESSION_A,
      usage_by_model: [{ model: 'claude-haiku-5-5' }, { model: 'claude-opus-5-5' }],
      tools: [{ tool: 'Bash', calls: 2, failures: 1, denied: 1 }, { tool: 'Read' }],
      context: [{ at: '2026-11-20T09:00:00.000Z', context_tokens: 1_065 }],
    });
    expect((await askJson(app, '/api/sessions/aaaa'))['session_id']).toBe(SESSION_A);
  });

  it.each(['dddddddd', '..', '%2e%2e%2fx', 'a b', 'x'.repeat(65), "'"])(
    'are not found at %s',
    async (id) => {
      expect((await ask(app, `/api/sessions/${encodeURI(id)}`)).status).toBe(404);
    },
  );
});

describe('what is going on', () => {
  it('shows tools with figures, percentiles and the newest calls', async () => {
    const tools = await askJson(app, '/api/tools?limit=2');
    expect(tools).toMatchObject({
      data: [
        {
          tool: 'Bash',
          calls: 2,
          failures: 1,
          denied: 1,
          recent: { recent_calls: 2, duration_ms_p50: 1_500, errors: { exit_code: 1, denied: 1 } },
        },
        { tool: 'Edit', calls: 1, recent: { duration_ms_p50: null, errors: {} } },
        { tool: 'Read', recent: { duration_ms_p95: 20 } },
      ],
      totals: { calls: 4 },
      recent_calls: [{ event_type: 'tool_start' }, { event_type: 'tool_failed' }],
    });
  });

  it('shows files', async () => {
    expect(await askJson(app, '/api/files?limit=1')).toMatchObject({
      data: [{ file: '/home/dev/shop/a.ts', reads: 1, writes: 1 }],
      next: null,
    });
  });

  it('shows the context of recent sessions, and how that of one changed', async () => {
    expect(await askJson(app, '/api/context')).toMatchObject({
      data: [
        {
          session_id: SESSION_B,
          state: 'active',
          context_tokens: 1_065,
          model: 'gpt-x',
          project: '/home/dev/old/shop',
        },
      ],
    });
    expect(await rows('/api/context?state=idle')).toEqual([]);
    expect(await askJson(app, '/api/context?session=aaaa')).toMatchObject({
      data: [{ session_id: SESSION_A, state: 'ended' }],
      trend: [{ context_tokens: 1_065 }],
    });
  });

  it('shows the sources and what of them was no good', async () => {
    store.db.exec(
      `INSERT INTO dead_letter (path, line, offset_bytes, length_bytes, reason, seen_at_ms)
       VALUES ('/claude/projects/shop/${SESSION_A}.jsonl', 3, 30, 5, 'invalid_json', 0)`,
    );
    expect(await askJson(app, '/api/sources')).toMatchObject({
      data: [
        {
          source: 'transcript',
          origins: 2,
          lines: 20,
          bytes: 2_000,
          requests: 4,
          duplicates: 3,
          rejects: { invalid_json: 1 },
          last_entry: '2026-11-21T09:00:00.600Z',
        },
      ],
      entries: { assistant: 8, user: 6 },
      rejects: { invalid_json: 2 },
      origin_resets: { truncated: 1 },
    });
  });
});

describe('the other names', () => {
  it.each([
    ['/api/costs', '/api/metrics/costs', ''],
    ['/api/claude-cost-analysis', '/api/metrics/costs', ''],
    ['/api/aggregations', '/api/metrics/aggregations', '?period=day'],
    ['/api/claude-sessions', '/api/sessions', ''],
    ['/api/claude-tool-usage', '/api/tools', ''],
    ['/api/claude-file-access', '/api/files', ''],
    ['/api/claude-context-trends', '/api/context', ''],
  ])('%s answers as %s does', async (alias, path, query) => {
    expect(await askJson(app, alias + query)).toEqual(await askJson(app, path + query));
  });
});
