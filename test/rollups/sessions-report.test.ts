import { describe, expect, it } from 'vitest';
import { sessionsReport } from '../../src/rollups/sessions-report.ts';
import { createStoreFixture } from '../support/store-fixture.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-02-22T13:40:00Z');
const QUERY = { timezone: 'Africa/Cairo', nowMs: START_MS };

describe('sessions.json', () => {
  it('tells a session as promised, rounded, in local time', () => {
    const store = createStoreFixture();
    const session = '5fb3233b-1111-4222-8333-444455556666';
    const tokens = {
      inputTokens: 24,
      outputTokens: 229,
      cacheReadTokens: 313_880,
      cacheWrite5mTokens: 89_857,
    };
    // 24 x 15 + 229 x 75 + 313,880 x 1.50 + 89,857 x 18.75 USD per million.
    store.request({
      session,
      model: 'claude-opus-4-6',
      atMs: START_MS,
      ...tokens,
      costNanoUsd: 2_173_173_750,
    });
    store.activity({
      session,
      stretchesMs: [
        START_MS,
        START_MS + 4 * MINUTE_MS,
        START_MS + 10 * MINUTE_MS,
        START_MS + 16 * MINUTE_MS,
      ],
    });
    const report = sessionsReport(store.db, QUERY);
    expect(report.sessions).toEqual([
      {
        session_id: '5fb3233b',
        started: '2026-02-22T15:40:00+02:00',
        ended: '2026-02-22T15:56:00+02:00',
        duration_wall_min: 16,
        duration_active_min: 10,
        input_tokens: 24,
        output_tokens: 229,
        cache_read_tokens: 313_880,
        cache_create_tokens: 89_857,
        total_tokens: 253,
        all_tokens: 403_990,
        messages: 1,
        cost_usd: 2.17,
        model: 'claude-opus-4-6',
        day: '2026-02-22',
        full_id: session,
      },
    ]);
    expect(report.by_day).toEqual({
      '2026-02-22': {
        sessions: 1,
        cost_usd: 2.17,
        active_min: 10,
        messages: 1,
        wall_min: 16,
        tokens: 403_990,
      },
    });
    expect(report.totals).toEqual({
      total_sessions: 1,
      total_cost_usd: 2.17,
      total_active_min: 10,
      total_wall_min: 16,
      total_input_tokens: 24,
      total_output_tokens: 229,
      total_cache_read_tokens: 313_880,
      total_cache_create_tokens: 89_857,
      total_all_tokens: 403_990,
      total_messages: 1,
      model: 'claude-opus-4-6',
      models: ['claude-opus-4-6'],
    });
  });

  it('gives whole ids to sessions that share their first 8 characters', () => {
    const store = createStoreFixture();
    for (const session of ['12345678-a', '12345678-b', '87654321-a']) {
      store.request({ session, atMs: START_MS });
    }
    const ids = sessionsReport(store.db, QUERY).sessions.map(({ session_id }) => session_id);
    expect(ids).toEqual(['12345678-a', '12345678-b', '87654321']);
  });

  it('rounds half a cent up, and only after adding', () => {
    const store = createStoreFixture();
    for (const session of ['a', 'b', 'c']) {
      store.request({ session, atMs: START_MS, costNanoUsd: 1_005_000_000 });
    }
    const { sessions, totals } = sessionsReport(store.db, QUERY);
    expect(sessions.map(({ cost_usd }) => cost_usd)).toEqual([1.01, 1.01, 1.01]);
    expect(totals.total_cost_usd).toBe(3.02);
  });

  it('has nothing that is null, even for a session without requests and a store without sessions', () => {
    const store = createStoreFixture();
    expect(JSON.stringify(sessionsReport(store.db, QUERY))).not.toContain('null');
    store.occurrence({ session: 'quiet', type: 'user_prompt', atMs: START_MS });
    expect(JSON.stringify(sessionsReport(store.db, QUERY))).not.toContain('null');
  });
});
