import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import * as answers from '../../exporters/rest/answers.ts';
import {
  planDetailAnswer,
  planEventAnswer,
  planSummary,
  spansAnswer,
} from '../../exporters/rest/plan-answers.ts';
import type { App } from '../../src/server/app.ts';
import { ask, askJson, servingApp } from '../server/serving.ts';
import type { ServingStore } from '../server/serving-store.ts';
import { createServingStore } from '../server/serving-store.ts';
import { createPlanFixture, fillPlanSample, SAMPLE_MS } from '../support/plan-fixture.ts';

const ODD_NAMES = ['two words', 'größe-計画', '100%', '%20', '..foo', "o'clock; DROP", 'events'];

let store: ServingStore;
let app: App;

beforeAll(() => {
  store = createServingStore();
  fillPlanSample(store.db);
  const plans = createPlanFixture(store.db);
  for (const [index, name] of ODD_NAMES.entries()) {
    const plan = plans.plan({ name, repository: '/srv/odd', location: 'gone' });
    plans.event({ plan, type: 'plan_created', atMs: SAMPLE_MS - 1 - index, key: name });
  }
  const again = plans.plan({ repository: '/srv/shop', location: 'complete' });
  plans.activation({ plan: again, startedAtMs: SAMPLE_MS, startBasis: 'first_seen' });
  app = servingApp(store);
});

afterAll(() => store[Symbol.dispose]());

const rows = async (path: string): Promise<readonly Record<string, unknown>[]> =>
  (await askJson(app, path))['data'] as Record<string, unknown>[];
const named = (name: string): string => encodeURIComponent(name);

describe('GET /api/plans', () => {
  it('lists plans in their public form, the one that changed last first', async () => {
    const list = await askJson(app, '/api/plans');
    expect(answers.listOf(planSummary.strict()).parse(list)).toEqual(list);
    expect((await rows('/api/plans')).map(({ plan }) => plan)).toEqual([
      'metrics',
      ...ODD_NAMES,
      'metrics',
    ]);
  });

  it.each([
    ['plan=metrics', 2],
    ['project=/srv/shop', 1],
    ['project=shop', 2],
    ['location=gone', ODD_NAMES.length],
    ['location=complete&plan=metrics', 1],
    ['plan=nothing', 0],
    [`plan=${named("' OR 1=1 --")}`, 0],
  ])('filters by %s', async (query, count) => {
    expect(await rows(`/api/plans?${query}`)).toHaveLength(count);
  });

  it('comes in pages', async () => {
    const seen: unknown[] = [];
    for (let cursor = ''; ;) {
      const page = await askJson(app, `/api/plans?limit=4${cursor}`);
      seen.push(...(page['data'] as Record<string, unknown>[]).map(({ plan_id: id }) => id));
      const { next } = page;
      if (typeof next !== 'string') break;
      cursor = `&cursor=${next}`;
    }
    expect(seen).toEqual((await rows('/api/plans')).map(({ plan_id: id }) => id));
  });
});

describe('GET /api/plans/events', () => {
  it('tells plan events in their public form, newest first', async () => {
    const list = await askJson(app, '/api/plans/events');
    expect(answers.listOf(planEventAnswer).parse(list)).toEqual(list);
    expect(await rows('/api/plans/events')).toHaveLength(11 + ODD_NAMES.length);
    expect((await rows('/api/plans/events?limit=1'))[0]).toMatchObject({
      event_type: 'feature_completed',
      feature_id: 'F003',
    });
  });

  it.each([
    ['plan=metrics&project=/srv/shop', 0],
    ['event_type=pr_created', 1],
    ['feature=F001&status=completed', 1],
    ['feature_id=F001&type=feature_completed', 1],
    ['plan_name=metrics&status=failed', 1],
    ['session=aaaa', 4],
    ['session=unknown&plan=metrics', 7],
    ['from=2026-11-20T10:20:00Z', 3],
    ['start_time=2026-11-20T10:00:00Z&to=2026-11-20T10:01:00Z', 1],
  ])('filters by %s', async (query, count) => {
    expect(await rows(`/api/plans/events?${query}`)).toHaveLength(count);
  });

  it('tells those of one plan by its name or id, and nothing of one that was never seen', async () => {
    const [plan] = await rows('/api/plans?project=/home/dev/shop');
    const events = await rows('/api/plans/events/metrics?order=asc');
    expect(events).toHaveLength(11);
    expect(await rows(`/api/plans/events/${String(plan?.['plan_id'])}?order=asc`)).toEqual(events);
    expect(await rows('/api/plans/events/metrics?project=/srv/shop')).toEqual([]);
    expect((await ask(app, '/api/plans/events/never')).status).toBe(404);
    const first = await askJson(app, '/api/plans/events/metrics?order=asc&limit=4');
    const rest = `/api/plans/events/metrics?order=asc&cursor=${String(first['next'])}`;
    expect(await rows(rest)).toEqual(events.slice(4));
  });
});

describe('GET /api/plans/:plan', () => {
  it('tells every plan of the name with all its parts', async () => {
    const list = await askJson(app, '/api/plans/metrics');
    expect(answers.listOf(planDetailAnswer.strict()).parse(list)).toEqual(list);
    expect(list).toMatchObject({
      data: [
        { project: '/home/dev/shop', features: [{ id: 'F001' }, { id: 'F002' }, { id: 'F003' }] },
        { project: '/srv/shop', features: [] },
      ],
      next: null,
    });
    expect(await rows('/api/plans/metrics?project=/srv/shop')).toHaveLength(1);
  });

  it.each(ODD_NAMES.filter((name) => name !== 'events'))('finds the plan %j', async (name) => {
    expect(await rows(`/api/plans/${named(name)}`)).toMatchObject([{ plan: name }]);
    expect(await rows(`/api/plans/events/${named(name)}`)).toMatchObject([{ plan_name: name }]);
    expect(await askJson(app, `/api/plans/${named(name)}/spans`)).toEqual({ resourceSpans: [] });
  });

  it('finds a plan by its id where its name is that of another path', async () => {
    const [plan] = await rows('/api/plans?plan=events');
    expect(await rows(`/api/plans/${String(plan?.['plan_id'])}`)).toMatchObject([
      { plan: 'events' },
    ]);
  });

  it.each([
    'never',
    '%00',
    '%ZZ',
    '%E0%A4%A',
    '%2e%2e%2fetc',
    '..%2f..%2fetc',
    "'%20OR%201=1",
    'x'.repeat(5_000),
    '__proto__',
    'plan_',
    '%F0%9F%92%A9',
  ])('answers %s with 404', async (name) => {
    for (const path of [
      `/api/plans/${name}`,
      `/api/plans/${name}/spans`,
      `/api/plans/events/${name}`,
    ]) {
      expect([path, (await ask(app, path)).status]).toEqual([path, 404]);
    }
  });
});

describe('GET /api/plans/:plan/spans', () => {
  it('is a request of OTLP in JSON', async () => {
    const spans = await askJson(app, '/api/plans/metrics/spans?project=/home/dev/shop');
    expect(spansAnswer.strict().parse(spans)).toEqual(spans);
    expect(spans).toMatchObject({
      resourceSpans: [
        {
          resource: {
            attributes: [
              { key: 'service.name', value: { stringValue: 'hall-monitor' } },
              { key: 'service.version', value: { stringValue: '9.9.9' } },
            ],
          },
          scopeSpans: [{ scope: { name: 'hall-monitor', version: '9.9.9' } }],
        },
      ],
    });
    const [root, failed] = spansAnswer.parse(spans).resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
    expect(root).not.toHaveProperty('parentSpanId');
    expect(root).toMatchObject({ kind: 1, status: { code: 0 } });
    expect(failed).toMatchObject({
      name: 'feature F001',
      parentSpanId: root?.spanId,
      startTimeUnixNano: '1795169400000000000',
      endTimeUnixNano: '1795169520000000000',
      status: { code: 2, message: 'feature_failed F001' },
      attributes: expect.arrayContaining([
        { key: 'hall_monitor.feature.attempt', value: { intValue: '1' } },
        { key: 'hall_monitor.feature.start_inferred', value: { boolValue: false } },
        { key: 'hall_monitor.cost_usd', value: { doubleValue: 0.100000002 } },
      ]) as unknown,
    });
  });

  it('leaves out what goes on, or other activations, where that is asked for', async () => {
    const names = async (query: string): Promise<string[]> =>
      spansAnswer
        .parse(await askJson(app, `/api/plans/metrics/spans?${query}`))
        .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
        .map(({ name }) => name);
    expect(await names('open=false')).toHaveLength(4);
    expect(await names('activation=1')).toHaveLength(6);
    expect(await names('activation=2')).toEqual([]);
  });
});

describe('a wrong parameter of plans', () => {
  it.each([
    ['/api/plans?location=here', 'location'],
    ['/api/plans?limit=0', 'limit'],
    ['/api/plans?cursor=x', 'cursor'],
    ['/api/plans?plan=a%00b', 'plan'],
    ['/api/plans?name=metrics', 'name'],
    ['/api/plans/events?event_type=feature_removed', 'event_type'],
    ['/api/plans/events?status=done', 'status'],
    ['/api/plans/events?limit=1001', 'limit'],
    ['/api/plans/events?cursor=1', 'cursor'],
    ['/api/plans/events?from=soon', 'from'],
    ['/api/plans/events/metrics?plan=metrics', 'plan'],
    ['/api/plans/metrics?x=1', 'x'],
    ['/api/plans/metrics/spans?activation=0', 'activation'],
    ['/api/plans/metrics/spans?open=maybe', 'open'],
    ['/events/plans?event_type=user_prompt', 'event_type'],
    ['/events/plans?last_event_id=x', 'last_event_id'],
  ])('%s is told by its name', async (path, parameter) => {
    const response = await ask(app, path);
    const body = (await response.json()) as z.infer<typeof answers.problemAnswer>;
    expect([response.status, body.error.parameter]).toEqual([400, parameter]);
  });
});
