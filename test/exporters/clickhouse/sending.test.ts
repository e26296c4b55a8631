/** The exporter before a far side that follows a script; test/e2e/clickhouse.e2e.ts has it before the real engine. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
  createClickHouseStage,
  type ClickHouseStage,
} from '../../support/clickhouse/clickhouse-stage.ts';
import {
  exception,
  startScriptedClickHouse,
  type Answer,
  type Asked,
  type ScriptedClickHouse,
} from '../../support/clickhouse/scripted-clickhouse.ts';
import { until } from '../../support/running-command.ts';

const TABLES = [
  'claude_sessions',
  'claude_messages',
  'claude_tool_usage',
  'claude_file_access',
  'claude_context_analysis',
];

let far: ScriptedClickHouse;
let stage: ClickHouseStage;
let script: (asked: Asked) => Answer | undefined;
beforeEach(async () => {
  script = () => undefined;
  far = await startScriptedClickHouse((asked) => script(asked));
  stage = createClickHouseStage(far.url);
});
afterEach(async () => {
  await far.close();
  stage.remove();
});

const requests = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) =>
    request({ key: `msg_${from + index}`, atMs: AT_MS + index, endMs: AT_MS + index }),
  );
const isInsert = ({ query }: Asked): boolean => query.startsWith('INSERT INTO `hall_monitor`');
const dead = () =>
  stage.fixture.db
    .prepare<[], { reason: string; body: string }>('SELECT reason, body FROM export_dead_letter')
    .all();
/** What is said while the exporter waits. */
const troubleOf = async (): Promise<string> => {
  const running = await stage.start();
  try {
    return await until('trouble', running.trouble);
  } finally {
    await running.stop();
  }
};

describe('a batch', () => {
  it('is one insert for each table that has rows', async () => {
    stage.commit(batch([...requests(1, 150), toolCall(), prompt()]));
    await stage.deliver();
    expect(TABLES.map((table) => far.inserts(table).length)).toEqual([1, 1, 1, 1, 1]);
    expect(TABLES.map((table) => far.inserts(table)[0]?.lines.length)).toEqual([1, 151, 2, 1, 150]);
    const [insert] = far.inserts('claude_messages');
    expect(insert?.query).toBe('INSERT INTO `hall_monitor`.`claude_messages` FORMAT JSONEachRow');
    expect(Object.fromEntries(insert!.settings)).toMatchObject({
      async_insert: '0',
      insert_deduplicate: '1',
      max_partitions_per_insert_block: '0',
      insert_deduplication_token: expect.stringMatching(/^claude_messages-[\w-]{43}$/) as unknown,
    });
  });

  it('has the same token when it is sent again, and another one when it tells something else', async () => {
    stage.commit(batch([...requests(1, 3), call()]));
    await stage.deliver();
    stage.rewind();
    await stage.deliver();
    stage.commit(batch([result()]));
    stage.rewind();
    await stage.deliver();
    for (const table of ['claude_messages', 'claude_tool_usage', 'claude_sessions']) {
      const tokens = far
        .inserts(table)
        .map(({ settings }) => settings.get('insert_deduplication_token'));
      expect(tokens).toHaveLength(3);
      expect(new Set(tokens).size).toBe(2);
      expect(tokens[0]).toBe(tokens[1]);
    }
  });

  it('is gathered by ClickHouse and waited for where that is wanted', async () => {
    stage.commit(batch(requests(1, 1)));
    await stage.deliver({ asyncInsert: true });
    expect(Object.fromEntries(far.inserts('claude_messages')[0]!.settings)).toMatchObject({
      async_insert: '1',
      wait_for_async_insert: '1',
      async_insert_deduplicate: '1',
    });
  });

  it('is compressed where that is wanted', async () => {
    stage.commit(batch(requests(1, 200)));
    await stage.deliver({ compression: 'on' });
    const [insert] = far.inserts('claude_messages');
    expect(insert?.headers['content-encoding']).toBe('gzip');
    expect(insert?.lines).toHaveLength(200);
  });

  it('that has enough is sent at once, and a smaller one after a while', async () => {
    const patient = { batchRows: 100, lingerMs: 600_000 };
    stage.commit(batch(requests(1, 100)));
    await stage.deliver(patient);
    stage.commit(batch(requests(101, 105)));
    await stage.deliver({ ...patient, lingerMs: 30 });
    expect(far.inserts('claude_messages').map(({ lines }) => lines.length)).toEqual([100, 5]);
  });

  it('leaves out what belongs into no table', async () => {
    stage.commit(batch([prompt({ key: 'hook:1', type: 'notification', category: 'custom' })]));
    await stage.deliver();
    expect(far.asked.filter(isInsert)).toEqual([]);
    expect(stage.seq()).toBe(1);
  });
});

describe('what cannot be taken now', () => {
  it.each([
    ['UNAVAILABLE by HTTP', { status: 503, body: 'busy' }, 'none of ClickHouse'],
    ['too many requests', { status: 429, body: 'slow down' }, 'none of ClickHouse'],
    ['an answer that is no ClickHouse', { status: 400, body: '<html>' }, 'none of ClickHouse'],
    ['a full memory', exception(241, 'MEMORY_LIMIT_EXCEEDED'), 'MEMORY_LIMIT_EXCEEDED'],
    ['too many parts', exception(252, 'TOO_MANY_PARTS'), 'clickhouse.asyncInsert'],
    ['a wrong password', exception(516, 'AUTHENTICATION_FAILED'), 'CLICKHOUSE_PASSWORD'],
    ['a missing right', exception(497, 'ACCESS_DENIED'), 'SELECT and INSERT'],
    ['a missing table', exception(60, 'UNKNOWN_TABLE'), 'clickhouse.migrate'],
    ['a missing column', exception(16, 'NO_SUCH_COLUMN_IN_TABLE'), 'docs/clickhouse.md'],
    ['an error nobody knows', exception(9999, 'SOMETHING_NEW'), 'SOMETHING_NEW'],
  ])('%s is waited for, and says why', async (_, answer, words) => {
    script = (asked) => (isInsert(asked) ? answer : undefined);
    stage.commit(batch(requests(1, 5)));
    expect(await troubleOf()).toContain(words);
    expect(dead()).toEqual([]);
    script = () => undefined;
    await stage.deliver();
    expect(far.inserts('claude_messages').at(-1)?.lines).toHaveLength(5);
  });

  it('a far side that is not there is waited for', async () => {
    stage.commit(batch(requests(1, 5)));
    const running = await stage.start({ url: 'http://127.0.0.1:1' });
    expect(await until('trouble', running.trouble)).toMatch(/ECONNREFUSED.*clickhouse\.url/);
    await running.stop();
  });

  it.each([
    ['a page', '<html>Welcome to the hotel</html>'],
    ['nothing', ''],
    ['a version that is none', '{"version":"new"}\n'],
    ['no version', '{}\n'],
  ])('somebody else who answers everything with 200 and %s takes nothing', async (_, body) => {
    script = () => ({ status: 200, body });
    stage.commit(batch(requests(1, 5)));
    expect(await troubleOf()).toMatch(/which schema it has is none of ClickHouse's/);
    expect(stage.seq()).toBe(0);
  });

  it('a page in answer to rows does not count as taken', async () => {
    const headers = { 'Content-Type': 'text/html; charset=utf-8' };
    script = (asked) => (isInsert(asked) ? { status: 200, headers, body: '<html/>' } : undefined);
    stage.commit(batch(requests(1, 5)));
    expect(await troubleOf()).toMatch(/rows for claude_\w+ is none of ClickHouse's/);
    expect(stage.seq()).toBe(0);
  });

  it('reads no answer that is longer than any of ClickHouse', async () => {
    const body = JSON.stringify({ version: 1, and: 'x'.repeat(5 * 1024 * 1024) });
    script = (asked) => (isInsert(asked) ? undefined : { status: 200, body: `${body}\n` });
    stage.commit(batch(requests(1, 5)));
    expect(await troubleOf()).toMatch(/none of ClickHouse's/);
    expect(stage.seq()).toBe(0);
  });

  it('goes nowhere else, however the far side points there', async () => {
    const other = await startScriptedClickHouse();
    script = () => ({ status: 307, headers: { Location: other.url } });
    stage.commit(batch(requests(1, 5)));
    await troubleOf();
    expect(far.asked[0]?.headers.authorization).toMatch(/^Basic /);
    expect(other.asked).toEqual([]);
    await other.close();
  });
});

describe('what cannot be taken at all', () => {
  it.each([
    [27, 'CANNOT_PARSE_INPUT_ASSERTION_FAILED'],
    [41, 'CANNOT_PARSE_DATETIME'],
    [53, 'TYPE_MISMATCH'],
    [469, 'VIOLATED_CONSTRAINT'],
  ])('is put aside alone (%i %s)', async (code, type) => {
    script = (asked) =>
      isInsert(asked) && asked.lines.some((line) => line.includes('"msg_77"'))
        ? exception(code, type, 'msg_77 and c4n4ry')
        : undefined;
    stage.commit(batch(requests(1, 200)));
    await stage.deliver();
    const taken = new Set(
      far
        .inserts('claude_messages')
        .filter(({ lines }) => lines.every((line) => !line.includes('"msg_77"')))
        .flatMap(({ lines }) => lines.map((line) => (JSON.parse(line) as { uuid: string }).uuid)),
    );
    expect(taken.size).toBe(199);
    expect(dead()).toEqual([
      {
        reason: `ClickHouse refused rows for claude_messages: ${type}.`,
        body: expect.stringContaining('"msg_77"') as string,
      },
    ]);
  });

  it('is halved until a proxy lets it through that has a limit of its own', async () => {
    script = (asked) =>
      isInsert(asked) && asked.lines.length > 60
        ? { status: 413, body: '<html><h1>413 Request Entity Too Large</h1></html>' }
        : undefined;
    stage.commit(batch(requests(1, 200)));
    await stage.deliver();
    const landed = far.inserts('claude_messages').filter(({ lines }) => lines.length <= 60);
    expect(landed.reduce((sum, { lines }) => sum + lines.length, 0)).toBe(200);
    expect(dead()).toEqual([]);
  });
});
