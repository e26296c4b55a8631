import { describe, expect, it } from 'vitest';
import { assistant, type Line, toolUse, usage, user } from '../../support/transcript-lines.ts';
import { decodeLines, decodeRequest } from '../../support/transcript-records.ts';

const requestWith = (said: Line) => decodeRequest(assistant({ usage: said }));

describe('cache writes', () => {
  it.each<[string, Line, number, number]>([
    ['as stated', writes(1000, 400, 600), 400, 600],
    ['at five minutes without a split', { cache_creation_input_tokens: 1000 }, 1000, 0],
    ['at five minutes for what the split leaves out', writes(1000, 100, 600), 400, 600],
    ['by the split where the total says 0', writes(0, 0, 600), 0, 600],
    ['by the split where the total says less', writes(100, 300, 600), 300, 600],
    ['by the total where the split is null', { ...writes(7), cache_creation: null }, 7, 0],
    ['by the total where the split is empty', { ...writes(7), cache_creation: {} }, 7, 0],
    ['by the split alone', { cache_creation: { ephemeral_1h_input_tokens: 5 } }, 0, 5],
  ])('are counted %s', (_name, said, fiveMinutes, oneHour) => {
    expect(requestWith({ input_tokens: 1, output_tokens: 1, ...said })).toMatchObject({
      cacheCreation5mInputTokens: fiveMinutes,
      cacheCreation1hInputTokens: oneHour,
    });
  });
});

function writes(total: number, fiveMinutes?: number, oneHour?: number): Line {
  if (fiveMinutes === undefined) return { cache_creation_input_tokens: total };
  const cache_creation = {
    ephemeral_5m_input_tokens: fiveMinutes,
    ephemeral_1h_input_tokens: oneHour,
  };
  return { cache_creation_input_tokens: total, cache_creation };
}

describe('counts that are missing', () => {
  it.each([
    ['left out', {}],
    ['null', { input_tokens: null, output_tokens: null, cache_read_input_tokens: null }],
    ['null in their parts', { cache_creation: null, server_tool_use: null, iterations: null }],
  ])('are 0 where they are %s', (_name, said) => {
    expect(requestWith(said)).toMatchObject({
      inputTokens: 0,
      outputTokens: 0,
      cacheReadInputTokens: 0,
      cacheCreation5mInputTokens: 0,
      cacheCreation1hInputTokens: 0,
      webSearchRequests: 0,
      thinkingTokens: 0,
      iterations: [],
    });
  });
});

describe('a usage that cannot be', () => {
  it.each<[string, unknown]>([
    ['a negative count', usage(-1)],
    ['a text for a count', usage(5, { input_tokens: '10' })],
    ['a fraction', usage(1.5)],
    ['an absurd number', usage(1e12)],
    ['more than any number', '{"output_tokens":1e999}'],
    ['a boolean', usage(5, { cache_read_input_tokens: true })],
    ['a list for a count', usage(5, { input_tokens: [10] })],
    ['a text', 'none'],
    ['a number', 5],
    ['a list', [usage(5)]],
    ['a text for the split', usage(5, { cache_creation: 'all' })],
    [
      'a negative part of the split',
      usage(5, { cache_creation: { ephemeral_1h_input_tokens: -1 } }),
    ],
    ['a text for the searches', usage(5, { server_tool_use: { web_search_requests: 'two' } })],
    ['a step that is no object', usage(5, { iterations: [1] })],
    [
      'more steps than any request has',
      usage(5, { iterations: Array.from({ length: 65 }, () => ({})) }),
    ],
  ])('is turned away: %s', (_name, said) => {
    const isText = typeof said === 'string' && said.startsWith('{');
    const line = JSON.stringify(assistant({ usage: said }));
    const text = isText ? line.replace(JSON.stringify(said), said) : line;
    const { requests, rejects } = decodeLines(
      user('Please.'),
      text,
      assistant({ id: 'msg_after' }),
    );
    expect(requests).toHaveLength(1);
    expect(rejects).toMatchObject([{ reason: 'invalid_usage', line: 2 }]);
  });

  it('takes the tool calls on its line with it', () => {
    const { toolCalls } = decodeLines(
      assistant({ usage: usage(-1), content: [toolUse('toolu_1', 'Read')] }),
    );
    expect(toolCalls).toEqual([]);
  });
});

describe('the steps of a request', () => {
  const step = { input_tokens: 100, output_tokens: 20, cache_read_input_tokens: 7 };

  it('are kept in their order, each with its own model and cache writes', () => {
    const advisor = {
      ...step,
      type: 'advisor_message',
      model: 'claude-fable-5-2',
      cache_creation_input_tokens: 50,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 40 },
    };
    const said = usage(60, {
      iterations: [{ ...step, type: 'message' }, advisor, { type: 'compaction', ...step }],
    });
    expect(requestWith(said).iterations).toEqual([
      expected('message', null, 0, 0),
      expected('advisor_message', 'claude-fable-5-2', 10, 40),
      expected('compaction', null, 0, 0),
    ]);
  });

  it('do not add to the totals by themselves', () => {
    const said = usage(60, { iterations: [{ ...step, type: 'message' }] });
    expect(requestWith(said)).toMatchObject({ inputTokens: 10, outputTokens: 60 });
  });

  it('go with the line that counts', () => {
    const request = decodeRequest(
      assistant({ usage: usage(60, { iterations: [{ type: 'advisor_message', ...step }] }) }),
      assistant({ usage: usage(5) }),
    );
    expect(request.iterations).toHaveLength(1);
  });

  const expected = (type: string, model: string | null, fiveMinutes: number, oneHour: number) => ({
    type,
    model,
    inputTokens: 100,
    outputTokens: 20,
    cacheReadInputTokens: 7,
    cacheCreation5mInputTokens: fiveMinutes,
    cacheCreation1hInputTokens: oneHour,
    webSearchRequests: 0,
  });
});
