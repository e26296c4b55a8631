import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Batch, MonitorRecord } from '../../../src/records/record.ts';
import { call, prompt, result } from '../../pipeline/ingest-fixture.ts';
import { HookStore } from '../../support/hook-store.ts';
import { HOOK_SESSION, told } from '../../support/spool-home.ts';

const AT_MS = Date.UTC(2026, 10, 20, 9);
const CALL = 'toolu_01776f726bmwp84ynt00011A';

let store: HookStore;
beforeEach(async () => {
  store = await HookStore.open();
});
afterEach(() => store[Symbol.asyncDispose]());

const mine = { sessionId: HOOK_SESSION, project: '/home/dev/project' } as const;

/** What a transcript tells, in one batch. */
const transcript = async (...records: readonly MonitorRecord[]): Promise<void> => {
  const batch: Batch = {
    source: 'transcript',
    origin: { path: `/claude/${HOOK_SESSION}.jsonl`, firstAtMs: AT_MS - 1000, writtenAtMs: AT_MS },
    records,
    rejects: [],
    entries: new Map(),
    newestAtMs: null,
  };
  await store.collector.sink([batch]);
};

const hook = async (
  event: string,
  more: object,
  at: { scope?: string; atMs?: number } = {},
): Promise<void> => {
  store.spool.put(told(event, { ...more }), { atMs: AT_MS, ...at });
  await store.drain();
};

const tool = { tool_name: 'Bash', tool_input: { command: 'make' }, tool_use_id: CALL };
const asked = (): Promise<void> =>
  transcript({ ...call(), ...mine, key: CALL, toolUseId: CALL, tool: 'Bash', callAtMs: AT_MS });
const answered = (): Promise<void> =>
  transcript({
    ...result(),
    ...mine,
    key: CALL,
    toolUseId: CALL,
    resultAtMs: AT_MS + 9_000,
    success: true,
  });
const pre = (): Promise<void> => hook('PreToolUse', tool, { atMs: AT_MS + 20 });
const post = (): Promise<void> =>
  hook('PostToolUse', { ...tool, tool_response: {}, duration_ms: 1_500 }, { atMs: AT_MS + 8_990 });

const calls = () =>
  store.rows(
    `SELECT tool.name AS tool, at_ms, result_at_ms, success, error_class, duration_ms, duration_source, seen, source
     FROM tool_call LEFT JOIN tool ON tool.id = tool`,
  );

/** Every order in which some things can come. */
const orders = <T>(things: readonly T[]): readonly (readonly T[])[] =>
  things.length < 2
    ? [things]
    : things.flatMap((first, index) =>
        orders(things.toSpliced(index, 1)).map((rest) => [first, ...rest]),
      );

describe('a tool call that hooks and a transcript tell of', () => {
  it.each(orders(['asked', 'answered', 'pre', 'post'] as const).map((order) => [order]))(
    'is one, and the same, when it comes as %o',
    async (order) => {
      const tell = { asked, answered, pre, post };
      for (const step of order) await tell[step]();
      expect(calls()).toEqual([
        {
          tool: 'Bash',
          at_ms: AT_MS,
          result_at_ms: AT_MS + 9_000,
          success: 1,
          error_class: null,
          duration_ms: 1_500,
          duration_source: 'hook',
          seen: 3,
          source: 0,
        },
      ]);
      expect(
        store.rows('SELECT sum(calls) AS calls, sum(duration_ms) AS ms FROM total_tool'),
      ).toEqual([{ calls: 1, ms: 1_500 }]);
    },
  );

  it('has the time between its hooks where nobody gives a duration', async () => {
    await pre();
    await hook('PostToolUse', { ...tool, tool_response: {} }, { atMs: AT_MS + 520 });
    expect(calls()).toMatchObject([{ duration_ms: 500, duration_source: 'hook_pair' }]);
  });

  it('has no duration where only its end was heard', async () => {
    await hook('PostToolUse', { ...tool, tool_response: {} });
    expect(calls()).toMatchObject([{ duration_ms: null, duration_source: null, success: 1 }]);
  });

  it('is closed by the next prompt, and opened again by nothing but its result', async () => {
    await pre();
    await hook('UserPromptSubmit', { prompt: 'go on', prompt_id: 'p2' }, { atMs: AT_MS + 60_000 });
    expect(calls()).toMatchObject([
      { success: null, error_class: 'interrupted', result_at_ms: null },
    ]);
    await post();
    expect(calls()).toMatchObject([{ success: 1, error_class: null, duration_ms: 1_500 }]);
  });

  it('stays open for an agent in the background when a person goes on, and ends with the session', async () => {
    await hook('PreToolUse', { ...tool, agent_id: 'a1' });
    await hook('UserPromptSubmit', { prompt: 'go on', prompt_id: 'p2' }, { atMs: AT_MS + 60_000 });
    expect(calls()).toMatchObject([{ success: null }]);
    await hook('SessionEnd', { reason: 'other' }, { atMs: AT_MS + 61_000 });
    expect(calls()).toMatchObject([{ success: null, error_class: 'interrupted' }]);
  });
});

describe('a permission request', () => {
  const request = { tool_name: 'Bash', tool_input: { command: 'make' } };
  const decision = () =>
    store.entries().find(({ event_type }) => event_type === 'permission_request')?.data;
  const ask = (): Promise<void> => hook('PermissionRequest', request, { atMs: AT_MS + 30 });

  it('is allowed once its call runs, and tells how long the agent waited', async () => {
    await pre();
    await ask();
    expect(decision()).toMatchObject({ decision: 'pending', tool_use_id: CALL });
    await post();
    expect(decision()).toMatchObject({ decision: 'allowed', waited_ms: 8_990 - 1_500 - 30 });
  });

  it('finds a call that is heard of a moment later', async () => {
    await ask();
    await pre();
    await post();
    expect(decision()).toMatchObject({ decision: 'allowed', waited_ms: 7_460, tool_use_id: CALL });
  });

  it('is denied where the transcript says so', async () => {
    await pre();
    await ask();
    const denied = { success: false, errorClass: 'denied', resultAtMs: AT_MS + 4_030 } as const;
    await transcript({ ...result(), ...mine, key: CALL, toolUseId: CALL, ...denied });
    expect(decision()).toMatchObject({ decision: 'denied', waited_ms: 4_000 });
    expect(
      store.rows("SELECT label, value FROM tally WHERE name = 'permissions' AND value <> 0"),
    ).toEqual([{ label: 'denied\t/home/dev/project', value: 1 }]);
  });

  it('is denied where its call never ran before the session ended', async () => {
    await pre();
    await ask();
    await hook('SessionEnd', { reason: 'other' }, { atMs: AT_MS + 60_000 });
    expect(decision()).toMatchObject({ decision: 'denied' });
    expect(calls()).toMatchObject([{ success: 0, error_class: 'denied' }]);
  });

  it('of one of two equal calls goes to the first that nobody asked for yet', async () => {
    await pre();
    await hook('PreToolUse', { ...tool, tool_use_id: `${CALL}B` }, { atMs: AT_MS + 25 });
    await ask();
    await hook('PermissionRequest', request, { atMs: AT_MS + 31 });
    const keys = store
      .entries()
      .filter(({ event_type }) => event_type === 'permission_request')
      .map(({ data }) => data['tool_use_id']);
    expect(new Set(keys)).toEqual(new Set([CALL, `${CALL}B`]));
  });
});

describe('a prompt', () => {
  const line = (id: string, promptId: string | null, atMs = AT_MS): Promise<void> =>
    transcript({
      ...prompt(),
      ...mine,
      key: `prompt:${id}`,
      atMs,
      data: JSON.stringify({ prompt_id: promptId }),
    });
  const typed = (promptId?: string, at = {}): Promise<void> =>
    hook(
      'UserPromptSubmit',
      { prompt: 'hello', ...(promptId !== undefined && { prompt_id: promptId }) },
      at,
    );
  const prompts = () =>
    store.rows("SELECT source, scopes FROM occurrence WHERE type = 'user_prompt' ORDER BY id");

  it('is one when its line comes first', async () => {
    await line('l1', 'p1');
    await typed('p1', { atMs: AT_MS + 86_400_000 });
    expect(prompts()).toEqual([{ source: 0, scopes: 'user' }]);
  });

  it('is one when its hook comes first, however often its line is read', async () => {
    await typed('p1');
    await line('l1', 'p1');
    await line('l1', 'p1');
    expect(prompts()).toEqual([{ source: 0, scopes: 'user' }]);
    expect(
      store.rows("SELECT value FROM tally WHERE name = 'occurrence' AND label LIKE 'user_prompt%'"),
    ).toEqual([{ value: 1 }]);
  });

  it('that came in the middle of a turn is another one, under the same id', async () => {
    await typed('p1');
    await line('l1', 'p1');
    await typed('p1', { atMs: AT_MS + 3_000 });
    expect(prompts()).toHaveLength(2);
    await line('l2', 'p1', AT_MS + 3_000);
    expect(prompts()).toEqual([
      { source: 0, scopes: 'user' },
      { source: 0, scopes: 'user' },
    ]);
  });

  it('of an old client, without an id, is found by its time', async () => {
    await typed();
    await line('l1', null, AT_MS + 2_000);
    await line('l2', null, AT_MS + 60_000);
    expect(prompts()).toEqual([
      { source: 0, scopes: 'user' },
      { source: 0, scopes: null },
    ]);
  });

  it('that the client itself put in is no person’s', async () => {
    await hook('UserPromptSubmit', {
      prompt: '<task-notification>\n<task-id>a1</task-id>',
      prompt_id: 'p1',
    });
    await hook('UserPromptSubmit', {
      prompt: 'wake up',
      prompt_id: 'p2',
      source: 'schedule_wakeup',
    });
    await hook('UserPromptSubmit', { prompt: 'go', prompt_id: 'p3', source: 'sdk' });
    expect(store.entries().map(({ event_type }) => event_type)).toEqual([
      'injected_prompt',
      'injected_prompt',
      'user_prompt',
    ]);
  });
});

describe('two installations of the hooks', () => {
  const both = async (event: string, more: object): Promise<void> => {
    store.spool.put(told(event, { ...more }), { scope: 'user', atMs: AT_MS });
    store.spool.put(`${JSON.stringify(told(event, { ...more }))}\n`, {
      scope: 'plugin',
      atMs: AT_MS + 4,
    });
    await store.drain();
  };

  it.each([
    ['Stop', {}],
    ['Notification', { message: 'm', notification_type: 'idle_prompt' }],
    ['SessionStart', { source: 'startup' }],
    ['UserPromptSubmit', { prompt: 'hello', prompt_id: 'p1' }],
    ['UserPromptSubmit', { prompt: 'hello' }],
    ['PreToolUse', tool],
    ['PermissionRequest', { tool_name: 'Bash', tool_input: {} }],
    ['Unheard', {}],
  ])('tell of one %s', async (event, more) => {
    await both(event, more);
    expect(store.entries()).toHaveLength(1);
    expect(store.rows('SELECT scope, count FROM hook_event ORDER BY scope')).toEqual([
      { scope: 'plugin', count: 1 },
      { scope: 'user', count: 1 },
    ]);
  });

  it('tell of as many as there were, where the same happens several times', async () => {
    for (let time = 0; time < 3; time++) await both('Notification', { message: 'm' });
    expect(store.entries()).toHaveLength(3);
  });

  it('are known across a restart between the two', async () => {
    await hook('Stop', {}, { scope: 'user' });
    await store.restart();
    await hook('Stop', {}, { scope: 'plugin', atMs: AT_MS + 10 });
    expect(store.entries()).toHaveLength(1);
  });

  it('are not needed: one that tells the same words again tells of something new', async () => {
    for (let time = 0; time < 40; time++) await hook('Stop', {}, { atMs: AT_MS + time });
    expect(store.entries()).toHaveLength(40);
  });
});
