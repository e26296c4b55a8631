import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MonitorRecord } from '../../../src/records/record.ts';
import {
  AT_MS,
  batch,
  call,
  prompt,
  request,
  result,
  toolCall,
} from '../../pipeline/ingest-fixture.ts';
import {
  answer,
  logsOf,
  type OtlpBackend,
  spansOf,
  startBackend,
  type Told,
} from '../../support/otlp-backend.ts';
import type { OtlpWishes } from '../../support/otlp-config.ts';
import { createOtlpRig, type OtlpRig } from '../../support/otlp-rig.ts';

const MINUTE_MS = 60_000;

let rig: OtlpRig;
let backend: OtlpBackend;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  vi.setSystemTime(AT_MS + MINUTE_MS);
  rig = createOtlpRig(Date.now);
  backend = await startBackend();
});
afterEach(async () => {
  vi.useRealTimers();
  await rig[Symbol.asyncDispose]();
  await backend[Symbol.asyncDispose]();
});

/** Commits, and waits until traces and logs of it went out. */
const tell = async (...records: readonly MonitorRecord[]): Promise<void> => {
  rig.log.commit(batch(records));
  const last = rig.deps.reader.lastSeq();
  for (let step = 0; step < 500; step += 1) {
    const seqs = ['otlp-traces', 'otlp-logs'].map((name) => rig.deps.cursors.load(name)?.seq);
    if (seqs.every((seq) => seq === last)) return;
    await vi.advanceTimersByTimeAsync(0);
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('Not everything went out.');
};
const network = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
/** Moves the clock in steps until something holds. */
const until = async (holds: () => boolean): Promise<void> => {
  for (let step = 0; !holds(); step += 1) {
    if (step > 2_000) throw new Error('It never came to hold.');
    await vi.advanceTimersByTimeAsync(MINUTE_MS / 10);
    await network();
  }
};
const start = (more: OtlpWishes = {}) =>
  rig.start({ endpoint: backend.url, protocol: 'http/json', history: true, ...more });
const spans = (): readonly Told[] => spansOf(backend.taken);
const spanNames = (): unknown[] => spans().map(({ name }) => name);
const spanOf = (name: string): Told => {
  const found = spans().findLast((span) => span['name'] === name);
  if (found === undefined) throw new Error(`There is no span ${name}: ${spanNames().join(', ')}`);
  return found;
};
const timesOf = (span: Told): readonly number[] =>
  [span['startTimeUnixNano'], span['endTimeUnixNano']].map(
    (time) => Number(BigInt(time as string) / 1_000_000n) - AT_MS,
  );

const at = (ms: number) => ({ atMs: AT_MS + ms, endMs: AT_MS + ms + 100 });
const turnEnd = (ms: number, key = `turn:${ms}`) =>
  prompt({ key, type: 'turn_completed', category: 'session', atMs: AT_MS + ms, data: '{}' });
const agentRecord = (background: boolean): MonitorRecord => ({
  kind: 'subagent',
  agentId: 'agent-1',
  sessionId: 'session-1',
  agentType: 'Explore',
  toolUseId: 'toolu_agent_00000000000',
  parentAgentId: null,
  spawnDepth: 1,
  background,
});

describe('the spans of a prompt', () => {
  const everything = (): readonly MonitorRecord[] => [
    prompt({ data: '{"prompt_id":"p-1","prompt_bytes":5}' }),
    request({ key: 'msg_1', ...at(1_000), thinkingTokens: 7 }),
    toolCall({
      key: 'toolu_1',
      callAtMs: AT_MS + 1_100,
      resultAtMs: AT_MS + 1_600,
      durationMs: 400,
      durationSource: 'hook',
    }),
    toolCall({
      key: 'toolu_2',
      tool: 'Bash',
      command: 'rm',
      callAtMs: AT_MS + 1_700,
      resultAtMs: AT_MS + 1_800,
      success: false,
      errorClass: 'exit_code',
    }),
    toolCall({
      key: 'toolu_agent_00000000000',
      tool: 'Agent',
      callAtMs: AT_MS + 2_000,
      resultAtMs: AT_MS + 5_000,
      startedAgentId: 'agent-1',
    }),
    agentRecord(false),
    request({ key: 'msg_2', ...at(2_500), requester: 'subagent', agentId: 'agent-1' }),
    toolCall({
      key: 'toolu_3',
      agentId: 'agent-1',
      callAtMs: AT_MS + 2_700,
      resultAtMs: AT_MS + 2_800,
    }),
    turnEnd(6_000),
  ];

  it('are one trace: what an agent did hangs below the call that started it', async () => {
    start();
    await tell(...everything());
    const names = new Map(spans().map((span) => [span['spanId'], span['name']]));
    expect(new Set(spans().map(({ traceId }) => traceId)).size).toBe(1);
    expect(
      spans().map((span) => [
        span['name'],
        names.get(span['parentSpanId']) ?? null,
        span['kind'],
        ...timesOf(span),
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['invoke_agent claude-code', null, 1, 0, 6_000],
        ['chat claude-opus-4-5', 'invoke_agent claude-code', 3, 1_000, 1_100],
        ['execute_tool Read', 'invoke_agent claude-code', 1, 1_100, 1_600],
        ['execute_tool Bash', 'invoke_agent claude-code', 1, 1_700, 1_800],
        ['execute_tool Agent', 'invoke_agent claude-code', 1, 2_000, 5_000],
        ['invoke_agent Explore', 'execute_tool Agent', 1, 2_000, 5_000],
        ['chat claude-opus-4-5', 'invoke_agent Explore', 3, 2_500, 2_600],
        ['execute_tool Read', 'invoke_agent Explore', 1, 2_700, 2_800],
      ]),
    );
    expect(spans()).toHaveLength(8);
    expect(spanOf('invoke_agent claude-code')['parentSpanId']).toBeUndefined();
  });

  it('have these names and values', async () => {
    start();
    await tell(...everything());
    const text = JSON.stringify(spans(), null, 2);
    await expect(`${text}\n`).toMatchFileSnapshot('../../golden/otlp-spans.json');
  });

  it('go with log records that name the same spans', async () => {
    start();
    await tell(...everything());
    const records = logsOf(backend.taken);
    await expect(`${JSON.stringify(records, null, 2)}\n`).toMatchFileSnapshot(
      '../../golden/otlp-logs.json',
    );
    const known = new Set(
      spans().map(({ traceId, spanId }) => `${String(traceId)} ${String(spanId)}`),
    );
    expect(records.map(({ eventName }) => eventName)).toContain('hall_monitor.tool_failed');
    for (const { traceId, spanId } of records) {
      expect(known).toContain(`${String(traceId)} ${String(spanId)}`);
    }
  });

  it('count cached input as input, as the conventions say, and cost what the entry costs', async () => {
    start();
    await tell(prompt(), request({ ...at(1), cacheCreation5mInputTokens: 5 }));
    const { attributes } = spanOf('chat claude-opus-4-5');
    expect(attributes['gen_ai.usage.input_tokens']).toBe(10 + 300 + 5 + 40);
    expect(attributes['gen_ai.usage.cache_read.input_tokens']).toBe(300);
    expect(attributes['gen_ai.usage.cache_creation.input_tokens']).toBe(45);
    const line = rig.deps.reader
      .current(0, 10)
      .lines.find((each) => each.kind === 'metric' && each.entry.cost !== undefined);
    expect(line?.kind === 'metric' && line.entry.cost?.total).toBe(
      attributes['hall_monitor.cost_usd'],
    );
  });

  it('are told once what they are of is complete', async () => {
    start();
    await tell(
      prompt(),
      request({ key: 'msg_1', ...at(1_000), final: false }),
      call({ callAtMs: AT_MS + 1_100 }),
    );
    expect(spanNames()).toEqual([]);
    await tell(request({ key: 'msg_1', ...at(1_000), outputTokens: 99 }));
    expect(spanNames()).toEqual(['chat claude-opus-4-5']);
    expect(spanOf('chat claude-opus-4-5').attributes['gen_ai.usage.output_tokens']).toBe(99);
    await tell(result({ resultAtMs: AT_MS + 60_000 }));
    expect(spanNames()).toEqual(['chat claude-opus-4-5', 'execute_tool Read']);
    await tell(turnEnd(70_000));
    expect(spanNames()).toEqual([
      'chat claude-opus-4-5',
      'execute_tool Read',
      'invoke_agent claude-code',
    ]);
  });

  it('are the same spans when they are told again', async () => {
    start();
    await tell(prompt(), request(at(1_000)));
    await tell(request({ ...at(1_000), outputTokens: 500 }));
    const [first, second, ...others] = spans();
    expect(others).toEqual([]);
    expect([second?.['traceId'], second?.['spanId']]).toEqual([
      first?.['traceId'],
      first?.['spanId'],
    ]);
    expect(second?.attributes['hall_monitor.entry.revision']).toBe(1);
  });

  it('have requests that never became final once the prompt is over', async () => {
    start();
    await tell(prompt(), request({ ...at(1_000), final: false }));
    await tell(turnEnd(2_000));
    expect(spanNames()).toEqual(['invoke_agent claude-code', 'chat claude-opus-4-5']);
    expect(spanOf('chat claude-opus-4-5').attributes['hall_monitor.final']).toBe(false);
  });

  it('end with the next prompt where nothing else says so, at the last thing that was done', async () => {
    start();
    await tell(prompt(), request(at(1_000)));
    await tell(prompt({ key: 'prompt:2', atMs: AT_MS + 50_000 }));
    expect(timesOf(spanOf('invoke_agent claude-code'))).toEqual([0, 1_100]);
    await tell(request({ key: 'msg_2', ...at(51_000) }), turnEnd(52_000));
    expect(new Set(spans().map(({ traceId }) => traceId)).size).toBe(2);
    expect(timesOf(spanOf('invoke_agent claude-code'))).toEqual([50_000, 52_000]);
  });

  it('are told once, although a hook and a transcript tell of the end, and again when something came after it', async () => {
    const stopped = prompt({ key: 'stop:1', type: 'user_stop', atMs: AT_MS + 2_000, data: '{}' });
    start();
    await tell(prompt(), request(at(1_000)), stopped);
    await tell(turnEnd(2_020));
    await tell(prompt({ key: 'prompt:2', atMs: AT_MS + 9_000 }));
    expect(spanNames().filter((name) => name === 'invoke_agent claude-code')).toHaveLength(1);
    await tell(request({ key: 'msg_9', ...at(9_500) }), turnEnd(10_000));
    await tell(request({ key: 'msg_10', ...at(11_000) }), turnEnd(12_000));
    const ends = spans().filter(({ name }) => name === 'invoke_agent claude-code');
    expect(ends.map(timesOf)).toEqual([
      [0, 2_000],
      [9_000, 10_000],
      [9_000, 12_000],
    ]);
    expect(ends[1]?.['spanId']).toBe(ends[2]?.['spanId']);
  });

  it('have none for a command that asked nothing of the model', async () => {
    const clear = prompt({ key: 'command:1', type: 'slash_command', data: '{"command":"clear"}' });
    const review = prompt({
      key: 'command:2',
      type: 'slash_command',
      atMs: AT_MS + 5_000,
      data: '{"command":"review"}',
    });
    start();
    await tell(clear);
    await tell(review, request(at(6_000)), turnEnd(7_000));
    expect(spanNames()).toEqual(['chat claude-opus-4-5', 'invoke_agent claude-code']);
    expect(spanOf('invoke_agent claude-code').attributes['hall_monitor.span']).toBe(
      'slash_command',
    );
  });

  it('belong to the prompt that an agent in the background was asked for in, however long it works', async () => {
    start();
    await tell(
      prompt(),
      agentRecord(true),
      toolCall({
        key: 'toolu_agent_00000000000',
        tool: 'Agent',
        callAtMs: AT_MS + 1_000,
        resultAtMs: AT_MS + 1_010,
        startedAgentId: 'agent-1',
      }),
      turnEnd(2_000),
    );
    await tell(prompt({ key: 'prompt:2', atMs: AT_MS + 10_000 }));
    await tell(request({ key: 'msg_9', ...at(11_000), requester: 'subagent', agentId: 'agent-1' }));
    await tell(turnEnd(12_000));
    const agent = spanOf('invoke_agent Explore');
    expect(timesOf(agent)).toEqual([1_000, 11_100]);
    expect(agent.attributes['hall_monitor.agent.background']).toBe(true);
    expect(agent['traceId']).toBe(spanOf('execute_tool Agent')['traceId']);
    expect(spanOf('chat claude-opus-4-5')['parentSpanId']).toBe(agent['spanId']);
  });
});

describe('the span of a session', () => {
  const ended = (ms: number) =>
    prompt({
      key: `end:${ms}`,
      type: 'session_ended',
      category: 'session',
      atMs: AT_MS + ms,
      data: '{"reason":"exit"}',
    });

  it('is told when it ends, in a trace of its own that its prompts have links to', async () => {
    start();
    await tell(prompt(), request(at(1_000)), turnEnd(2_000));
    await tell(ended(30_000));
    const session = spanOf('session');
    expect(timesOf(session)).toEqual([0, 30_000]);
    const [link] = spanOf('invoke_agent claude-code')['links'] as readonly Record<
      string,
      unknown
    >[];
    expect([link?.['traceId'], link?.['spanId']]).toEqual([session['traceId'], session['spanId']]);
    expect(session['traceId']).not.toBe(spanOf('invoke_agent claude-code')['traceId']);
  });

  it('is told after a quarter of an hour in which nothing happened, with what is left of its last prompt', async () => {
    start();
    await tell(prompt(), request({ ...at(1_000), final: false }));
    await vi.advanceTimersByTimeAsync(13 * MINUTE_MS);
    expect(spanNames()).toEqual([]);
    await until(() => spanNames().length >= 3);
    expect(spanNames().map(String).toSorted()).toEqual([
      'chat claude-opus-4-5',
      'invoke_agent claude-code',
      'session',
    ]);
    // An answer that is still on its way when it stops would be asked for again.
    await network();
    await rig.stop();
    start();
    const { length } = backend.received;
    for (let minute = 0; minute < 3; minute += 1) {
      await vi.advanceTimersByTimeAsync(MINUTE_MS);
      await network();
    }
    expect(backend.received).toHaveLength(length);
  });

  it('is told later where the backend was away then', async () => {
    backend.behave(answer(503));
    start();
    rig.log.commit(batch([prompt(), request(at(1_000))]));
    for (let step = 0; step < 30; step += 1) {
      await vi.advanceTimersByTimeAsync(MINUTE_MS);
      await network();
    }
    backend.behave(answer(200));
    await until(() => spanNames().length >= 3);
    expect(spanNames().map(String).toSorted()).toEqual([
      'chat claude-opus-4-5',
      'invoke_agent claude-code',
      'session',
    ]);
  });

  it('is the root of what has no prompt before it', async () => {
    start();
    await tell(request(at(1_000)));
    await tell(ended(30_000));
    expect(spanOf('chat claude-opus-4-5')['parentSpanId']).toBe(spanOf('session')['spanId']);
    expect(spanOf('chat claude-opus-4-5')['traceId']).toBe(spanOf('session')['traceId']);
  });
});
