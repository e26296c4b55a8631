import { describe, expect, it } from 'vitest';
import { assistant, jsonl, type Line, SESSION, user } from '../../support/transcript-lines.ts';
import { decodeLines, decodeText } from '../../support/transcript-records.ts';

const before = assistant({ id: 'before' });
const after = assistant({ id: 'after' });
const good = JSON.stringify(assistant({ id: 'between' }));
const replaced = (name: string, json: string): string => {
  const line = JSON.stringify({ ...assistant({ id: 'between' }), [name]: '@@' });
  return line.replace('"@@"', json);
};

describe('a broken line', () => {
  it.each<[string, string]>([
    ['cut in the middle', good.slice(0, 200)],
    ['cut before its last brace', good.slice(0, -1)],
    ['with a brace too many', `${good}}`],
    ['with two objects', `${good}${good}`],
    ['with text after it', `${good} and so on`],
    ['with a comma too many', good.replace(/}$/, ',}')],
    ['with single quotes', good.replaceAll('"', "'")],
    ['with a raw control character in a text', good.replace('An answer.', 'An \u0001answer.')],
    ['with a raw tab in a text', good.replace('An answer.', 'An \tanswer.')],
    ['with a bad escape', good.replace('An answer.', '\\x41')],
    ['with half an escape', good.replace('An answer.', '\\u12')],
    ['with a number that is none', replaced('costUSD', '01')],
    ['with NaN', replaced('costUSD', 'NaN')],
    ['with a word that is none', replaced('isMeta', 'True')],
    ['with NUL bytes before it, as after a crash', `${'\0'.repeat(512)}${good}`],
    ['with NUL bytes in it', good.replace('An answer.', 'An\0answer.')],
    ['of NUL bytes alone', '\0'.repeat(4096)],
    ['of a byte order mark in the middle of the file', `\ufeff${good}`],
    ['of plain text', 'this is not JSON'],
    ['of binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe]).toString('latin1')],
  ])('is counted and costs nothing around it: %s', (_name, broken) => {
    const { requests, rejects, lines } = decodeLines(before, broken, after);
    expect(requests.map(({ messageId }) => messageId)).toEqual(['before', 'after']);
    expect(rejects).toEqual([
      {
        reason: 'invalid_json',
        line: 2,
        offsetBytes: JSON.stringify(before).length + 1,
        lengthBytes: Buffer.byteLength(broken),
      },
    ]);
    expect(lines).toBe(3);
  });

  it.each(['[]', '["a"]', '"text"', '5', 'null', 'true', `[${good}]`])(
    'is no object: %s',
    (text) => {
      const { requests, rejects } = decodeLines(before, text, after);
      expect(requests).toHaveLength(2);
      expect(rejects).toMatchObject([{ reason: 'not_an_object', line: 2 }]);
    },
  );

  it.each<[string, Line]>([
    ['no type', { ...assistant(), type: undefined }],
    ['a number for its type', { ...assistant(), type: 5 }],
    ['a list for its type', { ...assistant(), type: ['assistant'] }],
    ['nothing at all', {}],
  ])('has %s', (_name, line) => {
    expect(decodeLines(before, line, after).rejects).toMatchObject([
      { reason: 'missing_type', line: 2 },
    ]);
  });

  it.each([undefined, null, [], 'text', 5])('has %j for its message', (message) => {
    for (const line of [assistant(), user('A')]) {
      const { requests, rejects } = decodeLines(before, { ...line, message }, after);
      expect(requests).toHaveLength(2);
      expect(rejects).toMatchObject([{ reason: 'invalid_field', line: 2 }]);
    }
  });
});

describe('values of another shape than they should have', () => {
  it.each([
    null,
    5,
    true,
    {},
    [],
    [null, 5, 'text', [], [[]]],
    [{ type: 5 }],
    [{ type: 'tool_use' }],
    [{}],
  ])('leave a request as it is where its content is %j', (content) => {
    const { requests, toolCalls, rejects } = decodeLines(
      before,
      assistant({ id: 'between', content }),
      after,
    );
    expect(requests.map(({ messageId }) => messageId)).toEqual(['before', 'between', 'after']);
    expect(toolCalls).toEqual([]);
    expect(rejects).toEqual([]);
  });

  it.each(['[]', '["x"]', '{}', '5', '"5"', 'null', 'true', '{"a":{"b":[]}}'])(
    'leave a request as it is where any other field is %s',
    (json) => {
      const fields = [
        'requestId',
        'uuid',
        'cwd',
        'version',
        'agentId',
        'isSidechain',
        'effort',
        'costUSD',
        'timestamp',
        'toolUseResult',
        'origin',
        'forkedFrom',
        'promptId',
        'error',
        'parentUuid',
      ];
      const { requests, rejects } = decodeLines(
        ...fields.map((name) => replaced(name, json)),
        after,
      );
      expect(requests.at(-1)).toMatchObject({ messageId: 'after', outputTokens: 5 });
      expect(rejects).toEqual([]);
    },
  );

  it.each(['[]', '{}', '5', 'null'])(
    'leave a request as it is where its model or reason is %s',
    (json) => {
      const text = JSON.stringify(assistant({ model: '@@', stop: '@@' })).replaceAll('"@@"', json);
      expect(decodeLines(text).requests).toMatchObject([
        { model: 'unknown', final: false, outputTokens: 5 },
      ]);
    },
  );
});

describe('keys that mean something to JavaScript', () => {
  const keys = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf'];

  it.each(keys)('change nothing: %s', (key) => {
    const planted = `"${key}":{"polluted":true,"usage":{"output_tokens":99},"type":"user"}`;
    const inMessage = good.replace('"message":{', `"message":{${planted},`);
    const inUsage = inMessage.replace('"usage":{', `"usage":{${planted},`);
    const { requests, rejects } = decodeLines(`{${planted},${inUsage.slice(1)}`);
    expect(requests).toMatchObject([{ outputTokens: 5 }]);
    expect(rejects).toEqual([]);
    expect(({} as Line)['polluted']).toBeUndefined();
  });

  it.each(keys)('are names like others for a session, a tool, a type and a model: %s', (key) => {
    const { requests, entries, toolCalls, facts } = decodeLines(
      assistant(
        { model: key, content: [{ type: 'tool_use', id: key, name: key, input: {} }] },
        { sessionId: key },
      ),
      { type: key, sessionId: SESSION },
      `{"type":"cost-state","sessionId":"${SESSION}","modelUsage":{"${key}":{"costUSD":1}}}`,
    );
    expect(requests).toMatchObject([{ model: key, sessionId: key }]);
    expect(toolCalls).toMatchObject([{ tool: key, key: `${key}:${key}` }]);
    expect(entries).toMatchObject({ assistant: 1, 'cost-state': 1 });
    expect(Object.hasOwn(entries, key) || key === '__proto__').toBe(true);
    expect(facts['cost_state']).toContain(`"${key}":{"costUSD":1}`);
    expect(({} as Line)['costUSD']).toBeUndefined();
  });
});

describe('text that is no clean Unicode', () => {
  it.each(['\\ud800', '\\udc00', '\\udc00\\ud800', 'a\\ud83dz'])(
    'is kept well formed: %s',
    (escape) => {
      const line = JSON.stringify(assistant({ model: '@@' }, { cwd: '/home/@@' })).replaceAll(
        '@@',
        escape,
      );
      const [request] = decodeLines(line).requests;
      expect(request?.model.isWellFormed()).toBe(true);
      expect(request?.project.isWellFormed()).toBe(true);
      expect(request?.model).toContain('\ufffd');
    },
  );

  it('is read where bytes are no UTF-8, and the lines around it too', () => {
    const bytes = Buffer.from(jsonl(before, assistant({ model: '@@@@' }), after));
    const at = bytes.indexOf('@@@@');
    bytes.set([0xff, 0xc3, 0xf0, 0x9f], at);
    const { requests, rejects } = decodeText(bytes);
    expect(requests).toHaveLength(3);
    expect(requests[1]?.model).toMatch(/^\ufffd+$/);
    expect(rejects).toEqual([]);
  });
});

describe('line ends and blank lines', () => {
  const texts: readonly [string, string][] = [
    ['a byte order mark at the beginning', `\ufeff${jsonl(before, after)}`],
    ['carriage returns', jsonl(before, after).replaceAll('\n', '\r\n')],
    ['blank lines', `\n\n${jsonl(before)}\n \t\r\n${jsonl(after)}\n`],
    [
      'blanks around the lines',
      jsonl(`  ${JSON.stringify(before)} `, `\t${JSON.stringify(after)}\r`),
    ],
  ];

  it.each(texts)('do no harm: %s', (_name, text) => {
    const { requests, rejects, lines } = decodeText(text);
    expect(requests.map(({ messageId }) => messageId)).toEqual(['before', 'after']);
    expect(rejects).toEqual([]);
    expect(lines).toBe(text.split('\n').length - 1);
  });

  it('do no harm to lines that are only counted', () => {
    const text = jsonl(before, { type: 'mode', sessionId: SESSION }).replaceAll('\n', ' \r\n');
    expect(decodeText(text).entries).toEqual({ assistant: 1, mode: 1 });
  });
});
