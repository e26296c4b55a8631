import type { Database } from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { report, type ReportQuery } from '../../src/rollups/report.ts';
import { createPlanFixture } from '../support/plan-fixture.ts';
import { createStoreFixture } from '../support/store-fixture.ts';

const ALL: Omit<ReportQuery, 'kind'> = {
  timezone: 'UTC',
  sinceMs: null,
  untilMs: null,
  project: null,
  model: null,
  session: null,
};
const AT_MS = Date.parse('2026-11-20T09:07:00Z');

describe('a report', () => {
  it('has the columns that are promised, in their order', () => {
    const store = createStoreFixture();
    store.request({ atMs: AT_MS, costNanoUsd: 1, cacheWrite5mTokens: 3, webSearches: 2 });
    const answer = report(store.db, { ...ALL, kind: 'hourly' });
    expect(Object.keys(answer)).toEqual(['report', 'timezone', 'since', 'until', 'rows', 'totals']);
    expect(answer.rows).toEqual([
      {
        hour: '2026-11-20T09',
        requests: 1,
        input_tokens: 10,
        output_tokens: 20,
        cache_read_input_tokens: 0,
        cache_creation_5m_input_tokens: 3,
        cache_creation_1h_input_tokens: 0,
        web_search_requests: 2,
        cost_usd: 1e-9,
        estimated_cost_usd: 0,
        unpriced_requests: 0,
        not_final_requests: 0,
      },
    ]);
    expect(Object.keys(answer.rows[0] ?? {})).toEqual(['hour', ...Object.keys(answer.totals)]);
  });

  it('says in UTC which span it covers', () => {
    const store = createStoreFixture();
    const { since, until } = report(store.db, {
      ...ALL,
      kind: 'daily',
      sinceMs: AT_MS,
      untilMs: AT_MS + 1,
    });
    expect([since, until]).toEqual(['2026-11-20T09:07:00.000Z', '2026-11-20T09:07:00.001Z']);
  });

  it('puts the oldest first by time and the dearest first by name', () => {
    const store = createStoreFixture();
    store.request({ atMs: AT_MS, model: 'cheap', costNanoUsd: 1 });
    store.request({ atMs: AT_MS - 86_400_000, model: 'dear', costNanoUsd: 9 });
    store.request({ atMs: AT_MS, model: 'also-cheap', costNanoUsd: 1 });
    const days = report(store.db, { ...ALL, kind: 'daily' }).rows.map(({ day }) => day);
    const models = report(store.db, { ...ALL, kind: 'model' }).rows.map(({ model }) => model);
    expect(days).toEqual(['2026-11-19', '2026-11-20']);
    expect(models).toEqual(['dear', 'also-cheap', 'cheap']);
  });

  it('has no rows and empty totals for a name that is not known', () => {
    const store = createStoreFixture();
    store.request({ atMs: AT_MS });
    const nowhere = report(store.db, { ...ALL, kind: 'daily', project: '/nowhere' });
    expect(nowhere.rows).toEqual([]);
    expect(nowhere.totals).toMatchObject({ requests: 0, cost_usd: 0 });
  });

  it('takes the last part of a path for a project, and the beginning of an id for a session', () => {
    const store = createStoreFixture();
    store.request({ atMs: AT_MS, project: '/home/dev/one', session: 'abc-1' });
    store.request({ atMs: AT_MS, project: '/srv/one', session: 'abd-1' });
    store.request({ atMs: AT_MS, project: '/srv/one/two', session: 'xyz-1' });
    const requests = (names: object): unknown =>
      report(store.db, { ...ALL, ...names, kind: 'source' }).totals;
    expect(requests({ project: 'one' })).toMatchObject({ requests: 2 });
    expect(requests({ project: '/srv/one' })).toMatchObject({ requests: 1 });
    expect(requests({ session: 'abc' })).toMatchObject({ requests: 1 });
    expect(() => requests({ session: 'ab' })).toThrow(InputError);
  });

  it('adds money exactly', () => {
    const store = createStoreFixture();
    for (let index = 0; index < 10; index += 1) {
      store.request({ atMs: AT_MS, costNanoUsd: 100_000_000 });
    }
    expect(report(store.db, { ...ALL, kind: 'project' }).totals).toMatchObject({ cost_usd: 1 });
  });

  it('shows both passes of a repeated hour as one', () => {
    const store = createStoreFixture();
    store.request({ atMs: Date.parse('2026-10-25T00:10:00Z') });
    store.request({ atMs: Date.parse('2026-10-25T01:10:00Z') });
    const { rows } = report(store.db, { ...ALL, kind: 'hourly', timezone: 'Europe/Berlin' });
    expect(rows).toMatchObject([{ hour: '2026-10-25T02', requests: 2 }]);
  });

  it('has no row for what was taken back', () => {
    const store = createStoreFixture();
    store.request({ atMs: AT_MS, session: 'first' });
    store.toolCall({ atMs: AT_MS, session: 'first' });
    for (const table of ['rollup_request', 'rollup_tool', 'total_request', 'total_tool']) {
      takeBack(store.db, table);
    }
    for (const kind of ['hourly', 'daily', 'session', 'project', 'model', 'tool'] as const) {
      expect(report(store.db, { ...ALL, kind }).rows).toEqual([]);
    }
  });
});

describe('the plan report', () => {
  it('adds up what was given to each plan, the dearest first', () => {
    const store = createStoreFixture();
    const plans = createPlanFixture(store.db);
    const cheap = plans.plan({ name: 'cheap' });
    const dear = plans.plan({ name: 'dear' });
    plans.plan({ name: 'unused' });
    store.request({ atMs: AT_MS, costNanoUsd: 1 });
    plans.shareRequest({ plan: cheap });
    for (const costNanoUsd of [5, 6]) {
      store.request({ atMs: AT_MS, costNanoUsd });
      plans.shareRequest({ plan: dear, attempt: costNanoUsd });
    }
    store.request({ atMs: AT_MS, costNanoUsd: 100 });
    const { rows, totals } = report(store.db, { ...ALL, kind: 'plan' });
    expect(rows).toMatchObject([
      { plan: 'dear', requests: 2, output_tokens: 40, cost_usd: 11e-9 },
      { plan: 'cheap', requests: 1, cost_usd: 1e-9 },
    ]);
    expect(totals).toMatchObject({ requests: 3, cost_usd: 12e-9 });
    expect(Object.keys(rows[0] ?? {})).toEqual(['plan', ...Object.keys(totals)]);
  });

  it('honours range, project, session and model, a part of a request under its own model', () => {
    const store = createStoreFixture();
    const plans = createPlanFixture(store.db);
    const plan = plans.plan();
    const advisor = { model: 'advisor', inputTokens: 7, costNanoUsd: 30, estimated: false };
    const seeds = [
      { atMs: AT_MS, costNanoUsd: 1, project: '/a', session: 'one' },
      { atMs: AT_MS + 1, costNanoUsd: 2, project: '/b', session: 'two', advisor },
      { atMs: AT_MS + 2, costNanoUsd: 4, project: '/a', session: 'two', model: 'other' },
    ];
    for (const seed of seeds) {
      store.request(seed);
      plans.shareRequest({ plan });
    }
    const cost = (names: Partial<ReportQuery>): unknown =>
      report(store.db, { ...ALL, ...names, kind: 'plan' }).totals;
    expect(cost({})).toMatchObject({ requests: 3, cost_usd: 37e-9 });
    expect(cost({ sinceMs: AT_MS + 1, untilMs: AT_MS + 2 })).toMatchObject({ cost_usd: 32e-9 });
    expect(cost({ project: '/a' })).toMatchObject({ cost_usd: 5e-9 });
    expect(cost({ session: 'two' })).toMatchObject({ requests: 2 });
    expect(cost({ model: 'other' })).toMatchObject({ cost_usd: 4e-9 });
    expect(cost({ model: 'advisor' })).toMatchObject({ requests: 0, cost_usd: 30e-9 });
    expect(cost({ project: '/nowhere' })).toMatchObject({ requests: 0 });
  });

  it('tells plans of one name apart by their projects', () => {
    const store = createStoreFixture();
    const plans = createPlanFixture(store.db);
    for (const repository of ['/home/shop', '/srv/shop', '/srv/other']) {
      const plan = plans.plan({ repository });
      store.request({ atMs: AT_MS });
      plans.shareRequest({ plan });
    }
    const { rows } = report(store.db, { ...ALL, kind: 'plan' });
    expect(rows.map(({ plan }) => plan)).toEqual([
      'metrics (shop)',
      'metrics (srv/other)',
      'metrics (srv/shop)',
    ]);
  });

  it('is empty where there are no plans', () => {
    const { rows, totals } = report(createStoreFixture().db, { ...ALL, kind: 'plan' });
    expect(rows).toEqual([]);
    expect(totals).toMatchObject({ requests: 0, cost_usd: 0 });
  });
});

describe('the tool report', () => {
  it('counts failures and denials apart and times only what was timed', () => {
    const store = createStoreFixture();
    store.toolCall({ atMs: AT_MS, tool: 'Bash', durationMs: 100 });
    store.toolCall({
      atMs: AT_MS,
      tool: 'Bash',
      durationMs: 300,
      success: false,
      errorClass: 'exit_code',
    });
    store.toolCall({ atMs: AT_MS, tool: 'Bash', success: false, errorClass: 'denied' });
    store.toolCall({ atMs: AT_MS, tool: 'Read', success: null });
    const { rows, totals } = report(store.db, { ...ALL, kind: 'tool' });
    expect(rows).toEqual([
      {
        tool: 'Bash',
        calls: 3,
        failures: 1,
        denied: 1,
        timed_calls: 2,
        duration_ms_total: 400,
        duration_ms_mean: 200,
      },
      {
        tool: 'Read',
        calls: 1,
        failures: 0,
        denied: 0,
        timed_calls: 0,
        duration_ms_total: 0,
        duration_ms_mean: null,
      },
    ]);
    expect(totals).toMatchObject({ calls: 4, failures: 1, denied: 1 });
  });

  it('is exact to the millisecond at both ends', () => {
    const store = createStoreFixture();
    for (const atMs of [AT_MS - 1, AT_MS, AT_MS + 3_600_000 - 1, AT_MS + 3_600_000]) {
      store.toolCall({ atMs, success: false, errorClass: 'denied', durationMs: 5 });
    }
    const span = { sinceMs: AT_MS, untilMs: AT_MS + 3_600_000 };
    const { totals } = report(store.db, { ...ALL, ...span, kind: 'tool' });
    expect(totals).toMatchObject({
      calls: 2,
      failures: 0,
      denied: 2,
      timed_calls: 2,
      duration_ms_total: 10,
    });
  });

  it('refuses to be narrowed to a model, which calls do not have', () => {
    const query = { ...ALL, kind: 'tool', model: 'claude-opus-5-5' } as const;
    expect(() => report(createStoreFixture().db, query)).toThrow(InputError);
  });
});

describe('the file report', () => {
  it('tells reads from writes and adds up lines', () => {
    const store = createStoreFixture();
    const file = '/home/dev/one/a.ts';
    store.toolCall({ atMs: AT_MS, tool: 'Read', file });
    store.toolCall({ atMs: AT_MS, tool: 'Edit', file, linesAdded: 5, linesRemoved: 2 });
    store.toolCall({ atMs: AT_MS, tool: 'Write', file, success: false, errorClass: 'other' });
    store.toolCall({ atMs: AT_MS - 1, tool: 'Read', file });
    store.toolCall({ atMs: AT_MS, tool: 'Bash' });
    const { rows, totals } = report(store.db, { ...ALL, kind: 'file', sinceMs: AT_MS });
    const figures = {
      reads: 1,
      writes: 2,
      calls: 3,
      failures: 1,
      lines_added: 5,
      lines_removed: 2,
    };
    expect(rows).toEqual([{ file, ...figures }]);
    expect(totals).toEqual(figures);
  });
});

/** Leaves rows of zeros, as a request does that turned out to be a copy of another session's. */
function takeBack(db: Database, table: string): void {
  const keys = new Set(['slot', 'session', 'project', 'model', 'tool', 'source', 'requester']);
  const columns = db.pragma(`table_info(${table})`) as { readonly name: string }[];
  const sums = columns.filter(({ name }) => !keys.has(name)).map(({ name }) => `${name} = 0`);
  db.exec(`UPDATE ${table} SET ${sums.join(', ')}`);
}
