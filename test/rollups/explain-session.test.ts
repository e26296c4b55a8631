import { describe, expect, it } from 'vitest';
import { explainSession } from '../../src/rollups/explain-session.ts';
import { createStoreFixture } from '../support/store-fixture.ts';

const AT_MS = Date.parse('2026-11-20T09:07:00Z');
const VIEW = { timezone: 'UTC', nowMs: AT_MS };

describe('the explanation of a session', () => {
  it('lists its files, what is counted for each, and every request with its line', () => {
    const store = createStoreFixture();
    store.request({
      session: 'abc-1',
      atMs: AT_MS,
      path: '/claude/abc-1.jsonl',
      key: 'k1',
      costNanoUsd: 2e9,
    });
    store.request({
      session: 'abc-1',
      atMs: AT_MS + 1,
      path: '/claude/agent-9.jsonl',
      key: 'k2',
      costNanoUsd: 1e9,
      model: 'cheap',
    });
    store.fact({
      session: 'abc-1',
      name: 'cost_state',
      value: '{"totalCostUSD":3.5,"modelUsage":{}}',
    });
    expect(explainSession(store.db, 'abc', VIEW)).toMatchObject({
      session_id: 'abc-1',
      summary: { cost_usd: 3, client_cost_usd: 3.5, cost_difference_usd: -0.5 },
      by_model: [
        { model: 'claude-opus-5-5', cost_usd: 2 },
        { model: 'cheap', cost_usd: 1 },
      ],
      files: [
        { path: '/claude/abc-1.jsonl', requests: 1, cost_usd: 2, lines: 10 },
        { path: '/claude/agent-9.jsonl', requests: 1, cost_usd: 1 },
      ],
      requests: [
        { key: 'k1', path: '/claude/abc-1.jsonl', line: 7, final: true },
        { key: 'k2', path: '/claude/agent-9.jsonl', line: 7 },
      ],
      client: { totalCostUSD: 3.5 },
    });
  });

  it('has no summary for a session that is all copied', () => {
    const store = createStoreFixture();
    store.activity({ session: 'copy', stretchesMs: [AT_MS, AT_MS] });
    expect(explainSession(store.db, 'copy', VIEW)).toMatchObject({ summary: null, requests: [] });
  });

  it('is undefined for an id that nobody has', () => {
    expect(explainSession(createStoreFixture().db, 'nobody', VIEW)).toBeUndefined();
  });
});
