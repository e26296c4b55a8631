import { describe, expect, it } from 'vitest';
import { explainPrice } from '../../src/pricing/explain.ts';
import { builtInPriceTable } from '../../src/pricing/table.ts';
import { explainRequest, type PricedRequest } from '../../src/rollups/explain-request.ts';
import { createPlanFixture, fillPlanSample } from '../support/plan-fixture.ts';
import { createStoreFixture } from '../support/store-fixture.ts';

const KEY = 'msg_01XFDUDYJgAACzvnptvVoYEL';
const AT_MS = Date.parse('2026-11-20T09:07:00Z');
const price = (request: PricedRequest) => explainPrice(builtInPriceTable, request);

describe('the explanation of a request', () => {
  it('says which line of which file counts, and for whom', () => {
    const store = createStoreFixture();
    store.request({
      key: KEY,
      requestId: 'req_1',
      atMs: AT_MS,
      session: 's',
      path: '/claude/s.jsonl',
      final: false,
    });
    expect(explainRequest(store.db, KEY, price)).toMatchObject({
      kind: 'request',
      message_id: KEY,
      request_id: 'req_1',
      session_id: 's',
      counted_line: { path: '/claude/s.jsonl', line: 7 },
      owner_path: '/claude/s.jsonl',
      final: false,
      source: 'transcript',
      requester: 'main',
    });
  });

  it('says to which attempt at which feature of which plan it belongs', () => {
    const store = createStoreFixture();
    const sample = fillPlanSample(store.db);
    const plans = createPlanFixture(store.db);
    const planOf = () => explainRequest(store.db, KEY, price)?.plan;
    store.request({ key: KEY, atMs: AT_MS });
    expect(planOf()).toBeNull();
    plans.shareRequest({ plan: sample.plan, attempt: sample.attempts[1]! });
    expect(planOf()).toMatchObject({ activation: 1, feature_id: 'F001', attempt: 2 });
    store.db.exec('UPDATE plan_request SET attempt = 0');
    expect(planOf()).toMatchObject({ activation: 1, feature_id: null, attempt: null });
  });

  it.each([KEY, 'req_1', 'chatcmpl-1'])('is found by %s', (id) => {
    const store = createStoreFixture();
    store.request({ key: KEY, requestId: 'req_1', atMs: AT_MS });
    store.request({ key: 's-one:chatcmpl-1', atMs: AT_MS });
    expect(explainRequest(store.db, id, price)).toBeDefined();
  });

  it('works out the price from all that decides it', () => {
    const store = createStoreFixture();
    const detail = { speed: 'fast', inference_geo: 'us', reported_cost_usd: 0.5 };
    store.request({
      key: KEY,
      atMs: AT_MS,
      model: 'claude-opus-5-5',
      inputTokens: 1000,
      outputTokens: 0,
      detail,
      costNanoUsd: 8_800_000,
    });
    const found = explainRequest(store.db, KEY, price);
    expect(found?.price).toMatchObject({ basis: 'list', costUsd: 0.0088 });
    expect(found?.cost?.total_usd).toBe(0.0088);
    expect(found?.reported_cost_usd).toBe(0.5);
    expect(found?.cost_difference_usd).toBe(-0.4912);
  });

  it('has no cost where no price is known', () => {
    const store = createStoreFixture();
    store.request({ key: KEY, atMs: AT_MS, model: 'gpt-nine', costBasis: 3 });
    expect(explainRequest(store.db, KEY, price)).toMatchObject({
      cost: null,
      cost_basis: 'unpriced',
    });
  });

  it('is undefined for an id that nobody has', () => {
    expect(explainRequest(createStoreFixture().db, "x' OR 1=1", price)).toBeUndefined();
  });
});
