import { describe, expect, it } from 'vitest';
import {
  assistant,
  at,
  messageId,
  SESSION,
  START_MS,
  toolUse,
  usage,
  user,
} from '../../support/transcript-lines.ts';
import { decodeLines, decodeRequest } from '../../support/transcript-records.ts';

describe('an assistant line', () => {
  it('of client 1.0 becomes a request', () => {
    const line = {
      parentUuid: '6f0b',
      isSidechain: false,
      userType: 'external',
      cwd: '/home/dev/project',
      sessionId: SESSION,
      version: '1.0.30',
      type: 'assistant',
      timestamp: at(3),
      message: {
        id: 'msg_01AbCdEfGhIjKlMnOpQrStUv',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-20250514',
        content: [{ type: 'text', text: 'An answer.' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: {
          input_tokens: 4,
          cache_creation_input_tokens: 30,
          cache_read_input_tokens: 500,
          output_tokens: 60,
          service_tier: 'standard',
        },
      },
      requestId: 'req_011AbC',
      uuid: '7c1d',
      costUSD: 0.0123,
    };
    expect(decodeRequest(line)).toEqual({
      kind: 'api_request',
      key: 'msg_01AbCdEfGhIjKlMnOpQrStUv',
      messageId: 'msg_01AbCdEfGhIjKlMnOpQrStUv',
      requestId: 'req_011AbC',
      sessionId: SESSION,
      project: '/home/dev/project',
      requester: 'main',
      agentId: null,
      model: 'claude-sonnet-4-20250514',
      atMs: START_MS + 3000,
      endMs: START_MS + 3000,
      stopReason: 'end_turn',
      final: true,
      refusedBeforeOutput: false,
      reportedCostUsd: 0.0123,
      effort: null,
      line: 1,
      offsetBytes: 0,
      inputTokens: 4,
      outputTokens: 60,
      cacheReadInputTokens: 500,
      cacheCreation5mInputTokens: 30,
      cacheCreation1hInputTokens: 0,
      webSearchRequests: 0,
      thinkingTokens: 0,
      speed: 'standard',
      inferenceGeo: null,
      serviceTier: 'standard',
      iterations: [],
    });
  });

  it('of client 2.1 brings thinking, speed, region, tier, effort and searches', () => {
    const said = usage(500, {
      output_tokens_details: { thinking_tokens: 420 },
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
      service_tier: 'priority',
      speed: 'fast',
      inference_geo: 'us',
    });
    const request = decodeRequest(assistant({ usage: said }, { effort: 'high', apiBlockIndex: 0 }));
    expect(request).toMatchObject({
      thinkingTokens: 420,
      webSearchRequests: 2,
      serviceTier: 'priority',
      speed: 'fast',
      inferenceGeo: 'us',
      effort: 'high',
    });
  });

  it('says where it stands, by line and by byte', () => {
    const first = user('Please.');
    const { requests } = decodeLines(first, assistant());
    expect(requests[0]).toMatchObject({ line: 2, offsetBytes: JSON.stringify(first).length + 1 });
  });

  it.each(['cli', 'sdk-cli', 'claude-vscode'])(
    'is read the same from entrypoint %s',
    (entrypoint) => {
      const { requests, facts } = decodeLines(assistant({}, { entrypoint }));
      expect(requests).toHaveLength(1);
      expect(facts['entrypoint']).toBe(entrypoint);
    },
  );
});

describe('lines of one response', () => {
  const streamed = [
    assistant({ usage: usage(1), stop: null, content: [{ type: 'thinking', thinking: '' }] }),
    assistant({ usage: usage(1), stop: null }, { timestamp: at(2) }),
    assistant(
      { usage: usage(260), stop: 'tool_use', content: [toolUse('toolu_1', 'Read')] },
      { timestamp: at(4) },
    ),
  ];

  it('are one request with the output of the last', () => {
    expect(decodeRequest(...streamed)).toMatchObject({
      inputTokens: 10,
      cacheReadInputTokens: 1000,
      outputTokens: 260,
      stopReason: 'tool_use',
      final: true,
      atMs: START_MS + 1000,
      endMs: START_MS + 4000,
      line: 3,
    });
  });

  it('are one request in any order', () => {
    expect(decodeRequest(...streamed.toReversed())).toMatchObject({ outputTokens: 260, line: 1 });
  });

  it('may have lines of another response between them', () => {
    const [first, second, third] = streamed;
    const { requests } = decodeLines(first!, assistant({ id: messageId(2) }), second!, third!);
    expect(requests.map(({ outputTokens }) => outputTokens)).toEqual([260, 5]);
  });

  it('count by the whole line with the most output, never field by field', () => {
    const before = usage(3, { input_tokens: 7, cache_read_input_tokens: 42_000 });
    const after = usage(900, {
      input_tokens: 5,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 42_000,
    });
    const request = decodeRequest(
      assistant({ model: 'claude-fable-5', usage: before, stop: null }),
      assistant({ model: 'claude-opus-4-8', usage: after }),
      assistant({ model: 'claude-fable-5', usage: { ...before, output_tokens: 899 }, stop: null }),
    );
    expect(request).toMatchObject({
      model: 'claude-opus-4-8',
      inputTokens: 5,
      outputTokens: 900,
      cacheReadInputTokens: 0,
      cacheCreation5mInputTokens: 42_000,
      line: 2,
    });
  });

  it('count by the last one where the output is the same', () => {
    const request = decodeRequest(
      assistant({ usage: usage(8, { input_tokens: 1 }) }),
      assistant({ usage: usage(8, { input_tokens: 2 }) }),
    );
    expect(request).toMatchObject({ inputTokens: 2, line: 2 });
  });

  it('stay not final while no line says why the model stopped', () => {
    expect(decodeRequest(assistant({ stop: null }), assistant({ stop: null })).final).toBe(false);
  });

  it('become final by any of them', () => {
    const request = decodeRequest(
      assistant({ stop: 'end_turn', usage: usage(2) }),
      assistant({ stop: null, usage: usage(9) }),
    );
    expect(request).toMatchObject({ final: true, stopReason: 'end_turn', outputTokens: 9 });
  });
});

describe('the identity of a request', () => {
  it.each([
    ['msg_01AbCdEfGhIjKlMnOpQrStUv', 'the API'],
    ['msg_bdrk_01AbCdEfGhIjKlMnOp', 'Bedrock'],
    ['msg_vrtx_01AbCdEfGhIjKlMnOp', 'Google Cloud'],
  ])('is the message id alone for %s of %s', (id) => {
    expect(decodeRequest(assistant({ id })).key).toBe(id);
  });

  it.each(['chatcmpl-1', 'msg_1', 'gen-0193'])(
    'is scoped by its session for the gateway id %s',
    (id) => {
      const { requests } = decodeLines(
        assistant({ id }),
        assistant({ id }),
        assistant({ id }, { sessionId: 'another' }),
      );
      expect(requests.map(({ key }) => key)).toEqual([`${SESSION}:${id}`, `another:${id}`]);
    },
  );

  it('is the message id, whether the line has a request id or not', () => {
    const { requests } = decodeLines(
      assistant({ requestId: 'req_1' }),
      assistant({ requestId: null }),
      assistant({ requestId: 'req_2' }),
    );
    expect(requests).toHaveLength(1);
    expect(requests[0]?.requestId).toBe('req_1');
  });

  it('is the line where there is no message id', () => {
    const { requests } = decodeLines(
      assistant({ id: null }, { uuid: 'one' }),
      assistant({ id: null }, { uuid: 'two' }),
      assistant({ id: null }, { uuid: 'one' }),
    );
    expect(requests.map(({ key }) => key)).toEqual(['line:one', 'line:two']);
  });

  it('is a digest of the line where there is not even a uuid', () => {
    const line = assistant({ id: null }, { uuid: undefined });
    const { requests } = decodeLines(line, line, { ...line, timestamp: at(9) });
    expect(requests).toHaveLength(2);
    expect(requests[0]?.key).toMatch(/^line:[0-9a-f]{32}$/);
  });
});

describe('an assistant line that is no request', () => {
  it.each([
    ['was made by the client itself', assistant({ model: '<synthetic>', usage: usage(0) })],
    ['shows an error of the API', assistant({}, { isApiErrorMessage: true, error: 'rate_limit' })],
    ['has no usage', assistant({ usage: undefined })],
    ['has null as its usage', assistant({ usage: null })],
  ])('%s', (_name, line) => {
    const { requests, rejects, entries } = decodeLines(line);
    expect(requests).toEqual([]);
    expect(rejects).toEqual([]);
    expect(entries).toEqual({ assistant: 1 });
  });

  it('keeps the tool calls that stand on it', () => {
    const line = assistant({ usage: undefined, content: [toolUse('toolu_1', 'Read')] });
    expect(decodeLines(line).toolCalls).toMatchObject([{ tool: 'Read', requestKey: null }]);
  });
});

describe('a refusal', () => {
  it('without content was refused before any output', () => {
    const request = decodeRequest(assistant({ stop: 'refusal', content: [], usage: usage(1) }));
    expect(request).toMatchObject({ refusedBeforeOutput: true, stopReason: 'refusal' });
  });

  it('with content is an answer like any other', () => {
    expect(decodeRequest(assistant({ stop: 'refusal' })).refusedBeforeOutput).toBe(false);
  });

  it('after content of the same response is an answer like any other', () => {
    const request = decodeRequest(
      assistant({ stop: null, usage: usage(40) }),
      assistant({ stop: 'refusal', content: [], usage: usage(40) }),
    );
    expect(request.refusedBeforeOutput).toBe(false);
  });
});

describe('what a later line of the same response tells', () => {
  it('is the request id, where the first had none', () => {
    const request = decodeRequest(
      assistant({ requestId: null }),
      assistant({ requestId: 'req_2' }),
    );
    expect(request.requestId).toBe('req_2');
  });

  it('is that the main conversation asked, where a replay on a side chain came first', () => {
    const request = decodeRequest(assistant({}, { isSidechain: true }), assistant());
    expect(request).toMatchObject({ requester: 'main' });
  });

  it('is no output, where both lines of a refusal are empty', () => {
    const refusal = assistant({ stop: 'refusal', content: [], usage: usage(1) });
    expect(decodeRequest(refusal, refusal).refusedBeforeOutput).toBe(true);
  });
});

describe('who asked', () => {
  it('is the main conversation by default', () => {
    expect(decodeRequest(assistant())).toMatchObject({ requester: 'main', agentId: null });
  });

  it('is a subagent on a side chain inside the main file', () => {
    expect(decodeRequest(assistant({}, { isSidechain: true }))).toMatchObject({
      requester: 'subagent',
      agentId: null,
    });
  });

  it('is the agent that the line names', () => {
    const line = assistant({}, { isSidechain: true, agentId: 'a6e4ba610b5f8b35d' });
    expect(decodeRequest(line)).toMatchObject({
      requester: 'subagent',
      agentId: 'a6e4ba610b5f8b35d',
    });
  });
});
