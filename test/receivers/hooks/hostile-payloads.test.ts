import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeHook } from '../../../receivers/hooks/decode.ts';
import { HookStore } from '../../support/hook-store.ts';
import { told } from '../../support/spool-home.ts';

let store: HookStore;
beforeEach(async () => {
  store = await HookStore.open();
});
afterEach(() => store[Symbol.asyncDispose]());

const bytes = (...values: readonly number[]): Uint8Array => new Uint8Array(values);

describe('a payload that cannot be used', () => {
  it.each([
    ['nothing', '', 'invalid_json'],
    ['no JSON', 'not json', 'invalid_json'],
    ['half of an object', '{"session_id":"s","hook_event', 'invalid_json'],
    ['two objects', '{}{}', 'invalid_json'],
    ['bytes that are no text', bytes(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d), 'invalid_json'],
    ['zeros', bytes(0, 0, 0), 'invalid_json'],
    ['a list', '[1,2]', 'not_an_object'],
    ['a text', '"PreToolUse"', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['no event', JSON.stringify({ session_id: 's' }), 'missing_type'],
    ['an event that is no text', told(5 as unknown as string), 'invalid_field'],
    ['an event that is no name', told('../../etc'), 'invalid_field'],
    ['an event named after a prototype', told('constructor'), 'invalid_field'],
    ['no session', told('Stop', { session_id: undefined }), 'missing_session'],
    ['a session that is no text', told('Stop', { session_id: { $gt: '' } }), 'invalid_field'],
    ['a session that is a path', told('Stop', { session_id: '../../x' }), 'invalid_id'],
    ['a session of 10,000 letters', told('Stop', { session_id: 'x'.repeat(10_000) }), 'invalid_id'],
    ['a session named after a prototype', told('Stop', { session_id: '__proto__' }), 'invalid_id'],
    [
      'a prototype',
      '{"__proto__":{"polluted":1},"session_id":"s","hook_event_name":"Stop"}',
      'invalid_field',
    ],
    ['an agent that is a path', told('Stop', { agent_id: 'a/b' }), 'invalid_id'],
    ['a folder that is a number', told('Stop', { cwd: 7 }), 'invalid_field'],
    ['a transcript that is none', told('Stop', { transcript_path: '/etc/passwd' }), 'invalid_path'],
    [
      'a transcript of the kernel',
      told('Stop', { transcript_path: '/proc/self/environ' }),
      'invalid_path',
    ],
    [
      'a transcript with steps up',
      told('Stop', { transcript_path: '/a/../../etc/x.jsonl' }),
      'invalid_path',
    ],
    ['a transcript with a zero', told('Stop', { transcript_path: '/a/b\0.jsonl' }), 'invalid_path'],
    ['a transcript that is relative', told('Stop', { transcript_path: 'a.jsonl' }), 'invalid_path'],
    ['more bytes than are read', `{"a":"${'x'.repeat(1024 * 1024)}"}`, 'too_long'],
  ])('because it is %s is a dead letter with its reason', async (_, payload, reason) => {
    const name = store.spool.put(payload);
    const good = store.spool.put(told('Stop'));
    expect(await store.drain()).toBe(2);
    expect(store.reasons()).toEqual([reason]);
    expect(store.rows('SELECT name FROM dead_letter')[0]!['name']).toContain(name);
    expect(store.entries()).toMatchObject([{ event_type: 'user_stop' }]);
    expect(store.spool.names('new')).not.toContain(good);
    expect(store.spool.names('new')).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('lies where people may look at it, unless it is long, and not for ever', async () => {
    for (let index = 0; index < 250; index++) store.spool.put('{', { name: `bad-${index}` });
    store.spool.put(`{"a":"${'x'.repeat(1024 * 1024)}`, { name: 'long' });
    await store.drain();
    expect(store.reasons()).toHaveLength(251);
    expect(store.spool.names('dead')).toHaveLength(200);
    expect(store.spool.names('dead').join()).not.toContain('long');
  });

  it('counts once, even under a name that was used before', async () => {
    store.spool.put('{', { name: '1.1-user', atMs: 1_000 });
    await store.drain();
    store.spool.put('[', { name: '1.1-user', atMs: 2_000 });
    await store.drain();
    expect(store.rows("SELECT label, value FROM tally WHERE name = 'rejects'")).toEqual([
      { label: 'invalid_json', value: 2 },
    ]);
  });
});

describe('a payload with fields of other types than they should have', () => {
  const anything = fc.oneof(fc.jsonValue(), fc.constant('x'.repeat(5_000)), fc.constant(-1));

  it('is understood as far as it goes, whatever is in it', () => {
    const names = [
      'tool_input',
      'tool_response',
      'tool_name',
      'tool_use_id',
      'duration_ms',
      'prompt',
    ];
    const event = fc.constantFrom('PreToolUse', 'PostToolUse', 'PermissionRequest', 'Stop', 'New');
    const fields = fc.dictionary(fc.constantFrom(...names, 'error', 'effort', 'source'), anything);
    fc.assert(
      fc.property(event, fields, (name, more) => {
        const payload = Buffer.from(JSON.stringify(told(name, more)));
        const decoded = decodeHook({ bytes: payload, atMs: 1, scope: 'user' });
        expect(typeof decoded).toBe('object');
      }),
    );
  });

  it('never becomes anything but records or a reason, whatever bytes it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
        const decoded = decodeHook({ bytes: payload, atMs: 1, scope: 'user' });
        expect(['string', 'object']).toContain(typeof decoded);
      }),
    );
  });

  it('says nothing that is not known', async () => {
    const tool = { tool_use_id: 'toolu_1', tool_name: ['Bash'], tool_input: 'ls', duration_ms: -5 };
    store.spool.put(told('PostToolUse', tool));
    await store.drain();
    expect(store.entries()).toMatchObject([{ tool_name: 'unknown', tool_duration_ms: null }]);
  });
});

describe('what is in the spool and no hook put there', () => {
  it('is left alone: folders, symbolic links', async () => {
    const folder = path.join(store.spool.spool, 'new');
    mkdirSync(path.join(folder, 'folder'));
    writeFileSync(path.join(store.spool.home, 'secret'), JSON.stringify(told('Stop')));
    symlinkSync(path.join(store.spool.home, 'secret'), path.join(folder, 'link'));
    store.spool.put(told('SessionEnd'));
    expect(await store.drain()).toBe(1);
    expect(store.entries()).toMatchObject([{ event_type: 'session_ended' }]);
  });
});

describe('a transcript that a payload names', () => {
  it('is told on, and never opened here', async () => {
    const inner = '/home/dev/.claude/projects/p/s/subagents/agent-a1.jsonl';
    store.spool.put(told('SubagentStop', { agent_transcript_path: inner }));
    await store.drain();
    expect(store.named).toEqual([told('Stop')['transcript_path'], inner]);
  });
});
