import { describe, expect, it } from 'vitest';
import { agreement } from '../../src/rollups/agreement.ts';
import { HookStore } from '../support/hook-store.ts';
import { HOOK_SESSION, told } from '../support/spool-home.ts';
import { createStoreFixture, type StoreFixture } from '../support/store-fixture.ts';

const AT_MS = Date.parse('2026-11-20T09:00:00Z');
const RANGE = { sinceMs: AT_MS - 1000, untilMs: AT_MS + 3_600_000 };
const OTHER = 'bbbbbbbb-0000-4000-8000-000000000002';

const hear = (store: StoreFixture, ...events: readonly string[]): void => {
  const insert = store.db.prepare('INSERT INTO hook_event VALUES (?, ?, 1, ?)');
  for (const event of events) insert.run(event, 'user', AT_MS);
};

/** A tool call that these sources told of: 1 transcripts, 2 hooks, 3 both. */
const call = (
  store: StoreFixture,
  seen: number,
  seed: { session?: string; atMs?: number } = {},
): void => {
  store.toolCall({ atMs: AT_MS, ...seed });
  store.db
    .prepare('UPDATE tool_call SET seen = ? WHERE id = (SELECT max(id) FROM tool_call)')
    .run(seen);
};

const prompt = (store: StoreFixture, source: number, scopes: string | null, atMs = AT_MS): void => {
  store.occurrence({ type: 'user_prompt', atMs });
  store.db
    .prepare(
      'UPDATE occurrence SET source = ?, scopes = ? WHERE id = (SELECT max(id) FROM occurrence)',
    )
    .run(source, scopes);
};

describe('the agreement of hooks and transcripts', () => {
  it('counts what both told of and what only one did, and names the worst session', () => {
    const store = createStoreFixture();
    hear(store, 'PreToolUse', 'UserPromptSubmit');
    for (const seen of [3, 3, 3, 1]) call(store, seen);
    for (const seen of [3, 1, 1, 2, 2]) call(store, seen, { session: OTHER });
    prompt(store, 0, 'user');
    prompt(store, 0, null);
    prompt(store, 1, 'user');
    expect(agreement(store.db, RANGE)).toEqual({
      sessions: 2,
      tool_calls: { both: 4, transcripts_only: 3, hooks_only: 2 },
      prompts: { both: 1, transcripts_only: 1, hooks_only: 1 },
      share: 5 / 12,
      worst: { session_id: OTHER, both: 1, transcripts_only: 2, hooks_only: 2 },
      cost: null,
    });
  });

  it('leaves out sessions that no hook told of, other times, and what came before the first hook', () => {
    const store = createStoreFixture();
    hear(store, 'PreToolUse', 'UserPromptSubmit');
    call(store, 1, { session: OTHER });
    call(store, 1, { atMs: AT_MS - 100 });
    call(store, 3);
    call(store, 1, { atMs: RANGE.untilMs });
    call(store, 3, { atMs: RANGE.sinceMs - 1 });
    expect(agreement(store.db, RANGE)).toMatchObject({ sessions: 1, share: 1, worst: null });
  });

  it('compares no tool calls where hooks of tool calls are not installed', () => {
    const store = createStoreFixture();
    hear(store, 'UserPromptSubmit', 'Stop');
    prompt(store, 0, 'user');
    call(store, 1);
    expect(agreement(store.db, RANGE)).toMatchObject({
      tool_calls: { both: 0, transcripts_only: 0, hooks_only: 0 },
      prompts: { both: 1 },
      share: 1,
    });
  });

  it("sets the client's own cost beside ours", () => {
    const store = createStoreFixture();
    hear(store, 'PreToolUse');
    call(store, 3);
    store.request({ atMs: AT_MS, costNanoUsd: 1_500_000_000 });
    store.fact({ name: 'cost_state', value: JSON.stringify({ totalCostUSD: 1.75 }) });
    expect(agreement(store.db, RANGE).cost).toEqual({
      sessions: 1,
      cost_usd: 1.5,
      client_cost_usd: 1.75,
    });
  });

  it("leaves out the cost of a session that repeats another, whose total the client's figure begins with", () => {
    const store = createStoreFixture();
    hear(store, 'PreToolUse');
    call(store, 3);
    store.request({ atMs: AT_MS, session: 'original', costNanoUsd: 1_500_000_000 });
    store.fact({ name: 'cost_state', value: JSON.stringify({ totalCostUSD: 1.5 }) });
    expect(agreement(store.db, RANGE).cost).not.toBeNull();
    store.db.exec(
      `INSERT INTO request_copy (request, origin) SELECT request.id, origin.id FROM request, origin
       WHERE origin.session <> request.session`,
    );
    expect(agreement(store.db, RANGE).cost).toBeNull();
  });

  it('has nothing to compare where no hook was ever heard', () => {
    const store = createStoreFixture();
    call(store, 1);
    expect(agreement(store.db, RANGE)).toMatchObject({ sessions: 0, share: null, worst: null });
  });

  it('sees what hooks really told of', async () => {
    await using store = await HookStore.open();
    store.spool.put(told('UserPromptSubmit', { prompt: 'hello', prompt_id: 'p-1' }));
    store.spool.put(
      told('PreToolUse', {
        tool_name: 'Bash',
        tool_input: { command: 'ls' },
        tool_use_id: 'toolu_1',
      }),
    );
    await store.drain();
    const range = { sinceMs: Date.now() - 3_600_000, untilMs: Date.now() + 3_600_000 };
    expect(agreement(store.collector.store.db, range)).toMatchObject({
      sessions: 1,
      tool_calls: { hooks_only: 1 },
      prompts: { hooks_only: 1 },
      share: 0,
      worst: { session_id: HOOK_SESSION, hooks_only: 2 },
    });
  });
});
