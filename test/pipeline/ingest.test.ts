import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiRequestRecord } from '../../src/records/api-request.ts';
import {
  AT_MS,
  batch,
  call,
  createIngestFixture,
  type IngestFixture,
  prompt,
  request,
  result,
  toolCall,
} from './ingest-fixture.ts';
import { stateOf, sumsOf } from './store-state.ts';

let fixture: IngestFixture;
beforeEach(() => {
  fixture = createIngestFixture();
});
afterEach(() => fixture.remove());

const events = () => fixture.db.prepare('SELECT seq, kind, ref, revision FROM event').all();
const one = (sql: string) => fixture.db.prepare(sql).get();
const all = batch([request(), toolCall(), prompt()]);

describe.each(['while the store is filled for the first time', 'later on'])('ingest %s', (when) => {
  beforeEach(() => {
    if (when === 'later on') fixture.store.settle();
  });

  it('knows what it was told a second time', () => {
    const first = fixture.commit(all);
    const before = stateOf(fixture.db);
    const second = fixture.commit(all);
    expect(stateOf(fixture.db)).toEqual(before);
    expect(first).toEqual({ lastSeq: 3, duplicates: 0 });
    expect(second).toEqual({ lastSeq: 3, duplicates: 3 });
  });

  it('logs each entity once for a commit, however often it changed in it', () => {
    const records = [
      call(),
      request({ outputTokens: 5 }),
      result(),
      request({ line: 3, outputTokens: 9 }),
    ];
    fixture.commit(batch(records));
    expect(events()).toEqual([
      { seq: 1, kind: 0, ref: 1, revision: 0 },
      { seq: 2, kind: 1, ref: 1, revision: 0 },
    ]);
    expect(one('SELECT revision FROM request')).toEqual({ revision: 0 });
  });

  it('logs a change in a later commit once, with a higher revision', () => {
    fixture.commit(batch([call(), request({ outputTokens: 5, final: false })]));
    const more = [
      result(),
      request({ line: 3, outputTokens: 9, final: false }),
      request({ line: 4, outputTokens: 12 }),
    ];
    expect(fixture.commit(batch(more)).lastSeq).toBe(4);
    expect(events().slice(2)).toEqual([
      { seq: 3, kind: 0, ref: 1, revision: 1 },
      { seq: 4, kind: 1, ref: 1, revision: 1 },
    ]);
    expect(one('SELECT revision, output_tokens, final FROM request')).toEqual({
      revision: 1,
      output_tokens: 12,
      final: 1,
    });
    expect(one('SELECT revision FROM tool_call')).toEqual({ revision: 1 });
  });

  it('takes the usage of one whole line, never the highest of each field', () => {
    const early = {
      line: 1,
      inputTokens: 900,
      outputTokens: 5,
      cacheReadInputTokens: 7_000,
    } as const;
    const late = {
      line: 2,
      inputTokens: 3,
      outputTokens: 80,
      cacheReadInputTokens: 20,
      model: 'claude-haiku-4-5',
    } as const;
    fixture.commit(batch([request(late), request(early)]));
    const columns = 'line, input_tokens, output_tokens, cache_read_input_tokens';
    expect(one(`SELECT ${columns}, name FROM request JOIN model ON model.id = model`)).toEqual({
      line: 2,
      input_tokens: 3,
      output_tokens: 80,
      cache_read_input_tokens: 20,
      name: 'claude-haiku-4-5',
    });
  });

  it('takes the last line where two of a file have the same output', () => {
    fixture.commit(
      batch([request({ line: 7, inputTokens: 70 }), request({ line: 3, inputTokens: 30 })]),
    );
    expect(one('SELECT line, input_tokens FROM request')).toEqual({ line: 7, input_tokens: 70 });
  });

  it('is final once any line said why the model stopped', () => {
    fixture.commit(batch([request({ final: true, outputTokens: 4 })]));
    fixture.commit(batch([request({ line: 2, final: false, outputTokens: 9 })]));
    expect(one('SELECT final, output_tokens FROM request')).toEqual({ final: 1, output_tokens: 9 });
    expect(one('SELECT not_final_requests FROM total_request WHERE requests > 0')).toEqual({
      not_final_requests: 0,
    });
  });

  it.each([
    ['whose first entry is older', { firstAtMs: AT_MS - 1, writtenAtMs: AT_MS + 9, path: '/z' }],
    [
      'that was last written earlier, among those of one beginning',
      { firstAtMs: AT_MS, writtenAtMs: AT_MS - 1, path: '/z' },
    ],
    [
      'whose path comes first, where both times are the same',
      { firstAtMs: AT_MS, writtenAtMs: AT_MS, path: '/a' },
    ],
  ])('counts a copy for the file %s', (_, origin) => {
    const copy = { sessionId: 'session-2', project: '/home/dev/two' };
    const mine = batch([request(copy), toolCall(copy), prompt(copy)], origin);
    const other = batch([request(), toolCall(), prompt()], { path: '/m' });
    fixture.commit(other);
    fixture.commit(mine);
    for (const table of ['request', 'tool_call', 'occurrence']) {
      const row = one(
        `SELECT session_id, path FROM ${table} t JOIN session s ON s.id = t.session JOIN project p ON p.id = t.project`,
      );
      expect(row).toEqual({ session_id: 'session-2', path: '/home/dev/two' });
    }
    const { kept, direct } = sumsOf(fixture.db);
    expect(kept).toEqual(direct);
    expect(fixture.commit(other).duplicates).toBe(3);
  });

  it.each([
    ['the call first', [call(), result()]],
    ['the result first', [result(), call()]],
    ['both at once', [toolCall()]],
  ])('joins a tool call told with %s', (_, records) => {
    for (const record of records) fixture.commit(batch([record]));
    expect(
      one(
        'SELECT name, at_ms, result_at_ms, success, duration_ms, duration_source FROM tool_call JOIN tool ON tool.id = tool',
      ),
    ).toEqual({
      name: 'Read',
      at_ms: AT_MS,
      result_at_ms: AT_MS + 500,
      success: 1,
      duration_ms: 500,
      duration_source: 'timestamps',
    });
    const { kept, direct } = sumsOf(fixture.db);
    expect(kept).toEqual(direct);
  });

  it('keeps no detail of a plain request that was priced anew', () => {
    fixture.commit(batch([request({ outputTokens: 1 })]));
    fixture.commit(batch([request({ line: 2, outputTokens: 2 })]));
    expect(one('SELECT detail FROM request')).toEqual({ detail: null });
  });

  it('leaves nothing behind of a commit that failed, and can be told again', () => {
    fixture.commit(all);
    const before = { state: stateOf(fixture.db), events: events() };
    const news = [
      request({ key: 'msg_2', sessionId: 'session-2', model: 'claude-haiku-4-5' }),
      request({ line: 9, outputTokens: 99 }),
      toolCall({ key: 'toolu_2', tool: 'Bash', filePath: '/home/dev/b.ts' }),
      prompt({ key: 'prompt:2' }),
    ];
    const failing: ApiRequestRecord = Object.defineProperty(request({ key: 'msg_3' }), 'model', {
      get: () => {
        throw new Error('injected');
      },
    });
    expect(() => fixture.commit(batch(news), batch([failing], { path: '/b' }))).toThrow('injected');
    expect({ state: stateOf(fixture.db), events: events() }).toEqual(before);
    expect(one(`SELECT count(*) AS n FROM session`)).toEqual({ n: 1 });
    expect(one(`SELECT count(*) AS n FROM origin`)).toEqual({ n: 1 });
    expect(fixture.commit(batch(news))).toEqual({ lastSeq: 7, duplicates: 0 });
    const { kept, direct } = sumsOf(fixture.db);
    expect(kept).toEqual(direct);
    expect(one('SELECT count(*) AS n FROM request')).toEqual({ n: 2 });
  });
});

describe('a store that was left while it was filled for the first time', () => {
  it('gets its indexes when it is opened, and is completed by telling everything again', () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      request({ key: `msg_${index}`, line: index }),
    );
    fixture.commit(batch(many.slice(0, 20)));
    fixture.reopen();
    expect(one(`SELECT count(*) AS n FROM sqlite_schema WHERE name = 'request_key'`)).toEqual({
      n: 1,
    });
    expect(fixture.commit(batch(many)).duplicates).toBe(20);
    const { kept, direct } = sumsOf(fixture.db);
    expect(kept).toEqual(direct);
    expect(one('SELECT sum(requests) AS n FROM total_request')).toEqual({ n: 30 });
    expect(one('SELECT count(*) AS n, max(seq) AS seq FROM event')).toEqual({ n: 30, seq: 30 });
  });

  it('goes on with what it has once it is settled', () => {
    fixture.commit(batch([call()]));
    fixture.store.settle();
    fixture.store.settle();
    fixture.commit(batch([result()]));
    expect(one('SELECT count(*) AS n, sum(duration_ms) AS ms FROM tool_call')).toEqual({
      n: 1,
      ms: 500,
    });
  });

  it('refers to nothing that is not there, and has that checked once it is settled', () => {
    fixture.commit(all);
    expect(fixture.db.pragma('foreign_key_check')).toEqual([]);
    fixture.store.settle();
    expect(fixture.db.pragma('foreign_keys', { simple: true })).toBe(1);
    fixture.reopen();
    expect(fixture.db.pragma('foreign_keys', { simple: true })).toBe(1);
  });
});
