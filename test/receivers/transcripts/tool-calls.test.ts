import { describe, expect, it } from 'vitest';
import {
  assistant,
  at,
  type Line,
  messageId,
  SESSION,
  START_MS,
  toolResult,
  toolUse,
  toolUseId,
  user,
} from '../../support/transcript-lines.ts';
import { decodeLines, decodeToolCall } from '../../support/transcript-records.ts';

const ID = toolUseId(1);
const call = (name: string, input: unknown = {}): Line =>
  assistant({ content: [toolUse(ID, name, input)] }, { timestamp: at(1) });
const result = (content: unknown, isError?: boolean, more: Line = {}): Line =>
  user([toolResult(ID, content, isError)], { timestamp: at(4), ...more });

describe('a tool call and its result', () => {
  const expected = {
    key: ID,
    toolUseId: ID,
    tool: 'Read',
    requestKey: messageId(1),
    callAtMs: START_MS + 1000,
    resultAtMs: START_MS + 4000,
    success: true,
    errorClass: null,
    filePath: '/home/dev/project/a.ts',
    inputBytes: 38,
    resultBytes: 4,
  };
  const lines = [call('Read', { file_path: '/home/dev/project/a.ts' }), result('done')];

  it('are one call', () => {
    expect(decodeToolCall(...lines)).toMatchObject(expected);
  });

  it('are one call where the result stands first', () => {
    expect(decodeToolCall(...lines.toReversed())).toMatchObject(expected);
  });

  it('are told apart from others on the same lines', () => {
    const { toolCalls } = decodeLines(
      assistant({ content: [toolUse(toolUseId(1), 'Read'), toolUse(toolUseId(2), 'Bash')] }),
      user([toolResult(toolUseId(2), 'two', true), toolResult(toolUseId(1), 'one')]),
    );
    expect(toolCalls.map(({ tool, success }) => [tool, success])).toEqual([
      ['Read', true],
      ['Bash', false],
    ]);
  });

  it('leave open what is missing', () => {
    expect(decodeToolCall(call('Read'))).toMatchObject({ success: null, resultAtMs: null });
    expect(decodeToolCall(result('done'))).toMatchObject({
      tool: null,
      callAtMs: null,
      success: true,
    });
  });

  it('are scoped by their session where the id is a gateway’s', () => {
    const { toolCalls } = decodeLines(
      assistant({ content: [toolUse('call_1', 'Read')] }),
      assistant({ content: [toolUse('call_1', 'Read')] }, { sessionId: 'another' }),
    );
    expect(toolCalls.map(({ key }) => key)).toEqual([`${SESSION}:call_1`, 'another:call_1']);
  });

  it.each(['mcp__github__create_issue', 'mcp__plugin_a_b__c', 'Agent', 'Ünïcode'])(
    'keep the tool’s name as the model said it: %s',
    (name) => {
      expect(decodeToolCall(call(name), result([{ type: 'text', text: 'ok' }])).tool).toBe(name);
    },
  );

  it('are left out where the block has no id', () => {
    const { toolCalls } = decodeLines(
      assistant({ content: [{ type: 'tool_use', name: 'Read', input: {} }] }),
      user([{ type: 'tool_result', content: 'done' }]),
    );
    expect(toolCalls).toEqual([]);
  });

  it('are not made of tools that run at the API', () => {
    const block = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} };
    expect(decodeLines(assistant({ content: [block] })).toolCalls).toEqual([]);
  });
});

describe('the outcome of a tool call', () => {
  it.each<[string, unknown]>([
    ['the word error', 'No error: 0 errors found'],
    ['an exit code', 'Exit code 0'],
    ['a refusal', "The user doesn't want to proceed with this tool use."],
    ['an interruption', '[Request interrupted by user for tool use]'],
  ])('is a success where the client says so, although the output has %s', (_name, content) => {
    expect(decodeToolCall(call('Bash'), result(content, false))).toMatchObject({
      success: true,
      errorClass: null,
    });
    expect(decodeToolCall(call('Bash'), result(content))).toMatchObject({
      success: true,
      errorClass: null,
    });
  });

  it.each([
    ['Exit code 3\nError: no such thing', 'exit_code'],
    ['Error: Exit code 127 bash: foo: command not found', 'exit_code'],
    ['File does not exist.', 'not_found'],
    ['ENOENT: no such file or directory', 'not_found'],
    ['EACCES: permission denied', 'permission'],
    ['Command timed out after 2m', 'timeout'],
    ['<tool_use_error>InputValidationError: Read failed', 'invalid_input'],
    ['<tool_use_error>File has not been read yet. Read it first', 'invalid_input'],
    ["The user doesn't want to proceed with this tool use.", 'denied'],
    ['[Request interrupted by user for tool use]', 'interrupted'],
    ['It broke.', 'other'],
    ['', 'other'],
  ])('is a failure of its own class: %s', (content, errorClass) => {
    expect(decodeToolCall(call('Bash'), result(content, true))).toMatchObject({
      success: false,
      errorClass,
    });
  });

  it('is sorted by the first block of a list too', () => {
    const content = [
      { type: 'text', text: 'Exit code 2' },
      { type: 'text', text: 'ENOENT' },
    ];
    expect(decodeToolCall(call('Bash'), result(content, true)).errorClass).toBe('exit_code');
  });

  it('is sorted by what the client itself noted', () => {
    const line = result('no', true, { toolUseResult: 'Error: Exit code 3' });
    expect(decodeToolCall(call('Bash'), line).errorClass).toBe('exit_code');
  });

  it.each<[string, Line]>([
    ['its kind', { toolDenialKind: 'user-rejected' }],
    ['its note', { toolUseResult: 'User rejected tool use' }],
    ['its note of an error', { toolUseResult: 'Error: User rejected tool use' }],
  ])('is denied by %s', (_name, more) => {
    expect(decodeToolCall(call('Bash'), result('Exit code 1', true, more)).errorClass).toBe(
      'denied',
    );
  });

  it('is no success where the command was interrupted', () => {
    const line = result('half', false, { toolUseResult: { stdout: 'half', interrupted: true } });
    expect(decodeToolCall(call('Bash'), line)).toMatchObject({
      success: false,
      errorClass: 'interrupted',
    });
  });

  it('is what the result itself says where a note cannot be assigned', () => {
    const { toolCalls } = decodeLines(
      user([toolResult(toolUseId(1)), toolResult(toolUseId(2))], {
        toolUseResult: { interrupted: true, durationMs: 5 },
      }),
    );
    expect(toolCalls).toMatchObject([
      { success: true, durationMs: null },
      { success: true, durationMs: null },
    ]);
  });
});

describe('how long a tool call took', () => {
  it.each<[string, Line, number]>([
    ['a search', { durationMs: 12, numFiles: 3 }, 12],
    ['an agent', { totalDurationMs: 61_000, totalTokens: 9 }, 61_000],
    ['a web search', { durationSeconds: 1.2345, query: 'x' }, 1235],
    ['a whole number of it', { durationMs: 11.6 }, 12],
  ])('is what the tool says: %s', (_name, toolUseResult, durationMs) => {
    expect(decodeToolCall(call('Tool'), result('done', false, { toolUseResult }))).toMatchObject({
      durationMs,
      durationSource: 'tool_result',
    });
  });

  it.each([{ durationMs: -1 }, { durationMs: '12' }, { durationMs: null }, 'done', ['done'], null])(
    'is left open where the tool says %j',
    (toolUseResult) => {
      expect(decodeToolCall(call('Tool'), result('done', false, { toolUseResult }))).toMatchObject({
        durationMs: null,
        durationSource: null,
      });
    },
  );
});

describe('an agent that a call starts', () => {
  it('is named by the result', () => {
    const toolUseResult = { isAsync: true, status: 'async_launched', agentId: 'a6e4ba610b5f8b35d' };
    expect(
      decodeToolCall(call('Agent'), result('launched', false, { toolUseResult })).startedAgentId,
    ).toBe('a6e4ba610b5f8b35d');
  });
});
