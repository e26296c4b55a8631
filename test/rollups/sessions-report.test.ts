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
        models: ['claude-opus-4-6'],
        unpriced_requests: 0,
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
      source: 'hall-monitor',
      model_breakdown: {
        'claude-opus-4-6': {
          cost_usd: 2.17,
          input: 24,
          output: 229,
          cache_read: 313_880,
          cache_create: 89_857,
        },
      },
      total_estimated_cost_usd: 0,
      total_unpriced_requests: 0,
      total_not_final_requests: 0,
    });
  });

  it('adds up what was added up by hand: 158,407,139 tokens for 340.98 USD on two days', () => {
    const store = createStoreFixture();
    const used = [
      // Four sessions of the first day, and nine of the second, as one of each.
      { inputTokens: 12_000, outputTokens: 40_000, cacheReadTokens: 90_000_000 },
      { inputTokens: 15_534, outputTokens: 44_662, cacheReadTokens: 62_684_573 },
    ];
    const writes = [2_500_000, 3_110_370];
    used.forEach((tokens, index) => {
      const cacheWrite5mTokens = writes[index] ?? 0;
      store.request({
        session: `session-${index}`,
        atMs: START_MS + index * 86_400_000,
        ...tokens,
        cacheWrite5mTokens,
        // USD per million are nano-USD times a thousand per token: 15, 75, 1.50 and 18.75.
        costNanoUsd:
          tokens.inputTokens * 15_000 +
          tokens.outputTokens * 75_000 +
          tokens.cacheReadTokens * 1_500 +
          cacheWrite5mTokens * 18_750,
      });
    });
    const { totals, by_day: byDay } = sessionsReport(store.db, QUERY);
    expect(totals).toMatchObject({
      total_cost_usd: 340.98,
      total_input_tokens: 27_534,
      total_output_tokens: 84_662,
      total_cache_read_tokens: 152_684_573,
      total_cache_create_tokens: 5_610_370,
      total_all_tokens: 158_407_139,
    });
    const days = Object.values(byDay);
    expect(days.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(158_407_139);
    expect(days).toHaveLength(2);
  });

  it('counts six active minutes for 14:00, :02, :04, :30 and :32, and a day by its start in the zone', () => {
    const store = createStoreFixture();
    const moments = [0, 2, 4, 30, 32].map((minute) => START_MS + minute * MINUTE_MS);
    store.request({ atMs: START_MS });
    store.activity({
      stretchesMs: [moments[0] ?? 0, moments[2] ?? 0, moments[3] ?? 0, moments[4] ?? 0],
    });
    store.request({ session: 'late', atMs: Date.parse('2026-02-22T22:30:00Z') });
    const { sessions, by_day: byDay } = sessionsReport(store.db, QUERY);
    expect(sessions[0]?.duration_active_min).toBe(6);
    expect(sessions[0]?.duration_wall_min).toBe(32);
    expect(Object.keys(byDay)).toEqual(['2026-02-22', '2026-02-23']);
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
