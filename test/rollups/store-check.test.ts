import { describe, expect, it } from 'vitest';
import { checkStore } from '../../src/rollups/store-check.ts';
import { MIGRATIONS } from '../../src/store/open.ts';
import { createStoreFixture } from '../support/store-fixture.ts';

describe('the examination of a store', () => {
  it('finds a sound one sound and counts its rows', () => {
    const store = createStoreFixture();
    store.request({ atMs: Date.parse('2026-11-20T09:00:00Z') });
    store.toolCall({ atMs: 0 });
    expect(checkStore(store.db)).toMatchObject({
      ok: true,
      faults: [],
      schema_version: MIGRATIONS.length,
      counts: { request: 1, tool_call: 1, session: 1 },
      oldest_request: '2026-11-20T09:00:00.000Z',
    });
  });

  it('notices when sums disagree', () => {
    const store = createStoreFixture();
    store.request({ atMs: 0 });
    store.db.exec('UPDATE total_request SET output_tokens = output_tokens + 1');
    const { ok, faults } = checkStore(store.db);
    expect(ok).toBe(false);
    expect(faults).toEqual(['output_tokens: rollup_request says 20, total_request says 21']);
  });

  it('notices when a plan used what was not given to it', () => {
    const store = createStoreFixture();
    store.db.exec(
      `INSERT INTO plan (key, name, repository, path, location, first_seen_ms, dirty) VALUES ('k', 'shop', '/p', '/p/dev/active/shop', 'active', 0, 0);
       INSERT INTO plan_usage VALUES (1, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`,
    );
    const { faults } = checkStore(store.db);
    expect(faults).toEqual(['plan shop: plan_usage says 2, plan_request says 0']);
    store.db.exec('UPDATE plan SET dirty = 1');
    expect(checkStore(store.db).ok).toBe(true);
  });
});
