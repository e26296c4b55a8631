import { renameSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HookStore } from '../../support/hook-store.ts';
import { HOOK_SESSION, told } from '../../support/spool-home.ts';

let store: HookStore;
beforeEach(async () => {
  store = await HookStore.open();
});
afterEach(() => store[Symbol.asyncDispose]());

const HOUR_MS = 3_600_000;
const totals = () => store.rows('SELECT name, label, value FROM tally ORDER BY name, label');

describe('draining', () => {
  it('takes the oldest first, whatever the files are called', async () => {
    for (const [name, atMs] of [
      ['c', 1_000],
      ['a', 3_000],
      ['b', 2_000],
    ] as const)
      store.spool.put(told('Stop', { prompt_id: name }), { name: `${name}-user`, atMs });
    await store.drain();
    expect(
      store.rows("SELECT data ->> 'prompt_id' AS id FROM occurrence ORDER BY id"),
    ).toHaveLength(3);
    expect(store.rows('SELECT at_ms FROM occurrence ORDER BY occurrence.id')).toEqual([
      { at_ms: 1_000 },
      { at_ms: 2_000 },
      { at_ms: 3_000 },
    ]);
  });

  it('counts nothing twice when the process ended after the commit and before the files were gone', async () => {
    for (let index = 0; index < 3; index++)
      store.spool.put(told('Stop', { prompt_id: `p${index}` }));
    store.spool.put('{broken');
    // The commit is done, and then everything stops.
    await store.restart((real) => async (batches) => {
      await real(batches);
      throw new Error('killed');
    });
    await expect(store.drain()).rejects.toThrow('killed');
    expect(store.spool.names('new')).toHaveLength(4);
    const before = [store.entries(), totals(), store.reasons()];
    await store.restart();
    store.spool.put(told('SessionEnd'));
    expect(await store.drain()).toBe(1);
    expect(store.spool.names('new')).toEqual([]);
    expect(store.entries().slice(0, 3)).toEqual((before[0] as unknown[]).slice(0, 3));
    expect(store.reasons()).toEqual(before[2]);
    expect(store.rows('SELECT lines FROM origin')).toEqual([{ lines: 5 }]);
  });

  it('loses nothing when the process ended before the commit', async () => {
    store.spool.put(told('Stop'));
    await store.restart(() => () => Promise.reject(new Error('killed')));
    await expect(store.drain()).rejects.toThrow('killed');
    await store.restart();
    expect(await store.drain()).toBe(1);
    expect(store.entries()).toHaveLength(1);
  });

  it('commits a backlog in pieces', async () => {
    const sizes: number[] = [];
    await store.restart((real) => async (batches) => {
      sizes.push(batches.flatMap(({ records }) => records).length);
      await real(batches);
    });
    for (let index = 0; index < 4_500; index++)
      store.spool.put(told('Stop', { prompt_id: `p${index}` }));
    expect(await store.drain()).toBe(4_500);
    expect(sizes).toEqual([2_000, 2_000, 500]);
    expect(store.rows('SELECT count(*) AS n FROM occurrence')).toEqual([{ n: 4_500 }]);
  });

  it('takes payloads of any size up to the limit whole, with newlines and all', async () => {
    const prompt = `one\n\ttwo\r\n${'\u{1f600}'.repeat(100_000)}`;
    store.spool.put(JSON.stringify(told('UserPromptSubmit', { prompt, prompt_id: 'p' }), null, 2));
    await store.drain();
    expect(store.entries()).toMatchObject([{ data: { prompt_bytes: Buffer.byteLength(prompt) } }]);
  });
});

describe('what was left in tmp', () => {
  const old = (name: string, ageMs: number): void => {
    const atMs = Date.now() - ageMs;
    utimesSync(path.join(store.spool.spool, 'tmp', name), atMs / 1000, atMs / 1000);
  };

  it('is taken when it is whole and nobody will rename it any more', async () => {
    const name = store.spool.put(told('Stop'), { folder: 'tmp' });
    expect(await store.drain()).toBe(0);
    old(name, 6_000);
    await store.restart();
    expect(await store.drain()).toBe(1);
    expect(store.entries()).toHaveLength(1);
    expect(store.spool.names('tmp')).toEqual([]);
  });

  it('is left while it may still be written, and given up after an hour', async () => {
    const name = store.spool.put('{"session_id":"s","hook', { folder: 'tmp' });
    old(name, HOUR_MS / 2);
    expect(await store.drain()).toBe(0);
    expect(store.spool.names('tmp')).toEqual([name]);
    old(name, HOUR_MS + 1_000);
    await store.restart();
    await store.drain();
    expect(store.spool.names('tmp')).toEqual([]);
    expect(store.reasons()).toEqual(['incomplete']);
  });

  it('is one with the file that is renamed after all', async () => {
    const name = store.spool.put(told('Stop'), { folder: 'tmp' });
    old(name, 6_000);
    await store.restart((real) => async (batches) => {
      await real(batches);
      const [from, to] = ['tmp', 'new'].map((folder) => path.join(store.spool.spool, folder, name));
      if (store.spool.names('tmp').length > 0) renameSync(from!, to!);
    });
    await store.drain();
    await store.restart();
    await store.drain();
    expect(store.entries()).toHaveLength(1);
    expect([store.spool.names('tmp'), store.spool.names('new')]).toEqual([[], []]);
  });
});

describe('sessions', () => {
  const state = () =>
    store.rows(
      "SELECT name, value FROM session_fact WHERE name IN ('start_source', 'end_reason', 'model', 'effort', 'permission_mode') ORDER BY name",
    );

  it('are known by how they began and ended, and by what hooks tell of them', async () => {
    store.spool.put(told('SessionStart', { source: 'resume', model: 'claude-opus-5-5' }), {
      atMs: 1_000,
    });
    store.spool.put(told('Stop', { effort: { level: 'high' }, permission_mode: 'plan' }), {
      atMs: 2_000,
    });
    store.spool.put(told('SessionEnd', { reason: 'logout' }), { atMs: 3_000 });
    await store.drain();
    expect(state()).toEqual([
      { name: 'effort', value: 'high' },
      { name: 'end_reason', value: 'logout' },
      { name: 'model', value: 'claude-opus-5-5' },
      { name: 'permission_mode', value: 'plan' },
      { name: 'start_source', value: 'resume' },
    ]);
  });

  it('have the subagents that began in them, once each, and none of the client’s own', async () => {
    for (let time = 0; time < 2; time++)
      store.spool.put(told('SubagentStart', { agent_id: 'a1', agent_type: 'Explore' }), {
        atMs: time,
      });
    store.spool.put(told('SubagentStop', { agent_id: 'a1', agent_type: 'Explore' }));
    store.spool.put(told('SubagentStop', { agent_id: 'internal', agent_type: '' }));
    await store.drain();
    expect(
      store.rows(
        'SELECT agent_id, agent_type, session_id FROM subagent JOIN session ON session.id = session',
      ),
    ).toEqual([{ agent_id: 'a1', agent_type: 'Explore', session_id: HOOK_SESSION }]);
  });
});
