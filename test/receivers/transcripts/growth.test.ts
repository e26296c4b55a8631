import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenStore, TranscriptHome } from '../../support/transcript-home.ts';
import {
  assistant,
  at,
  conversation,
  jsonl,
  type Line,
  messageId,
  SESSION,
  toolResult,
  toolUse,
  toolUseId,
  usage,
  user,
} from '../../support/transcript-lines.ts';

const NAME = `${SESSION}.jsonl`;
let home: TranscriptHome;
let store: OpenStore;

beforeEach(async () => {
  home = new TranscriptHome();
  store = await home.open();
});
afterEach(() => {
  store[Symbol.dispose]();
  home[Symbol.dispose]();
});

describe('a transcript that grows', () => {
  it('is read from where the last reading ended', async () => {
    home.write(NAME, ...conversation(3));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 3, prompts: 1, outputTokens: 6, lines: 4 });
    home.append(NAME, ...conversation(2, 4));
    await store.sweep();
    expect(store.totals()).toMatchObject({
      requests: 5,
      prompts: 2,
      outputTokens: 15,
      lines: 7,
      files: 1,
    });
    expect(store.rows('SELECT line FROM request ORDER BY line').map(({ line }) => line)).toEqual([
      2, 3, 4, 6, 7,
    ]);
  });

  it('is read by import after import', async () => {
    home.write(NAME, ...conversation(3));
    await store.import();
    home.append(NAME, ...conversation(2, 4));
    const { filesRead, bytesRead } = await store.import();
    expect(filesRead).toBe(1);
    expect(bytesRead).toBe(jsonl(...conversation(2, 4)).length);
    expect(store.totals()).toMatchObject({ requests: 5, lines: 7 });
  });

  it('is not read again while it stays as it is', async () => {
    home.write(NAME, ...conversation(3));
    await store.import();
    expect(await store.import()).toMatchObject({
      files: 0,
      filesRead: 0,
      bytesRead: 0,
      filesFound: 1,
    });
  });

  it('counts nothing again where only its time changed', async () => {
    const file = home.write(NAME, ...conversation(3));
    await store.import();
    const before = store.totals();
    utimesSync(file, 1, 1);
    expect(await store.import()).toMatchObject({ filesRead: 1, bytesRead: 0 });
    expect(store.totals()).toEqual(before);
  });

  it('waits with a line that is half written, and counts it once when it is whole', async () => {
    const text = jsonl(...conversation(2));
    const file = home.writeText(NAME, text.slice(0, -100));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 1, rejects: 0 });
    appendFileSync(file, text.slice(-100, -1));
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 1, rejects: 0 });
    appendFileSync(file, '\n');
    await store.sweep();
    await store.sweep();
    expect(store.totals()).toMatchObject({ requests: 2, rejects: 0, lines: 3 });
  });

  it('waits with a line that is cut inside a character', async () => {
    const bytes = Buffer.from(
      jsonl(user('Größe 漢字 😀'), assistant({}, { cwd: '/home/dev/漢字😀' })),
    );
    const inside = bytes.indexOf(Buffer.from('😀'), bytes.indexOf(0x0a)) + 2;
    const file = home.writeText(NAME, bytes.subarray(0, inside));
    await store.sweep();
    appendFileSync(file, bytes.subarray(inside));
    await store.sweep();
    expect(store.rows("SELECT path FROM project WHERE path LIKE '%漢字%'")).toEqual([
      { path: '/home/dev/漢字😀' },
    ]);
    expect(store.totals()).toMatchObject({ requests: 1, rejects: 0 });
  });

  it('makes one request of lines that came apart', async () => {
    const line = (output: number, stop: string | null): Line =>
      assistant({ usage: usage(output), stop });
    home.write(NAME, line(1, null));
    await store.sweep();
    expect(store.rows('SELECT output_tokens, final FROM request')).toEqual([
      { output_tokens: 1, final: 0 },
    ]);
    home.append(NAME, line(260, 'tool_use'));
    await store.sweep();
    home.append(NAME, line(3, null));
    await store.sweep();
    expect(store.rows('SELECT output_tokens, final, line FROM request')).toEqual([
      { output_tokens: 260, final: 1, line: 2 },
    ]);
    expect(store.totals()).toMatchObject({ requests: 1, outputTokens: 260 });
  });

  it('makes one call of a call and a result that came apart', async () => {
    home.write(
      NAME,
      assistant(
        { content: [toolUse(toolUseId(1), 'Bash', { command: 'ls' })] },
        { timestamp: at(1) },
      ),
    );
    await store.sweep();
    expect(store.rows('SELECT success, duration_ms FROM tool_call')).toEqual([
      { success: null, duration_ms: null },
    ]);
    home.append(NAME, user([toolResult(toolUseId(1), 'Exit code 1', true)], { timestamp: at(3) }));
    await store.sweep();
    expect(
      store.rows(
        'SELECT success, error_class, duration_ms, duration_source, request_key FROM tool_call',
      ),
    ).toEqual([
      {
        success: 0,
        error_class: 'exit_code',
        duration_ms: 2000,
        duration_source: 'timestamps',
        request_key: messageId(1),
      },
    ]);
    expect(store.totals()).toMatchObject({ toolCalls: 1, failures: 1 });
  });

  it('may begin empty', async () => {
    const file = home.writeText(NAME, '');
    await store.sweep();
    expect(store.totals()).toMatchObject({ files: 1, lines: 0, requests: 0 });
    appendFileSync(file, jsonl(...conversation(1)));
    await store.sweep();
    expect(store.totals()).toMatchObject({ files: 1, lines: 2, requests: 1 });
  });

  it('keeps the project and the session of the lines before', async () => {
    home.write('agent-a1b2.jsonl', user('Task.', { cwd: '/home/dev/one', isSidechain: true }));
    await store.sweep();
    home.append('agent-a1b2.jsonl', assistant({}, { cwd: undefined, sessionId: undefined }));
    await store.sweep();
    expect(
      store.rows(
        'SELECT session_id, path FROM request JOIN session ON session.id = session JOIN project ON project.id = project',
      ),
    ).toEqual([{ session_id: SESSION, path: '/home/dev/one' }]);
  });

  it('dates a line without a time by the file where no line before has one', async () => {
    const file = home.write(
      NAME,
      { type: 'custom-title', customTitle: 'A title', sessionId: SESSION },
      assistant({}, { timestamp: undefined }),
      user('A', { timestamp: undefined }),
    );
    utimesSync(file, 1_795_000_000.123_456, 1_795_000_000.123_456);
    await store.sweep();
    expect(store.rows('SELECT at_ms FROM request')).toEqual([{ at_ms: 1_795_000_000_123 }]);
    expect(store.rows("SELECT at_ms, value FROM session_fact WHERE name = 'custom_title'")).toEqual(
      [{ at_ms: 1_795_000_000_123, value: 'A title' }],
    );
  });
});

describe('lines that are no use', () => {
  it('are kept with their reason, line and place, once each', async () => {
    const lines = [
      '{"broken',
      '[]',
      '{"type":5}',
      JSON.stringify(assistant({ usage: usage(-1) })),
      JSON.stringify({ ...user('A'), message: 'A' }),
    ];
    const good = conversation(1);
    home.write(NAME, ...good, ...lines, assistant({ id: messageId(9) }));
    await store.sweep();
    const reasons = [
      'invalid_json',
      'not_an_object',
      'missing_type',
      'invalid_usage',
      'invalid_field',
    ];
    let offset = jsonl(...good).length;
    const expected = lines.map((line, index) => {
      const row = {
        path: home.file(NAME),
        line: index + 3,
        offset_bytes: offset,
        length_bytes: line.length,
        reason: reasons[index],
      };
      offset += line.length + 1;
      return row;
    });
    const sql =
      'SELECT path, line, offset_bytes, length_bytes, reason FROM dead_letter ORDER BY line';
    expect(store.rows(sql)).toEqual(expected);
    expect(store.totals()).toMatchObject({ requests: 2, lines: 8 });
    writeFileSync(
      home.file(NAME),
      jsonl(...good, ...lines, assistant({ id: messageId(9), usage: usage(77) })),
    );
    await store.sweep();
    expect(store.rows(sql)).toEqual(expected);
    expect(store.rows("SELECT label, value FROM tally WHERE name = 'rejects'")).toHaveLength(5);
    expect(store.rows("SELECT sum(value) AS n FROM tally WHERE name = 'rejects'")).toEqual([
      { n: 5 },
    ]);
  });

  it('are counted by type as they come', async () => {
    home.write(NAME, ...conversation(2), { type: 'brand-new', sessionId: SESSION });
    await store.sweep();
    home.append(NAME, { type: 'brand-new', sessionId: SESSION });
    await store.sweep();
    expect(
      store.rows("SELECT label, value FROM tally WHERE name = 'entries' ORDER BY label"),
    ).toEqual([
      { label: 'assistant', value: 2 },
      { label: 'brand-new', value: 2 },
      { label: 'user', value: 1 },
    ]);
  });
});
