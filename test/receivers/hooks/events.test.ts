import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOOK_EVENTS, REGISTRABLE_EVENTS, USUAL_EVENTS } from '../../../receivers/hooks/events.ts';
import { HookStore } from '../../support/hook-store.ts';
import { HOOK_SESSION, told } from '../../support/spool-home.ts';

let store: HookStore;
beforeEach(async () => {
  store = await HookStore.open();
});
afterEach(() => store[Symbol.asyncDispose]());

/** The twelve events of the seeds, each with what it adds, and what it becomes. */
const TWELVE: readonly (readonly [event: string, more: object, type: string, category: string])[] =
  [
    ['SessionStart', { source: 'startup', model: 'claude-opus-5-5' }, 'session_started', 'session'],
    ['UserPromptSubmit', { prompt: 'Say hello', prompt_id: 'p-1' }, 'user_prompt', 'user'],
    [
      'PreToolUse',
      { tool_name: 'Bash', tool_input: { command: 'ls -la' }, tool_use_id: 'toolu_1' },
      'tool_start',
      'tool',
    ],
    [
      'PostToolUse',
      {
        tool_name: 'Read',
        tool_input: {},
        tool_response: {},
        tool_use_id: 'toolu_2',
        duration_ms: 12,
      },
      'tool_completed',
      'tool',
    ],
    [
      'PostToolUseFailure',
      {
        tool_name: 'Bash',
        tool_input: {},
        tool_use_id: 'toolu_3',
        error: 'Exit code 3',
        duration_ms: 7,
      },
      'tool_failed',
      'tool',
    ],
    [
      'PermissionRequest',
      { tool_name: 'Write', tool_input: { file_path: '/x' } },
      'permission_request',
      'custom',
    ],
    [
      'Notification',
      { message: 'Claude waits', notification_type: 'idle_prompt' },
      'notification',
      'custom',
    ],
    [
      'SubagentStart',
      { agent_id: 'a1', agent_type: 'general-purpose' },
      'subagent_started',
      'session',
    ],
    [
      'SubagentStop',
      { agent_id: 'a1', agent_type: 'general-purpose', last_assistant_message: 'Done' },
      'subagent_stopped',
      'session',
    ],
    [
      'PreCompact',
      { trigger: 'manual', custom_instructions: 'keep the names' },
      'pre_compact',
      'session',
    ],
    ['Stop', { stop_hook_active: false, last_assistant_message: 'Done.' }, 'user_stop', 'user'],
    ['SessionEnd', { reason: 'other' }, 'session_ended', 'session'],
  ];

describe('the twelve events of the seeds', () => {
  it.each(TWELVE)('%s becomes %o', async (event, more, type, category) => {
    store.spool.put(told(event, { ...more }));
    await store.drain();
    const [entry, ...others] = store.entries();
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      event_type: type,
      event_category: category,
      source: 'hook',
      session_id: HOOK_SESSION,
      project_path: '/home/dev/project',
    });
  });

  it('are one row each when they come together, and leave nothing in the spool', async () => {
    for (const [event, more] of TWELVE) store.spool.put(told(event, { ...more }));
    expect(await store.drain()).toBe(12);
    expect(
      store
        .entries()
        .map(({ event_type }) => event_type)
        .sort(),
    ).toEqual(TWELVE.map(([, , type]) => type).sort());
    expect([store.spool.names('new'), store.spool.names('tmp')]).toEqual([[], []]);
  });

  it('keep sizes and names, and no word of what was said', async () => {
    for (const [event, more] of TWELVE) store.spool.put(told(event, { ...more }));
    await store.drain();
    const text = JSON.stringify(store.entries());
    for (const said of ['Say hello', 'Claude waits', 'keep the names', 'Done', 'Exit code', '-la'])
      expect(text).not.toContain(said);
    expect(text).toContain('"prompt_bytes":9');
    expect(text).toContain('"message_bytes":12');
    expect(text).toContain('"instructions_bytes":14');
    expect(text).toContain('"command":"ls"');
  });
});

describe('all events of the reference', () => {
  it('are 33, of which those that change what the client does are never registered', () => {
    expect(Object.keys(HOOK_EVENTS)).toHaveLength(33);
    const never = Object.keys(HOOK_EVENTS).filter((name) => !REGISTRABLE_EVENTS.includes(name));
    expect(never.sort()).toEqual([
      'Elicitation',
      'ElicitationResult',
      'FileChanged',
      'MessageDisplay',
      'PreModelSwitch',
      'WorktreeCreate',
      'WorktreeRemove',
    ]);
    expect(USUAL_EVENTS.every((name) => REGISTRABLE_EVENTS.includes(name))).toBe(true);
  });

  it.each(Object.keys(HOOK_EVENTS))(
    '%s is stored with nothing but what every hook is told',
    async (event) => {
      store.spool.put(told(event));
      await store.drain();
      expect(store.reasons()).toEqual([]);
      expect(store.entries()).toMatchObject([{ event_type: HOOK_EVENTS[event]!.type }]);
      expect(store.rows('SELECT event, scope, count FROM hook_event')).toEqual([
        { event, scope: 'user', count: 1 },
      ]);
    },
  );

  it('include those that nobody knows yet, under their own name and with the fields that are known', async () => {
    store.spool.put(
      told('QuotaGranted', {
        reason: 'new_week',
        secret: 'said',
        tool_name: 'Bash',
        depth: { a: 1 },
      }),
    );
    await store.drain();
    const [entry] = store.entries();
    expect(entry).toMatchObject({ event_type: 'hook_quota_granted', event_category: 'custom' });
    expect(entry!.data).toEqual({ reason: 'new_week', tool_name: 'Bash' });
    expect(store.rows('SELECT event FROM hook_event')).toEqual([{ event: 'QuotaGranted' }]);
  });

  it('are counted under a bounded number of names', async () => {
    for (let index = 0; index < 250; index++) store.spool.put(told(`Made${index}Up`));
    await store.drain();
    const rows = store.rows('SELECT event, count FROM hook_event');
    expect(rows).toHaveLength(201);
    expect(rows).toContainEqual({ event: 'other', count: 50 });
    expect(store.entries()).toHaveLength(250);
  });
});

describe('payloads that a real client sent', () => {
  const recorded = readFileSync(
    new URL('../../fixtures/client-2.1.329/hooks.jsonl', import.meta.url),
    'utf8',
  ).trim();

  it('are all understood', async () => {
    for (const line of recorded.split('\n')) store.spool.put(line);
    expect(await store.drain()).toBe(35);
    expect(store.reasons()).toEqual([]);
    const counts = Map.groupBy(store.entries(), (entry) => entry.event_type);
    expect(
      Object.fromEntries([...counts].map(([type, entries]) => [type, entries.length])),
    ).toEqual({
      session_started: 3,
      session_ended: 3,
      subagent_started: 1,
      subagent_stopped: 1,
      tool_batch: 6,
      tool_completed: 5,
      tool_failed: 2,
      user_prompt: 4,
      user_stop: 3,
    });
  });
});
