import { describe, expect, it } from 'vitest';
import { assistant, at, type Line, toolResult, user } from '../../support/transcript-lines.ts';
import { decodeLines, decodeOccurrences } from '../../support/transcript-records.ts';

const text = (content: string): Line => ({ type: 'text', text: content });
const types = (...lines: readonly Line[]): readonly string[] =>
  decodeLines(...lines).occurrences.map(({ type }) => type);

describe('a human prompt', () => {
  it.each<[string, Line]>([
    ['as plain text', user('Fix it.')],
    ['as blocks', user([text('Fix it.')])],
    ['with an image', user([text('Fix it.'), { type: 'image', source: { type: 'base64' } }])],
    ['that is only an image', user([{ type: 'image', source: {} }])],
    ['that only mentions a mark', user('What is <command-name> for?')],
    ['typed', user('Fix it.', { promptSource: 'typed' })],
    ['queued', user('Fix it.', { promptSource: 'queued' })],
    ['from the SDK', user('Fix it.', { promptSource: 'sdk' })],
    ['suggested and accepted', user('Fix it.', { promptSource: 'suggestion_accepted' })],
    ['of human origin', user('Fix it.', { origin: { kind: 'human' } })],
    [
      'of human origin, whatever its source',
      user('A', { origin: { kind: 'human' }, promptSource: 'system' }),
    ],
    ['with an unreadable origin', user('Fix it.', { origin: 'human' })],
  ])('is counted: %s', (_name, line) => {
    expect(types(line)).toEqual(['user_prompt']);
  });

  it('is also one that was queued and given to the agent in the middle of its turn', () => {
    const queued = (commandMode: string): Line => ({
      type: 'attachment',
      uuid: `queued-${commandMode}`,
      sessionId: 's',
      timestamp: at(2),
      attachment: { type: 'queued_command', prompt: 'And the tests.', commandMode },
    });
    const first = user('Fix it.', { promptId: 'prompt-1' });
    expect(types(first, queued('prompt'))).toEqual(['user_prompt', 'user_prompt']);
    expect(types(first, queued('task-notification'))).toEqual(['user_prompt', 'injected_prompt']);
    expect(decodeOccurrences('user_prompt', first, queued('prompt'))[1]).toEqual({
      prompt_id: 'prompt-1',
      prompt_source: 'queued',
    });
  });

  it('is kept as its size, its id and its source', () => {
    const line = user([text('Größe'), text('!'), { type: 'image' }, { type: 'document' }], {
      promptId: 'prompt-7',
      promptSource: 'typed',
    });
    expect(decodeOccurrences('user_prompt', line)).toEqual([
      { prompt_id: 'prompt-7', prompt_source: 'typed', prompt_bytes: 8, images: 2 },
    ]);
  });

  it('is the same one in a copy of its line', () => {
    const { occurrences } = decodeLines(
      user('Fix it.', { uuid: 'line-1' }),
      user('Fix it.', { uuid: 'copy-1', forkedFrom: { sessionId: 'old', messageUuid: 'line-1' } }),
    );
    expect(occurrences.map(({ key }) => key)).toEqual(['prompt:line-1', 'prompt:line-1']);
  });
});

describe('text that the client put there', () => {
  it.each<[string, Line]>([
    ['a caveat of a local command', user('<local-command-caveat>Caveat: …')],
    [
      'the output of a local command',
      user('<local-command-stdout>Set model</local-command-stdout>'),
    ],
    ['the error of a local command', user('<local-command-stderr>no</local-command-stderr>')],
    ['a shell command of the user', user('<bash-input>ls</bash-input>')],
    ['the output of a shell command', user('<bash-stdout>a b</bash-stdout>')],
    ['the error of a shell command', user('<bash-stderr>no</bash-stderr>')],
    ['the end of a background task', user('<task-notification><task-id>1</task-id>')],
    ['a reminder', user('<system-reminder>Mind the list.</system-reminder>')],
    ['a reminder after blanks', user('\n  <system-reminder>Mind the list.')],
    ['a reminder as a block', user([text('<system-reminder>Mind the list.')])],
    ['a meta line', user('Fix it.', { isMeta: true })],
    ['the summary of a compaction', user('This session is continued…', { isCompactSummary: true })],
    ['the task of a subagent', user('Read the notes.', { isSidechain: true })],
    ['the task of a named agent', user('Read the notes.', { agentId: 'a6e4ba610b5f8b35d' })],
    ['a line of the system', user('Go on.', { promptSource: 'system' })],
    ['a line of another agent', user('Go on.', { origin: { kind: 'peer' } })],
    [
      'a notification',
      user('Done.', { origin: { kind: 'task-notification' }, promptSource: 'typed' }),
    ],
    ['a line of the coordinator', user('Go on.', { origin: { kind: 'coordinator' } })],
    ['an empty list', user([])],
  ])('is no prompt: %s', (_name, line) => {
    expect(types(line)).toEqual([]);
  });

  it('is no prompt where a tool result stands beside it', () => {
    expect(types(user([toolResult('toolu_1'), text('And a note.')]))).toEqual([]);
  });
});

describe('a slash command', () => {
  it.each([
    ['<command-name>/review</command-name>\n<command-args>123</command-args>', 'review'],
    [
      '<command-message>review is running…</command-message>\n<command-name>/review</command-name>',
      'review',
    ],
    ['<command-name>/my:tool.v2</command-name>', 'my:tool.v2'],
    ['<command-name>/two words</command-name>', null],
    ['<command-name>/never closed', null],
  ])('is counted by its name alone: %s', (content, command) => {
    expect(decodeOccurrences('slash_command', user(content))).toEqual([
      { prompt_id: 'prompt-1', command },
    ]);
  });

  it('is not counted where the client repeats it for the model', () => {
    expect(types(user('<command-name>/review</command-name>', { isMeta: true }))).toEqual([]);
  });
});

describe('an interruption', () => {
  it.each([
    ['[Request interrupted by user]', false],
    ['[Request interrupted by user for tool use]', true],
  ])('is counted: %s', (content, during_tool_use) => {
    const line = user([text(content)], { interruptedMessageId: 'msg_01' });
    expect(decodeOccurrences('user_interrupt', line)).toEqual([{ during_tool_use }]);
  });

  it('of a subagent is counted too', () => {
    expect(types(user('[Request interrupted by user]', { isSidechain: true }))).toEqual([
      'user_interrupt',
    ]);
  });
});

describe('an error of the API that the client shows', () => {
  it('is counted with its name and status', () => {
    const line = assistant(
      { model: '<synthetic>' },
      { isApiErrorMessage: true, error: 'rate_limit', apiErrorStatus: 429 },
    );
    expect(decodeOccurrences('api_error', line)).toEqual([{ error: 'rate_limit', status: 429 }]);
  });

  it('is not made of a filler that the client wrote itself', () => {
    const line = assistant({ model: '<synthetic>' }, { isApiErrorMessage: false });
    expect(types(line)).toEqual([]);
  });
});

describe('when something happened', () => {
  it('is the time of its line', () => {
    const { occurrences } = decodeLines(user('Fix it.', { timestamp: at(30) }));
    expect(occurrences[0]?.atMs).toBe(Date.parse(at(30)));
  });

  it('is the time of the line before where its own has none', () => {
    const { occurrences } = decodeLines(
      user('First.', { timestamp: at(30) }),
      user('Second.', { timestamp: undefined }),
    );
    expect(occurrences[1]?.atMs).toBe(Date.parse(at(30)));
  });

  it.each([
    'soon',
    '',
    1_790_000_000,
    '1969-12-31T23:59:59.000Z',
    '9999-01-01T00:00:00.000Z',
    null,
  ])('is not taken from the time %j', (timestamp) => {
    const { occurrences } = decodeLines(
      user('First.', { timestamp: at(30) }),
      user('Second.', { timestamp }),
    );
    expect(occurrences[1]?.atMs).toBe(Date.parse(at(30)));
  });

  it.each(['2026-11-20T16:59:57Z', '2026-11-20T17:59:57.000+01:00', '2026-11-20T16:59:57.000Z'])(
    'may be written as %s',
    (timestamp) => {
      const { occurrences } = decodeLines(user('Fix it.', { timestamp }));
      expect(occurrences[0]?.atMs).toBe(Date.parse(at(30)));
    },
  );
});
