import { describe, expect, it } from 'vitest';
import { planSpans, type PlanSpanQuery } from '../../src/rollups/plan-spans.ts';
import {
  createPlanFixture,
  fillPlanSample,
  SAMPLE_MS,
  SAMPLE_PULL_REQUEST,
  SAMPLE_SESSION,
} from '../support/plan-fixture.ts';
import { createStoreFixture } from '../support/store-fixture.ts';

const ALL: PlanSpanQuery = { plan: 'metrics', project: null, activation: null, includesOpen: true };
const MINUTE_MS = 60_000;

describe('the spans of a plan', () => {
  it('are a root, a child for each attempt, and one for each pull request', () => {
    const store = createStoreFixture();
    fillPlanSample(store.db);
    const spans = planSpans(store.db, ALL) ?? [];
    expect(
      spans.map(({ name, startMs, endMs, status, message }) => [
        name,
        (startMs - SAMPLE_MS) / MINUTE_MS,
        (endMs - SAMPLE_MS) / MINUTE_MS,
        status,
        message,
      ]),
    ).toEqual([
      ['plan metrics', 10, 21, 'unset', null],
      ['feature F001', 10, 12, 'error', 'feature_failed F001'],
      ['feature F001', 13, 16, 'ok', null],
      ['feature F002', 20, 21, 'unset', null],
      ['feature F003', 21, 21, 'ok', null],
      ['pull_request', 18, 18, 'unset', null],
    ]);
    const [root, ...children] = spans;
    expect(root?.parentSpanId).toBeNull();
    expect(new Set(children.map(({ parentSpanId }) => parentSpanId))).toEqual(
      new Set([root?.spanId]),
    );
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    expect(root?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(root?.spanId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('have a root that holds what was going on when the plan was taken up again', () => {
    const store = createStoreFixture();
    const { plan } = fillPlanSample(store.db);
    store.db
      .prepare('UPDATE plan_activation SET orchestrated_at_ms = ? WHERE plan = ?')
      .run(SAMPLE_MS + 14 * MINUTE_MS, plan);
    const [root] = planSpans(store.db, ALL) ?? [];
    expect(root?.startMs).toBe(SAMPLE_MS + 10 * MINUTE_MS);
  });

  it('say whose they are and what was used', () => {
    const store = createStoreFixture();
    fillPlanSample(store.db);
    const [root, first, , open, inferred, pullRequest] = planSpans(store.db, ALL) ?? [];
    expect(first?.attributes).toEqual({
      'hall_monitor.plan.name': 'metrics',
      'hall_monitor.plan.id': expect.stringMatching(/^plan_/) as string,
      'hall_monitor.plan.project': '/home/dev/shop',
      'hall_monitor.plan.path': '/home/dev/shop/dev/active/metrics',
      'hall_monitor.plan.activation': 1,
      'hall_monitor.feature.id': 'F001',
      'hall_monitor.feature.description': 'Counts things',
      'hall_monitor.feature.attempt': 1,
      'hall_monitor.feature.status': 'completed',
      'hall_monitor.feature.outcome': 'failed',
      'hall_monitor.feature.start_inferred': false,
      'session.id': SAMPLE_SESSION,
      'gen_ai.conversation.id': SAMPLE_SESSION,
      'gen_ai.agent.id': 'agent-1',
      'gen_ai.usage.input_tokens': 111,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 100,
      'gen_ai.usage.cache_creation.input_tokens': 1,
      'hall_monitor.cost_usd': 0.100000002,
      'hall_monitor.requests': 1,
      'hall_monitor.tool_calls': 2,
    });
    expect(root?.attributes).toMatchObject({
      'hall_monitor.open': true,
      'hall_monitor.requests': 10,
      'hall_monitor.cost_usd': 1.00000001,
      'session.id': SAMPLE_SESSION,
    });
    expect(open?.attributes).toMatchObject({ 'hall_monitor.open': true });
    expect(open?.attributes).not.toHaveProperty('session.id');
    expect(inferred?.attributes).toMatchObject({ 'hall_monitor.feature.start_inferred': true });
    expect(pullRequest?.attributes).toMatchObject({
      'url.full': SAMPLE_PULL_REQUEST,
      'vcs.change.id': '7',
    });
  });

  it('all but the pull request link to it', () => {
    const store = createStoreFixture();
    fillPlanSample(store.db);
    const spans = planSpans(store.db, ALL) ?? [];
    const pullRequest = spans.at(-1);
    const link = {
      traceId: pullRequest?.traceId,
      spanId: pullRequest?.spanId,
      attributes: { 'url.full': SAMPLE_PULL_REQUEST },
    };
    expect(spans.map(({ links }) => links)).toEqual([[link], [link], [link], [link], [link], []]);
  });

  it('leave out what goes on where that is asked for', () => {
    const store = createStoreFixture();
    fillPlanSample(store.db);
    const names = planSpans(store.db, { ...ALL, includesOpen: false })?.map(({ name }) => name);
    expect(names).toEqual(['feature F001', 'feature F001', 'feature F003', 'pull_request']);
  });

  it('have the same ids in a store whose rows have other ones', () => {
    const [one, two] = [createStoreFixture(), createStoreFixture()];
    fillPlanSample(one.db);
    const before = createPlanFixture(two.db);
    const other = before.plan({ name: 'before' });
    const feature = before.feature({ plan: other, id: 'F001' });
    before.attempt({ plan: other, feature, startedAtMs: 0 });
    fillPlanSample(two.db);
    expect(planSpans(two.db, ALL)).toEqual(planSpans(one.db, ALL));
  });

  it('are a trace of its own for each activation, and tell features of one id apart', () => {
    const { db } = createStoreFixture();
    const plans = createPlanFixture(db);
    const plan = plans.plan({ activation: 3 });
    for (const number of [1, 2, 3]) {
      const startedAtMs = SAMPLE_MS + number;
      const done = { orchestratedAtMs: null, completedAtMs: startedAtMs - 1 };
      plans.activation({ plan, number, startedAtMs, ...(number < 3 && done) });
    }
    for (const name of ['F001', 'F001#2']) {
      const feature = plans.feature({ plan, id: 'F001', name });
      plans.attempt({ plan, feature, startedAtMs: SAMPLE_MS, endedAtMs: SAMPLE_MS });
    }
    const spans = planSpans(db, ALL) ?? [];
    expect(spans.map(({ name }) => name)).toEqual([
      'plan metrics',
      'feature F001',
      'feature F001',
      'plan metrics',
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(4);
    expect(spans.every(({ startMs, endMs }) => endMs >= startMs)).toBe(true);
    expect(planSpans(db, { ...ALL, activation: 2 })).toEqual(spans.slice(3));
    expect(planSpans(db, { ...ALL, activation: 3 })).toEqual([]);
    expect(planSpans(db, { ...ALL, plan: 'other' })).toBeUndefined();
  });
});
