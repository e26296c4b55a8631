import { beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { listPlans, planDetail } from '../../src/rollups/plans.ts';
import {
  createPlanFixture,
  fillPlanSample,
  SAMPLE_MS,
  SAMPLE_PULL_REQUEST,
  SAMPLE_SESSION,
  type PlanFixture,
} from '../support/plan-fixture.ts';
import { createStoreFixture, type StoreFixture } from '../support/store-fixture.ts';

const MINUTE_MS = 60_000;
const NOW_MS = SAMPLE_MS + 60 * MINUTE_MS;
const VIEW = { nowMs: NOW_MS };
const NOTHING = {
  requests: 0,
  input_tokens: 0,
  output_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_5m_input_tokens: 0,
  cache_creation_1h_input_tokens: 0,
  web_search_requests: 0,
  cost_usd: 0,
  estimated_cost_usd: 0,
  unpriced_requests: 0,
  not_final_requests: 0,
  tool_calls: 0,
  tool_failures: 0,
  files_touched: 0,
  active_ms: 0,
};

let store: StoreFixture;
let plans: PlanFixture;

beforeEach(() => {
  store = createStoreFixture();
  plans = createPlanFixture(store.db);
});

const names = (query: Partial<Parameters<typeof listPlans>[1]> = {}): string[] =>
  listPlans(store.db, { ...VIEW, limit: null, ...query }).plans.map(({ plan }) => plan);

describe('a plan', () => {
  it('is summed up with how far it is, how long it goes on and what it cost', () => {
    fillPlanSample(store.db);
    const [plan] = listPlans(store.db, { ...VIEW, limit: null }).plans;
    expect(plan).toEqual({
      plan_id: expect.stringMatching(/^plan_[\w-]{22}$/) as string,
      plan: 'metrics',
      project: '/home/dev/shop',
      path: '/home/dev/shop/dev/active/metrics',
      location: 'active',
      activation: 1,
      feature_counts: { total: 3, pending: 0, in_progress: 1, completed: 2, failed: 0, removed: 0 },
      progress: 2 / 3,
      created: '2026-11-20T10:00:00.000Z',
      started: '2026-11-20T10:10:00.000Z',
      ended: null,
      last_event: '2026-11-20T10:21:00.000Z',
      duration_ms: null,
      elapsed_ms: 50 * MINUTE_MS,
      sessions: [SAMPLE_SESSION],
      pull_requests: [{ url: SAMPLE_PULL_REQUEST, number: 7, repository: 'example/shop' }],
      inferred_starts: 1,
      regressions: 1,
      activation_usage: plan?.usage,
      usage: {
        ...NOTHING,
        requests: 10,
        input_tokens: 100,
        output_tokens: 200,
        cache_read_input_tokens: 1_000,
        cache_creation_5m_input_tokens: 10,
        cost_usd: 1.00000001,
        tool_calls: 20,
        tool_failures: 1,
        active_ms: 10_000,
      },
    });
  });

  it('that lies among the complete ones with nothing completed is shown as just that', () => {
    const plan = plans.plan({ location: 'complete' });
    plans.activation({ plan, startedAtMs: SAMPLE_MS, startBasis: 'first_seen' });
    for (let index = 0; index < 33; index += 1) {
      plans.feature({ plan, id: `F${index}`, position: index });
    }
    plans.feature({ plan, id: 'F99', removedAtMs: SAMPLE_MS });
    expect(listPlans(store.db, { ...VIEW, limit: null }).plans).toMatchObject([
      {
        location: 'complete',
        feature_counts: { total: 33, pending: 33, completed: 0, removed: 1 },
        progress: 0,
        created: null,
        started: null,
        ended: null,
        last_event: null,
        duration_ms: null,
        elapsed_ms: null,
        usage: NOTHING,
      },
    ]);
  });

  it('without features has no progress, and one that ended has taken a time', () => {
    const plan = plans.plan({ location: 'complete' });
    const started = { plan, startedAtMs: SAMPLE_MS, orchestratedAtMs: SAMPLE_MS + 5 };
    plans.activation({ ...started, completedAtMs: SAMPLE_MS + 105 });
    expect(listPlans(store.db, { ...VIEW, limit: null }).plans).toMatchObject([
      { progress: null, duration_ms: 100, elapsed_ms: null },
    ]);
  });

  it('tells what its current activation used from what all of them did', () => {
    const plan = plans.plan({ activation: 2 });
    plans.activation({ plan, startedAtMs: SAMPLE_MS, completedAtMs: SAMPLE_MS + 1 });
    plans.activation({ plan, number: 2, startedAtMs: SAMPLE_MS + 2, startBasis: 'moved_back' });
    plans.usage({ plan, requests: 3, costNanoUsd: 7, estimatedNanoUsd: 2, unpriced: 1 });
    plans.usage({ plan, activation: 2, requests: 5, costNanoUsd: 11, notFinal: 1 });
    for (const [activation, file] of [
      [1, '/a'],
      [1, '/b'],
      [2, '/b'],
    ] as const) {
      store.toolCall({ atMs: SAMPLE_MS, tool: 'Edit', file });
      plans.shareToolCall({ plan, activation });
    }
    expect(planDetail(store.db, 'metrics', VIEW)).toMatchObject([
      {
        activation_usage: { requests: 5, cost_usd: 11e-9, not_final_requests: 1, files_touched: 1 },
        usage: { requests: 8, cost_usd: 18e-9, estimated_cost_usd: 2e-9, files_touched: 2 },
        activations: [
          { number: 1, start_basis: 'plan_created', usage: { requests: 3, files_touched: 2 } },
          { number: 2, start_basis: 'moved_back', usage: { requests: 5 }, rest: { requests: 5 } },
        ],
      },
    ]);
  });
});

describe('the list of plans', () => {
  it('has the one that changed last first, page by page', () => {
    for (const [index, name] of ['old', 'middle', 'new'].entries()) {
      const plan = plans.plan({ name, firstSeenMs: SAMPLE_MS - index });
      if (name !== 'old') plans.event({ plan, type: 'plan_created', atMs: SAMPLE_MS + index });
    }
    expect(names()).toEqual(['new', 'middle', 'old']);
    const first = listPlans(store.db, { ...VIEW, limit: 2 });
    expect(first.plans.map(({ plan }) => plan)).toEqual(['new', 'middle']);
    expect(names({ cursor: first.next })).toEqual(['old']);
    expect(listPlans(store.db, { ...VIEW, limit: 1, cursor: first.next }).next).toBeNull();
  });

  it('is narrowed by name, id, project and location', () => {
    plans.plan({ name: 'a', repository: '/home/dev/shop' });
    plans.plan({ name: 'a', repository: '/srv/shop', location: 'gone' });
    plans.plan({ name: 'plan_b', repository: '/srv/other' });
    const [id] = listPlans(store.db, { ...VIEW, limit: null, project: '/srv/shop' }).plans.map(
      ({ plan_id: each }) => each,
    );
    expect(names({ name: 'a' })).toEqual(['a', 'a']);
    expect(names({ name: id ?? '' })).toEqual(['a']);
    expect(names({ name: 'plan_b' })).toEqual(['plan_b']);
    expect(names({ project: 'shop' })).toEqual(['a', 'a']);
    expect(names({ project: '/srv/shop' })).toEqual(['a']);
    expect(names({ location: 'gone' })).toEqual(['a']);
    expect(names({ name: "' OR 1=1 --" })).toEqual([]);
  });

  it('refuses a cursor that it did not give', () => {
    expect(() => names({ cursor: '1;2' })).toThrow(InputError);
  });
});

describe('the parts of a plan', () => {
  it('add up to the whole, to the last nano-dollar', () => {
    fillPlanSample(store.db);
    const [detail] = planDetail(store.db, 'metrics', VIEW);
    const parts = [...(detail?.features ?? []), ...(detail ? [detail.rest] : [])];
    const sum = (of: (usage: (typeof parts)[number]['usage']) => number): number =>
      parts.reduce((total, { usage }) => total + of(usage), 0);
    expect(sum(({ requests }) => requests)).toBe(detail?.total.usage.requests);
    expect(sum(({ cost_usd: usd }) => Math.round(usd * 1e9))).toBe(1_000_000_010);
    expect(sum(({ active_ms: ms }) => ms)).toBe(detail?.total.usage.active_ms);
    expect(detail?.total.usage).toEqual(detail?.usage);
    expect(detail?.earlier).toBeNull();
  });

  it('are the features in the order of the manifest, with their attempts', () => {
    fillPlanSample(store.db);
    const [detail] = planDetail(store.db, 'metrics', VIEW);
    expect(detail?.features).toMatchObject([
      {
        id: 'F001',
        description: 'Counts things',
        file: 'prompts/01-count.md',
        status: 'completed',
        raw_status: null,
        regressions: 1,
        verification: null,
        usage: { requests: 3, cost_usd: 0.300000005 },
        attempts: [
          {
            number: 1,
            started: '2026-11-20T10:10:00.000Z',
            outcome: 'failed',
            duration_ms: 2 * MINUTE_MS,
            usage: { requests: 1 },
          },
          { number: 2, outcome: 'completed', start_inferred: false, duration_ms: 3 * MINUTE_MS },
        ],
      },
      {
        id: 'F002',
        attempts: [{ ended: null, outcome: null, duration_ms: null, elapsed_ms: 40 * MINUTE_MS }],
      },
      {
        id: 'F003',
        raw_status: 'done',
        attempts: [{ start_inferred: true, duration_ms: null, elapsed_ms: null }],
        usage: NOTHING,
      },
    ]);
  });

  it('show what was planned against what was changed', () => {
    const { plan, attempts } = fillPlanSample(store.db);
    plans.checkout(plan, '/home/dev/shop/trees/one');
    const touch = (tool: string, file: string, more: object = {}): void => {
      store.toolCall({ atMs: SAMPLE_MS, tool, file, ...more });
      plans.shareToolCall({ plan, attempt: attempts[1]! });
    };
    touch('Edit', '/home/dev/shop/src/count.ts');
    touch('Read', '/home/dev/shop/src/count.ts');
    touch('Write', '/home/dev/shop/trees/one/src/count.ts');
    touch('Write', '/home/dev/shop/src/other.ts');
    touch('Edit', '/home/dev/shop/dev/active/metrics/manifest.jsonl');
    touch('Read', '/home/dev/shopping/list.txt');
    touch('Grep', '/home/dev/shop/src');
    touch('Edit', '/home/dev/shop/src/never.ts', { success: false });
    const [feature, untouched] = planDetail(store.db, 'metrics', VIEW)[0]?.features ?? [];
    expect(feature).toMatchObject({
      planned_files: ['src/count.ts', 'src/never.ts'],
      touched_planned: ['src/count.ts'],
      touched_unplanned: ['src/other.ts'],
      usage: { files_touched: 4 },
      attempts: [
        { files: [] },
        {
          files: [
            { path: 'dev/active/metrics/manifest.jsonl', reads: 0, writes: 1 },
            { path: 'src/count.ts', reads: 1, writes: 2 },
            { path: 'src/other.ts', reads: 0, writes: 1 },
            { path: '/home/dev/shopping/list.txt', reads: 1, writes: 0 },
          ],
        },
      ],
    });
    expect(untouched).toMatchObject({ touched_planned: null, touched_unplanned: null });
  });

  it('keep what went into an earlier writing of the plan apart', () => {
    const plan = plans.plan({ generation: 2, activation: 2 });
    plans.activation({ plan, startedAtMs: SAMPLE_MS });
    plans.activation({ plan, number: 2, generation: 2, startedAtMs: SAMPLE_MS + 1 });
    const old = plans.feature({ plan, id: 'F001' });
    const now = plans.feature({ plan, id: 'F001', name: 'F001#2', generation: 2 });
    const attempt = plans.attempt({ plan, feature: old, startedAtMs: SAMPLE_MS, inferred: true });
    const later = { plan, feature: now, activation: 2, startedAtMs: SAMPLE_MS };
    plans.usage({ plan, attempt, requests: 2 });
    plans.usage({ plan, activation: 2, attempt: plans.attempt(later), requests: 3 });
    plans.usage({ plan, activation: 2, requests: 5 });
    expect(planDetail(store.db, 'metrics', VIEW)).toMatchObject([
      {
        inferred_starts: 0,
        features: [{ id: 'F001', usage: { requests: 3 } }],
        earlier: { usage: { requests: 2 } },
        rest: { usage: { requests: 5 } },
        total: { usage: { requests: 10 } },
      },
    ]);
  });
});

describe('a name that two projects share', () => {
  it('stands for both plans, the one that changed last first', () => {
    const shop = plans.plan({ repository: '/home/dev/shop' });
    const old = plans.plan({ repository: '/home/dev/old' });
    plans.event({ plan: shop, type: 'plan_created', atMs: SAMPLE_MS });
    plans.event({ plan: old, type: 'plan_created', atMs: SAMPLE_MS - 1 });
    const found = planDetail(store.db, 'metrics', VIEW);
    expect(found.map(({ project }) => project)).toEqual(['/home/dev/shop', '/home/dev/old']);
    expect(planDetail(store.db, found[1]?.plan_id ?? '', VIEW)).toEqual([found[1]]);
    expect(planDetail(store.db, 'metrics', { ...VIEW, project: 'old' })).toEqual([found[1]]);
    expect(planDetail(store.db, 'other', VIEW)).toEqual([]);
  });
});
