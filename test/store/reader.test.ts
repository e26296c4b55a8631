import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entryId } from '../../src/store/read-entry.ts';
import { planEventId, planId } from '../../src/store/read-plan-event.ts';
import { createReader } from '../../src/store/reader.ts';
import type { ServingStore } from '../server/serving-store.ts';
import { createServingStore, fillSample, NINE_MS } from '../server/serving-store.ts';
import { createPlanFixture } from '../support/plan-fixture.ts';
import { entryOf } from '../support/stored-entry.ts';

let store: ServingStore;

beforeEach(() => {
  store = createServingStore();
});

afterEach(() => store[Symbol.dispose]());

const firstEntry = () => store.reader.after(0, 1).map(entryOf)[0];

describe('the log', () => {
  it('is told in the order of commits, whatever the kinds', () => {
    fillSample(store);
    const stored = store.reader.after(0, 100);
    expect(stored.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(stored.map((each) => entryOf(each).event_type)).toEqual([
      ...Array.from({ length: 4 }, () => 'api_response'),
      'tool_completed',
      'tool_failed',
      'tool_failed',
      'tool_start',
      'user_prompt',
      'api_error',
      'compaction',
    ]);
  });

  it('is told in pages that join without a gap', () => {
    fillSample(store);
    const seqs: number[] = [];
    for (
      let page = store.reader.after(0, 4);
      page.length > 0;
      page = store.reader.after(seqs.at(-1) ?? 0, 4)
    ) {
      expect(page.length).toBeLessThanOrEqual(4);
      seqs.push(...page.map(({ seq }) => seq));
    }
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('tells an entry anew as it is known now, under the same id', () => {
    store.toolCall({ atMs: NINE_MS, success: null });
    const [before] = store.reader.after(0, 10).map(entryOf);
    store.db.exec('UPDATE tool_call SET success = 1, result_at_ms = at_ms + 5, revision = 1');
    store.db.exec('INSERT INTO event (kind, ref, revision) VALUES (1, 1, 1)');
    const after = store.reader.after(1, 10);
    expect(after).toMatchObject([
      { seq: 2, entry: { id: before?.id, revision: 1, event_type: 'tool_completed' } },
    ]);
  });

  it('passes over what was pruned instead of looking ended', () => {
    for (let i = 0; i < 10; i += 1) store.occurrence({ atMs: NINE_MS + i, type: 'user_prompt' });
    store.db.exec('DELETE FROM occurrence WHERE id <= 8');
    expect(store.reader.after(0, 3).map(({ seq }) => seq)).toEqual([9]);
  });

  it('tells plan events between entries, as they are known now', () => {
    const plans = createPlanFixture(store.db);
    const plan = plans.plan();
    store.occurrence({ atMs: NINE_MS, type: 'user_prompt' });
    const ref = plans.event({ plan, type: 'plan_created', atMs: NINE_MS, key: 'one' });
    store.occurrence({ atMs: NINE_MS, type: 'user_prompt' });
    store.db.exec(`UPDATE plan_event SET revision = 1 WHERE id = ${ref}`);
    store.db.exec(`INSERT INTO event (kind, ref, revision) VALUES (3, ${ref}, 1)`);
    const stored = store.reader.after(0, 10);
    expect(stored.map(({ seq, kind }) => `${seq} ${kind}`)).toEqual([
      '1 metric',
      '2 plan',
      '3 metric',
      '4 plan',
    ]);
    const told = { id: planEventId('one'), revision: 1, event_type: 'plan_created' };
    expect(stored[1]).toMatchObject({ event: told });
    expect(stored[3]).toMatchObject({ event: told });
    expect(store.reader.after(1, 1)).toHaveLength(1);
  });

  it('is empty for an empty store', () => {
    expect(store.reader.lastSeq()).toBe(0);
    expect(store.reader.after(0, 10)).toEqual([]);
  });
});

describe('a request as an entry', () => {
  it('has tokens, cost by bucket that adds up, and says how sure it is', () => {
    store.request({ atMs: NINE_MS, cost: [1, 2, 3, 4, 5], final: false });
    expect(firstEntry()).toEqual({
      id: entryId(0, 'key-1'),
      revision: 0,
      timestamp: '2026-11-20T09:00:00.000Z',
      session_id: 'aaaaaaaa-0000-4000-8000-000000000001',
      project_path: '/home/dev/shop',
      source: 'transcript',
      event_type: 'api_response',
      event_category: 'api',
      model: 'claude-opus-5-5',
      tokens: {
        input_tokens: 10,
        output_tokens: 100,
        cache_read_input_tokens: 1000,
        cache_creation_input_tokens: 55,
        cache_creation_5m_input_tokens: 50,
        cache_creation_1h_input_tokens: 5,
      },
      cost: {
        input: 1e-9,
        output: 2e-9,
        cache_read: 3e-9,
        cache_creation: 4e-9,
        web_search: 5e-9,
        total: 15e-9,
      },
      data: {
        message_id: 'key-1',
        request_id: null,
        agent_id: null,
        requester: 'main',
        final: false,
        cost_basis: 'list',
        thinking_tokens: 0,
        web_search_requests: 1,
        context_tokens: 1065,
      },
      tags: ['api', 'response', 'main', 'not_final'],
    });
  });

  it('tells what is peculiar about it, but not its parts', () => {
    store.request({
      atMs: NINE_MS,
      detail: {
        speed: 'fast',
        stop_reason: 'refusal',
        refused: true,
        parts: [{ model: 'x' }],
        iterations: [],
      },
    });
    const data = firstEntry()?.data;
    expect(data).toMatchObject({ speed: 'fast', stop_reason: 'refusal', refused: true });
    expect(data).not.toHaveProperty('parts');
    expect(data).not.toHaveProperty('iterations');
  });

  it('has no cost where no price is known', () => {
    store.request({ atMs: NINE_MS, basis: 'unpriced' });
    const entry = firstEntry();
    expect(entry).not.toHaveProperty('cost');
    expect(entry?.tags).toContain('unpriced');
  });
});

describe('a tool call as an entry', () => {
  it.each([
    [true, null, 'tool_completed', ['tool', 'completed', 'success', 'Bash']],
    [false, 'exit_code', 'tool_failed', ['tool', 'failed', 'failure', 'Bash']],
    [false, 'denied', 'tool_failed', ['tool', 'failed', 'denied', 'Bash']],
    [null, null, 'tool_start', ['tool', 'started', 'Bash']],
  ])('with success %s and error %s is %s', (success, errorClass, type, tags) => {
    store.toolCall({
      atMs: NINE_MS,
      tool: 'Bash',
      success,
      ...(errorClass !== null && { errorClass }),
    });
    const entry = firstEntry();
    expect(entry).toMatchObject({
      event_type: type,
      tool_success: success,
      tool_duration_ms: null,
      tags,
    });
  });

  it('has no name where only its result was seen', () => {
    store.toolCall({ atMs: NINE_MS, tool: null });
    expect(firstEntry()).not.toHaveProperty('tool_name');
  });
});

describe('an id', () => {
  it('is the same for the same thing, and shows nothing of its key', () => {
    expect(entryId(0, 'msg_secret')).toBe(entryId(0, 'msg_secret'));
    expect(entryId(0, 'msg_secret')).not.toContain('secret');
    expect(entryId(0, 'x')).not.toBe(entryId(1, 'x'));
    expect(entryId(0, 'x')).toMatch(/^req_[\w-]{22}$/);
    expect(planId('x')).toMatch(/^plan_[\w-]{22}$/);
    expect(planEventId('x')).toMatch(/^pev_[\w-]{22}$/);
  });
});

describe('waiting for more', () => {
  it('ends at once when there is more already', async () => {
    fillSample(store);
    await store.reader.changed(3, new AbortController().signal);
    expect(store.reader.lastSeq()).toBe(11);
  });

  it('ends when more is committed, and only then', async () => {
    let isOver = false;
    const waiting = store.reader
      .changed(0, new AbortController().signal)
      .then(() => (isOver = true));
    store.reader.notify(0);
    await Promise.resolve();
    expect(isOver).toBe(false);
    store.occurrence({ atMs: NINE_MS, type: 'user_prompt' });
    store.commit();
    expect(await waiting).toBe(true);
  });

  it('ends when it is called off', async () => {
    const abort = new AbortController();
    const waiting = store.reader.changed(0, abort.signal);
    abort.abort();
    await expect(waiting).resolves.toBeUndefined();
  });
});

describe('the reader', () => {
  it('cannot write', () => {
    expect(() => store.reader.db.exec('DELETE FROM event')).toThrow('readonly');
  });

  it('does not make a store where there is none', () => {
    expect(() => createReader('/nowhere/store.db')).toThrow('directory does not exist');
  });
});
