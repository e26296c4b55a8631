import { describe, expect, it } from 'vitest';
import {
  assistant,
  at,
  type Line,
  SESSION,
  START_MS,
  toolUse,
  user,
} from '../../support/transcript-lines.ts';
import { decodeLines, decodeText, TRANSCRIPT_PATH } from '../../support/transcript-records.ts';
import { FileDecoder } from '../../../receivers/transcripts/file-decoder.ts';

const dated = { sessionId: SESSION, timestamp: at(0) };

describe('a line with a field of another kind of line', () => {
  it('is read as what its type says', () => {
    const { occurrences } = decodeLines(assistant(), {
      ...user('Please.'),
      attachment: { type: 'x' },
    });
    expect(occurrences).toHaveLength(1);
  });

  it('counts the last of a field that it has twice', () => {
    const twice = JSON.stringify(assistant({ content: [toolUse('t2', 'B')] })).replace(
      '"content":',
      '"content":[{"type":"tool_use","id":"t1","name":"A","input":{}}],"content":',
    );
    expect(decodeText(`${twice}\n`).toolCalls.map((call) => call.toolUseId)).toEqual(['t2']);
  });

  it('is too long as a title or note beyond a mebibyte', () => {
    const { rejects, records } = decodeLines(assistant(), {
      type: 'ai-title',
      aiTitle: 'x'.repeat(1024 * 1024),
      sessionId: SESSION,
    });
    expect(rejects.map(({ reason }) => reason)).toEqual(['too_long']);
    expect(JSON.stringify(records)).not.toContain('xxx');
  });
});

describe('lines that carry nothing of use', () => {
  const types = [
    'progress',
    'file-history-snapshot',
    'file-history-delta',
    'queue-operation',
    'last-prompt',
    'mode',
    'agent-setting',
    'worktree-state',
    'bridge-session',
    'api-request',
    'api-request-blob',
    'tools-used',
    'brand-new-type',
  ];

  it('are counted by their type, and none of them is turned away', () => {
    const { entries, rejects, records, lines } = decodeLines(
      user('Please.'),
      ...types.map((type) => ({ type, ...dated, data: { nested: ['text'] } })),
      { type: 'brand-new-type', ...dated },
    );
    expect(entries).toEqual({
      user: 1,
      ...Object.fromEntries(types.map((type) => [type, 1])),
      'brand-new-type': 2,
    });
    expect(rejects).toEqual([]);
    expect(lines).toBe(types.length + 2);
    expect(records.filter(({ kind }) => kind === 'occurrence')).toHaveLength(1);
  });

  it('are counted the same before the first line that has a time', () => {
    const { entries } = decodeLines(
      { type: 'mode', mode: 'normal', sessionId: SESSION },
      user('A'),
    );
    expect(entries).toEqual({ mode: 1, user: 1 });
  });

  it('are counted by the kind of attachment', () => {
    const attachment = (type: unknown): Line => ({
      parentUuid: 'a',
      isSidechain: false,
      attachment: { type, rendered: [] },
      type: 'attachment',
      ...dated,
    });
    const { entries } = decodeLines(
      attachment('prompt_snapshot'),
      attachment('skill_listing'),
      attachment('prompt_snapshot'),
      attachment(5),
    );
    expect(entries).toEqual({
      'attachment/prompt_snapshot': 2,
      'attachment/skill_listing': 1,
      attachment: 1,
    });
  });

  it('are lumped together beyond 200 types', () => {
    const lines = Array.from({ length: 300 }, (_, index) => ({ type: `type-${index}`, ...dated }));
    const { entries } = decodeLines(...lines);
    expect(Object.keys(entries)).toHaveLength(201);
    expect(entries['other']).toBe(100);
  });
});

describe('a prompt snapshot', () => {
  const snapshot = (rest: string): string =>
    `{"parentUuid":"a","isSidechain":false,"attachment":{"type":"prompt_snapshot","system":"${rest}"},"type":"attachment","uuid":"b","timestamp":"${at(1)}","sessionId":"${SESSION}"}`;

  it('is recognised without its text being looked at', () => {
    const { entries, rejects } = decodeLines(
      user('Please.'),
      snapshot('a\u0001"broken{{'),
      assistant(),
    );
    expect(entries).toEqual({ user: 1, 'attachment/prompt_snapshot': 1, assistant: 1 });
    expect(rejects).toEqual([]);
  });

  it('is turned away where its line was cut', () => {
    const { entries, rejects } = decodeLines(
      user('Please.'),
      snapshot('a').slice(0, -60),
      assistant(),
    );
    expect(entries).toEqual({ user: 1, assistant: 1 });
    expect(rejects).toMatchObject([{ reason: 'invalid_json', line: 2 }]);
  });

  it('gives the file its first time where nothing did before', () => {
    const decoder = new FileDecoder(TRANSCRIPT_PATH, START_MS, null, 0);
    const bytes = Buffer.from(`${snapshot('a')}\n`);
    decoder.decode(bytes, 0, bytes.length, 0);
    expect(decoder.memory.firstAtMs).toBe(START_MS + 1000);
  });
});

describe('fields that nobody knows', () => {
  it('change nothing, wherever they stand', () => {
    const line = assistant();
    const more = { brandNew: { a: [1, { b: null }] }, another: 'text', ключ: true };
    const message = line['message'] as Line;
    const extended = {
      ...more,
      ...line,
      ...more,
      message: {
        ...more,
        ...message,
        content: [...(message['content'] as Line[]), { type: 'brand_new', ...more }],
        usage: { ...more, ...(message['usage'] as Line) },
      },
    };
    expect(decodeLines(extended).requests).toEqual(decodeLines(line).requests);
  });

  it('change nothing where a key is written with escapes', () => {
    const text = JSON.stringify(assistant());
    const escaped = text
      .replace('"output_tokens"', '"\\u006futput_tokens"')
      .replace('"type":"assistant"', '"t\\u0079pe":"assistant"');
    expect(decodeLines(escaped).requests).toMatchObject([{ outputTokens: 5 }]);
  });

  it('change nothing in pretty spacing', () => {
    const text = JSON.stringify(assistant(), null, 1).replaceAll('\n', '\t ');
    expect(decodeLines(text).requests.map((one) => ({ ...one, offsetBytes: 0 }))).toEqual(
      decodeLines(assistant()).requests,
    );
  });
});

describe('the session of a line', () => {
  it('is the one it names', () => {
    const { requests } = decodeLines(assistant({}, { sessionId: 'another' }));
    expect(requests[0]?.sessionId).toBe('another');
  });

  it.each([undefined, null, 5, '', '../../x', 'a/b', 'a b', '\ud800', 'x'.repeat(129)])(
    'is the file’s where it names %j',
    (sessionId) => {
      const { requests, rejects } = decodeLines(assistant({}, { sessionId }));
      expect(requests[0]?.sessionId).toBe(SESSION);
      expect(rejects).toEqual([]);
    },
  );

  it('is that of the line before in an agent’s file that names none', () => {
    const file = '/claude/projects/-home-dev-project/agent-a6e4ba61.jsonl';
    const text = [user('Task.', { sessionId: 'parent' }), assistant({}, { sessionId: undefined })]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join('');
    expect(decodeText(text, file).requests).toMatchObject([
      { sessionId: 'parent', agentId: 'a6e4ba61', requester: 'subagent' },
    ]);
  });

  it('is missing where neither says one', () => {
    const text = `${JSON.stringify(assistant({}, { sessionId: undefined }))}\n`;
    const { requests, rejects } = decodeText(text, '/claude/projects/p/agent-a6e4ba61.jsonl');
    expect(requests).toEqual([]);
    expect(rejects).toMatchObject([{ reason: 'missing_session', line: 1 }]);
  });
});

describe('the project of a line', () => {
  it('is its working directory, else the last one that was named', () => {
    const { requests } = decodeLines(
      assistant({ id: 'a' }, { cwd: undefined }),
      assistant({ id: 'b' }, { cwd: '/home/dev/one' }),
      assistant({ id: 'c' }, { cwd: undefined }),
      assistant({ id: 'd' }, { cwd: '/home/dev/two' }),
    );
    expect(requests.map(({ project }) => project)).toEqual([
      '',
      '/home/dev/one',
      '/home/dev/one',
      '/home/dev/two',
    ]);
  });
});
