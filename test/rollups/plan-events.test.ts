import { beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { planEventPage, type PlanEventQuery } from '../../src/rollups/plan-events.ts';
import { fillPlanSample, SAMPLE_MS, SAMPLE_SESSION } from '../support/plan-fixture.ts';
import { createPlanFixture } from '../support/plan-fixture.ts';
import { createStoreFixture, type StoreFixture } from '../support/store-fixture.ts';

const ALL: PlanEventQuery = {
  plan: null,
  project: null,
  eventType: null,
  feature: null,
  status: null,
  session: null,
  sinceMs: null,
  untilMs: null,
  order: 'asc',
  limit: 100,
  cursor: null,
};

let store: StoreFixture;

beforeEach(() => {
  store = createStoreFixture();
  fillPlanSample(store.db);
});

const types = (query: Partial<PlanEventQuery> = {}): string[] =>
  planEventPage(store.db, { ...ALL, ...query }).events.map(({ event_type: type }) => type);

describe('plan events', () => {
  it('have their public form, without what nobody knows', () => {
    const [first, , , started] = planEventPage(store.db, ALL).events;
    expect(started).toEqual({
      id: expect.stringMatching(/^pev_[\w-]{22}$/) as string,
      revision: 0,
      timestamp: '2026-11-20T10:10:00.000Z',
      session_id: SAMPLE_SESSION,
      event_type: 'feature_started',
      plan_name: 'metrics',
      plan_path: '/home/dev/shop/dev/active/metrics',
      feature_id: 'F001',
      feature_description: 'Counts things',
      status: 'in_progress',
      data: {
        attempt: 1,
        previous_status: 'pending',
        plan_id: expect.stringMatching(/^plan_[\w-]{22}$/) as string,
        project_path: '/home/dev/shop',
        activation: 1,
        prompt_id: 'prompt-1',
        agent_id: 'agent-1',
        tool_use_id: 'toolu_1',
        time_source: 'file',
        session_source: 'tool_call',
      },
    });
    expect(first).toEqual({
      id: expect.any(String) as string,
      revision: 0,
      timestamp: '2026-11-20T10:00:00.000Z',
      session_id: 'unknown',
      event_type: 'plan_created',
      plan_name: 'metrics',
      plan_path: '/home/dev/shop/dev/active/metrics',
      data: {
        plan_id: started?.data['plan_id'],
        project_path: '/home/dev/shop',
        activation: 1,
        time_source: 'file',
      },
    });
  });

  it('come in the order of time, and of telling within one moment', () => {
    expect(types().slice(2, 4)).toEqual(['orchestration_started', 'feature_started']);
    expect(types({ order: 'desc' })).toEqual(types().reverse());
  });

  it.each([1, 2, 3, 11])('come in pages of %d that join without a gap', (limit) => {
    for (const order of ['asc', 'desc'] as const) {
      const seen: string[] = [];
      for (let cursor: string | null = null; ;) {
        const page = planEventPage(store.db, { ...ALL, order, limit, cursor });
        seen.push(...page.events.map(({ id }) => id));
        cursor = page.next;
        if (cursor === null) break;
      }
      const whole = planEventPage(store.db, { ...ALL, order }).events.map(({ id }) => id);
      expect(seen).toEqual(whole);
    }
  });

  it.each([
    [{ plan: 'metrics' }, 11],
    [{ plan: 'other' }, 0],
    [{ project: 'shop' }, 11],
    [{ project: '/home/dev/old/shop' }, 0],
    [{ eventType: 'pr_created' }, 1],
    [{ feature: 'F001' }, 4],
    [{ status: 'failed' }, 1],
    [{ session: 'aaaaaaaa' }, 4],
    [{ session: 'unknown' }, 7],
    [{ session: 'zzz' }, 0],
    [{ sinceMs: SAMPLE_MS + 20 * 60_000 }, 3],
    [{ untilMs: SAMPLE_MS + 60_000 }, 1],
    [{ feature: 'F001', status: 'completed', plan: 'metrics' }, 1],
  ] satisfies readonly (readonly [Partial<PlanEventQuery>, number])[])(
    'are narrowed by %j',
    (query, count) => {
      expect(types(query)).toHaveLength(count);
    },
  );

  it('refuse a cursor that they did not give, and a session that is several', () => {
    const plans = createPlanFixture(store.db);
    const plan = plans.plan({ name: 'other' });
    for (const session of ['ccc-1', 'ccc-2']) {
      plans.event({ plan, type: 'plan_created', atMs: 0, key: session, session });
    }
    expect(() => types({ cursor: 'x' })).toThrow(InputError);
    expect(() => types({ session: 'ccc' })).toThrow(InputError);
  });
});
