import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { listSessions, sessionDetail } from '../../src/rollups/sessions.ts';
import { createStoreFixture, type StoreFixture } from '../support/store-fixture.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-02-22T23:30:00Z');
const VIEW = { timezone: 'UTC', nowMs: START_MS + 10 * DAY_MS };

function names(
  store: StoreFixture,
  query: Partial<Parameters<typeof listSessions>[1]> = {},
): string[] {
  return listSessions(store.db, { ...VIEW, limit: null, ...query }).sessions.map(
    ({ session_id }) => session_id,
  );
}

describe('a session', () => {
  it('adds up what it used and names what it used most of', () => {
    const store = createStoreFixture();
    const session = 'one';
    store.request({
      session,
      atMs: START_MS,
      project: '/a',
      model: 'dear',
      costNanoUsd: 8e9,
      inputTokens: 1,
      outputTokens: 2,
    });
    store.request({
      session,
      atMs: START_MS + 1,
      project: '/b',
      model: 'cheap',
      costNanoUsd: 1e9,
      cacheReadTokens: 30,
      cacheWrite5mTokens: 4,
      cacheWrite1hTokens: 5,
    });
    store.request({
      session,
      atMs: START_MS + 2,
      project: '/b',
      model: 'cheap',
      costNanoUsd: 1e9,
      requester: 2,
    });
    expect(sessionDetail(store.db, session, VIEW)).toMatchObject({
      session_id: 'one',
      project: '/a',
      model: 'dear',
      models: ['dear', 'cheap'],
      messages: 2,
      input_tokens: 21,
      output_tokens: 42,
      cache_read_tokens: 30,
      cache_create_tokens: 9,
      total_tokens: 63,
      all_tokens: 102,
      cost_usd: 10,
      client_cost_usd: null,
      cost_difference_usd: null,
    });
  });

  it('starts with the first thing that is its own, and ends with the last activity', () => {
    const store = createStoreFixture();
    store.request({ session: 'fork', atMs: START_MS + MINUTE_MS });
    store.occurrence({ session: 'fork', type: 'user_prompt', atMs: START_MS });
    store.activity({
      session: 'fork',
      stretchesMs: [
        START_MS - 90 * MINUTE_MS,
        START_MS - 80 * MINUTE_MS,
        START_MS - MINUTE_MS,
        START_MS + 4 * MINUTE_MS,
      ],
    });
    expect(sessionDetail(store.db, 'fork', VIEW)).toMatchObject({
      started: '2026-02-22T23:30:00.000Z',
      ended: '2026-02-22T23:34:00.000Z',
      duration_wall_ms: 4 * MINUTE_MS,
      duration_active_min: 4,
    });
  });

  it('keeps its start when the rows of its first hour are pruned', () => {
    const store = createStoreFixture();
    store.request({ session: 'old', atMs: START_MS + 2 * MINUTE_MS });
    store.request({ session: 'old', atMs: START_MS + DAY_MS });
    store.activity({
      session: 'old',
      stretchesMs: [
        START_MS + 2 * MINUTE_MS,
        START_MS + 9 * MINUTE_MS,
        START_MS + DAY_MS,
        START_MS + DAY_MS,
      ],
    });
    store.db.exec(`DELETE FROM request WHERE at_ms < ${START_MS + MINUTE_MS * 60}`);
    expect(sessionDetail(store.db, 'old', VIEW)).toMatchObject({
      started: '2026-02-22T23:32:00.000Z',
      messages: 2,
    });
  });

  it('starts where its own begins, not where a copy was counted for a while', () => {
    const store = createStoreFixture();
    store.request({ session: 'fork', atMs: START_MS + DAY_MS });
    store.request({ session: 'fork', atMs: START_MS, project: '/elsewhere' });
    store.activity({
      session: 'fork',
      stretchesMs: [START_MS, START_MS, START_MS + DAY_MS, START_MS + DAY_MS],
    });
    store.db.exec(`DELETE FROM request WHERE at_ms = ${START_MS}`);
    store.db.exec(
      'UPDATE rollup_request SET requests = 0, output_tokens = 0, output_nano_usd = 0 WHERE slot = (SELECT min(slot) FROM rollup_request)',
    );
    expect(sessionDetail(store.db, 'fork', VIEW)?.started).toBe('2026-02-23T23:30:00.000Z');
    expect(names(store, { project: '/elsewhere' })).toEqual([]);
  });

  it('is on the day of its start in the zone asked for', () => {
    const store = createStoreFixture();
    store.request({ session: 'late', atMs: START_MS });
    expect(sessionDetail(store.db, 'late', VIEW)?.day).toBe('2026-02-22');
    expect(sessionDetail(store.db, 'late', { ...VIEW, timezone: 'Africa/Cairo' })?.day).toBe(
      '2026-02-23',
    );
  });

  it('prefers the title a person gave, and compares its cost with the client’s own', () => {
    const store = createStoreFixture();
    store.request({ session: 'one', atMs: START_MS, costNanoUsd: 1_500_000_000 });
    store.fact({ session: 'one', name: 'summary_title', value: 'a summary' });
    store.fact({ session: 'one', name: 'ai_title', value: 'a guess' });
    store.fact({ session: 'one', name: 'version', value: '2.1.329' });
    store.fact({ session: 'one', name: 'cost_state', value: '{"totalCostUSD":1.4}' });
    expect(sessionDetail(store.db, 'one', VIEW)).toMatchObject({
      title: 'a guess',
      version: '2.1.329',
      git_branch: null,
      client_cost_usd: 1.4,
      cost_difference_usd: 0.1,
    });
  });

  it('counts what happened in it', () => {
    const store = createStoreFixture();
    const session = 'busy';
    store.toolCall({ session, atMs: START_MS });
    store.toolCall({ session, atMs: START_MS, success: false });
    for (const type of [
      'user_prompt',
      'user_prompt',
      'user_interrupt',
      'compaction',
      'api_error',
    ]) {
      store.occurrence({ session, type, atMs: START_MS });
    }
    const data = { pr_url: 'https://github.com/a/b/pull/1' };
    store.occurrence({ session, type: 'pr_created', atMs: START_MS, data });
    store.occurrence({ session, type: 'pr_created', atMs: START_MS + 1, data });
    store.subagent('agent-1', session);
    expect(sessionDetail(store.db, session, VIEW)).toMatchObject({
      tool_calls: 2,
      tool_failures: 1,
      prompts: 2,
      interrupts: 1,
      compactions: 1,
      api_errors: 1,
      subagents: 1,
      pull_requests: ['https://github.com/a/b/pull/1'],
      messages: 0,
      model: null,
      total_entries: 10,
      total_size_bytes: 1000,
    });
  });

  it('has nothing to tell when all in it was copied from others', () => {
    const store = createStoreFixture();
    store.activity({ session: 'copy', stretchesMs: [START_MS, START_MS + MINUTE_MS] });
    expect(sessionDetail(store.db, 'copy', VIEW)).toBeUndefined();
    expect(names(store)).toEqual([]);
  });

  it.each([
    [299_999, 'active'],
    [300_000, 'idle'],
    [DAY_MS - 1, 'idle'],
    [DAY_MS, 'ended'],
  ])('without a sign of life for %d ms is %s', (silentMs, state) => {
    const store = createStoreFixture();
    store.request({ session: 'one', atMs: START_MS });
    expect(sessionDetail(store.db, 'one', { ...VIEW, nowMs: START_MS + silentMs })?.state).toBe(
      state,
    );
  });
});

describe('the list of sessions', () => {
  function threeSessions(): StoreFixture {
    const store = createStoreFixture();
    store.request({ session: 'first', atMs: START_MS, project: '/a' });
    store.request({ session: 'third', atMs: START_MS + 2 * DAY_MS, project: '/b' });
    store.request({ session: 'second', atMs: START_MS + DAY_MS, project: '/a' });
    return store;
  }

  it('comes newest activity first, page by page, without gaps or repeats', () => {
    const store = threeSessions();
    const first = listSessions(store.db, { ...VIEW, limit: 2 });
    const second = listSessions(store.db, { ...VIEW, limit: 2, cursor: first.next });
    expect([...first.sessions, ...second.sessions].map(({ session_id }) => session_id)).toEqual([
      'third',
      'second',
      'first',
    ]);
    expect(second.next).toBeNull();
  });

  it('goes by project, by span and by last activity', () => {
    const store = threeSessions();
    expect(names(store, { project: 'a' })).toEqual(['second', 'first']);
    expect(
      names(store, { range: { sinceMs: START_MS + 1, untilMs: START_MS + 2 * DAY_MS } }),
    ).toEqual(['second']);
    expect(names(store, { activeSinceMs: START_MS + DAY_MS })).toEqual(['third', 'second']);
  });

  it('refuses a cursor that it did not give', () => {
    expect(() => names(threeSessions(), { cursor: "1'; DROP" })).toThrow(InputError);
  });
});
