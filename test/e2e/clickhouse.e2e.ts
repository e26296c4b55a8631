/** The exporter before a real ClickHouse. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { schemaStatements } from '../../exporters/clickhouse/schema.ts';
import { report } from '../../src/rollups/report.ts';
import type { UsageFigures } from '../../src/rollups/usage-figures.ts';
import { AT_MS, batch, call, prompt, request, toolCall } from '../pipeline/ingest-fixture.ts';
import { startEngine, type ClickHouseEngine } from '../support/clickhouse/engine.ts';
import {
  createClickHouseStage,
  type ClickHouseStage,
} from '../support/clickhouse/clickhouse-stage.ts';
import { lacking, needs } from '../support/offers.ts';
import { until } from '../support/running-command.ts';
import { loseAnswers } from '../support/clickhouse/losing-answers.ts';
import { seedColumns } from '../support/clickhouse/seed-columns.ts';

const DAY_MS = 86_400_000;
const hasEngine = lacking('chdb') === undefined;

let engine: ClickHouseEngine;
let stage: ClickHouseStage;
let database: string;
let databases = 0;

beforeAll(async () => {
  if (hasEngine) engine = await startEngine();
});
afterAll(async () => {
  if (hasEngine) await engine.close();
});
beforeEach(() => {
  if (!hasEngine) return;
  databases += 1;
  database = `monitor_${databases}`;
  stage = createClickHouseStage(engine.url, { database });
});
afterEach(() => {
  if (hasEngine) stage.remove();
});

const rows = <R = Record<string, unknown>>(sql: string): Promise<readonly R[]> =>
  engine.rows<R>(sql.replaceAll('hm.', `${database}.`));
const one = async (sql: string): Promise<unknown> => Object.values((await rows(sql))[0] ?? {})[0];
/** So many requests, each with a key of its own, 1 minute apart. */
const requests = (count: number, stated: Parameters<typeof request>[0] = {}) =>
  Array.from({ length: count }, (_, index) =>
    request({
      key: `msg_${index}`,
      atMs: AT_MS + index * 60_000,
      endMs: AT_MS + index * 60_000,
      ...stated,
    }),
  );
const refused = () =>
  stage.fixture.db.prepare('SELECT entry_id, reason, body FROM export_dead_letter').all() as {
    readonly entry_id: string;
    readonly reason: string;
    readonly body: string;
  }[];

describe('the schema', () => {
  needs('chdb')('has every column that the seed names, under its name', async () => {
    stage.commit(batch(requests(1)));
    await stage.deliver();
    for (const [table, columns] of Object.entries(seedColumns)) {
      const found = await rows<{ name: string }>(
        `SELECT name FROM system.columns WHERE database = '${database}' AND table = '${table}'`,
      );
      expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining([...columns]));
    }
  });

  needs('chdb')('is made once by collectors that start at the same time', async () => {
    const other = createClickHouseStage(engine.url, { database, hostName: 'desktop' });
    try {
      stage.commit(batch(requests(3)));
      other.commit(batch(requests(3)));
      await Promise.all([stage.deliver(), other.deliver()]);
      expect(await rows('SELECT version FROM hm.hall_monitor_schema FINAL')).toEqual([
        { version: 1 },
      ]);
      expect(Number(await one('SELECT count() FROM hm.claude_messages FINAL'))).toBe(6);
    } finally {
      other.remove();
    }
  });

  needs('chdb')('of a newer version is left alone, which is said', async () => {
    stage.commit(batch(requests(1)));
    await stage.deliver();
    await engine.command(`INSERT INTO ${database}.hall_monitor_schema VALUES (9, now64(3))`);
    stage.commit(batch([request({ key: 'msg_later' })]));
    const running = await stage.start();
    const trouble = await until('trouble', running.trouble);
    await running.stop();
    expect(trouble).toBe(
      `The exporter clickhouse waits: The database ${database} has schema 9; this version knows 1, so that nothing is written to it. Use a newer Hall Monitor, or another clickhouse.database.`,
    );
    expect(Number(await one('SELECT count() FROM hm.claude_messages'))).toBe(1);
    expect(refused()).toEqual([]);
  });

  needs('chdb')('is only checked where it must not be made', async () => {
    stage.commit(batch(requests(1)));
    const running = await stage.start({ migrate: false });
    expect(await until('trouble', running.trouble)).toContain('this version needs 1');
    await running.stop();
    expect(await rows(`SELECT name FROM system.databases WHERE name = '${database}'`)).toEqual([]);
    const target = { database, cluster: null, replicated: false, ttlDays: 0 };
    for (const statement of schemaStatements(target)) await engine.command(statement);
    await stage.deliver({ migrate: false });
    expect(Number(await one('SELECT count() FROM hm.claude_messages'))).toBe(1);
  });

  needs('chdb')('for a cluster of replicas is what ClickHouse understands', async () => {
    const target = { database, cluster: 'all-1', replicated: true, ttlDays: 30 };
    for (const statement of schemaStatements(target).filter((sql) => sql.startsWith('CREATE'))) {
      const text = statement.replaceAll("'", "\\'");
      const [row] = await engine.rows<{ sql: string }>(`SELECT formatQuery('${text}') AS sql`);
      expect(row?.sql).toContain('ON CLUSTER `all-1`');
      if (statement.includes('ENGINE')) expect(row?.sql).toContain('ReplicatedReplacingMergeTree');
    }
  });
});

describe('what is sent', () => {
  needs('chdb')('twice is there once, and the second time adds nothing', async () => {
    stage.commit(batch([...requests(250), toolCall(), prompt()]));
    await stage.deliver();
    const count = `SELECT sum(rows) FROM system.parts WHERE active AND database = '${database}' AND table LIKE 'claude_%'`;
    const before = await one(count);
    stage.rewind();
    await stage.deliver();
    expect(await one(count)).toBe(before);
    // A crash may leave other bounds of batches: then the rows are there twice until they are merged, and count once.
    stage.rewind(100);
    await stage.deliver();
    expect(Number(await one('SELECT count() FROM hm.claude_messages FINAL'))).toBe(251);
    expect(Number(await one('SELECT count() FROM hm.claude_tool_usage FINAL'))).toBe(2);
    expect(Number(await one('SELECT count() FROM hm.claude_sessions FINAL'))).toBe(1);
  });

  needs('chdb')('and taken, but whose answer got lost, is not written again', async () => {
    const between = await loseAnswers(engine.url);
    try {
      stage.commit(batch([...requests(50), toolCall()]));
      await stage.deliver({ url: between.url });
      expect(between.lost()).toBe(5);
    } finally {
      await between.close();
    }
    const counts = await rows(
      `SELECT table, sum(rows) AS n FROM system.parts
       WHERE active AND database = '${database}' AND table LIKE 'claude_%' GROUP BY table ORDER BY table`,
    );
    expect(counts.map(({ n }) => Number(n))).toEqual([50, 1, 50, 1, 2]);
  });

  needs('chdb')('late and in an older revision does not win', async () => {
    stage.commit(batch(requests(1, { outputTokens: 1 })));
    await stage.deliver();
    const [old] = await rows(
      'SELECT * EXCEPT (inserted_at) REPLACE (toString(row_version) AS row_version) FROM hm.claude_messages',
    );
    stage.commit(batch(requests(1, { outputTokens: 900, line: 2 })));
    await stage.deliver();
    await engine.command(
      `INSERT INTO ${database}.claude_messages FORMAT JSONEachRow ${JSON.stringify(old)}`,
    );
    expect(await rows('SELECT output_tokens, revision FROM hm.claude_messages FINAL')).toEqual([
      { output_tokens: 900, revision: 1 },
    ]);
  });

  needs('chdb')('counts once also where it moved into another month', async () => {
    const newYear = Date.UTC(2026, 0, 1);
    const at = (atMs: number) => ({ atMs, endMs: newYear + 5_000 });
    stage.commit(batch(requests(1, at(newYear + 1_000))));
    await stage.deliver();
    stage.commit(batch(requests(1, at(newYear - 1_000))));
    await stage.deliver();
    expect(Number(await one('SELECT count() FROM hm.claude_messages'))).toBe(2);
    const from = (moment: string) =>
      one(`SELECT count() FROM hm.claude_messages FINAL WHERE timestamp ${moment}`);
    expect(Number(await from(`>= '2026-01-01 00:00:00'`))).toBe(0);
    expect(Number(await from(`< '2026-01-01 00:00:00'`))).toBe(1);
    expect(await rows('SELECT date, request_count FROM hm.daily_session_summary')).toEqual([
      { date: '2025-12-31', request_count: 1 },
    ]);
  });

  needs('chdb')('by a store that was built again wins over what the old one told', async () => {
    stage.commit(batch(requests(1, { outputTokens: 1 })));
    stage.commit(batch(requests(1, { outputTokens: 2, line: 2 })));
    await stage.deliver();
    const rebuilt = createClickHouseStage(engine.url, { database });
    try {
      rebuilt.fixture.db.exec('UPDATE store_identity SET made_at_ms = made_at_ms + 10000');
      rebuilt.commit(batch(requests(1, { outputTokens: 3 })));
      await rebuilt.deliver();
      expect(await rows('SELECT output_tokens, revision FROM hm.claude_messages FINAL')).toEqual([
        { output_tokens: 3, revision: 0 },
      ]);
    } finally {
      rebuilt.remove();
    }
  });
});

describe('names from strangers', () => {
  needs('chdb')('arrive as they are, whatever is in them', async () => {
    const names = [
      `/home/dev/"quoted" 'and' \\back\\ \`ticks\``,
      '/home/dev/new\nline\ttab\u0000nul',
      "/home/dev/'); DROP TABLE claude_messages; --",
      '/home/dev/ünï\u{1F600}code',
      '{"uuid":"x"}',
    ];
    stage.commit(
      batch(
        requests(5).map((one, index) => ({ ...one, project: names[index]!, model: names[index]! })),
      ),
    );
    await stage.deliver();
    const told = await rows('SELECT project_directory, model FROM hm.claude_messages FINAL');
    expect(new Set(told.map((row) => row['project_directory']))).toEqual(new Set(names));
    expect(told.every((row) => row['model'] === row['project_directory'])).toBe(true);
  });
});

describe('what is old', () => {
  needs('chdb')('is dropped a month at a time', async () => {
    const [ancient, now] = [Date.UTC(2015, 4, 5), Date.now()];
    stage.commit(
      batch([
        request({ key: 'msg_ancient', atMs: ancient, endMs: ancient }),
        request({ key: 'msg_now', atMs: now, endMs: now }),
      ]),
    );
    await stage.deliver({ ttlDays: 365 });
    await engine.command(`OPTIMIZE TABLE ${database}.claude_messages FINAL`);
    expect(await rows('SELECT message_id FROM hm.claude_messages FINAL')).toEqual([
      { message_id: 'msg_now' },
    ]);
  });
});

describe('a row that ClickHouse refuses', () => {
  needs('chdb')('is put aside, and the 199 others of its batch land', async () => {
    stage.commit(batch(requests(1)));
    await stage.deliver();
    await engine.command(
      `ALTER TABLE ${database}.claude_messages ADD CONSTRAINT no_bad CHECK model != 'bad'`,
    );
    const good = requests(200).slice(1);
    stage.commit(batch([...good, request({ key: 'msg_bad', model: 'bad' })]));
    await stage.deliver();
    expect(Number(await one('SELECT count() FROM hm.claude_messages FINAL'))).toBe(200);
    expect(refused()).toMatchObject([
      { reason: 'ClickHouse refused rows for claude_messages: VIOLATED_CONSTRAINT.' },
    ]);
    expect(stage.counts.get('export_dropped clickhouse refused')).toBe(1);
    expect(stage.counts.get('exported clickhouse')).toBe(200);
    const [{ body } = { body: '' }] = refused();
    expect(JSON.parse(body)).toMatchObject({ claude_messages: [{ model: 'bad' }] });
  });
});

describe('a ClickHouse that goes away', () => {
  needs('chdb')('in the middle of a backlog gets everything, once, when it is back', async () => {
    stage.commit(batch(requests(3_000)));
    const running = await stage.start({ backlogRows: 500 });
    await until('first batches', () => (stage.seq() >= 500 ? true : undefined));
    await engine.kill();
    await until('trouble', running.trouble);
    await engine.restart();
    await until('delivery', () => (stage.seq() >= 3_000 ? true : undefined));
    await running.stop();
    const sums = (await rows(
      'SELECT count() AS requests, sum(cost_nano_usd) AS nano, uniqExact(uuid) AS ids FROM hm.claude_messages FINAL',
    )) as readonly [{ requests: number; nano: number; ids: number }];
    const { totals } = report(stage.deps.reader.db, {
      kind: 'daily',
      timezone: 'UTC',
      sinceMs: null,
      untilMs: null,
      project: null,
      model: null,
      session: null,
    });
    expect(sums[0]).toEqual({
      requests: 3_000,
      ids: 3_000,
      nano: Math.round((totals as UsageFigures).cost_usd * 1e9),
    });
    expect(refused()).toEqual([]);
  });
});

describe('what leaves the machine', () => {
  const CANARY = 'c4n4ry';
  const everything = async (): Promise<string> => {
    const tables = await rows<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = '${database}' AND name LIKE 'claude_%' AND engine LIKE '%MergeTree'`,
    );
    const texts = await Promise.all(tables.map(({ name }) => rows(`SELECT * FROM hm.${name}`)));
    return JSON.stringify(texts);
  };
  const withCanary = () =>
    batch([
      ...requests(1),
      toolCall({ filePath: `/home/dev/one/${CANARY}/.env`, tool: 'Edit' }),
      toolCall({ key: 'toolu_2', filePath: `/home/dev/one/a.${CANARY}` }),
      call({ key: 'toolu_3', tool: 'Bash', filePath: null, command: CANARY }),
    ]);

  needs('chdb')('has no path and no command in it, unless that is wanted', async () => {
    stage.commit(withCanary());
    await stage.deliver();
    expect(await everything()).not.toContain(CANARY);
    expect(
      await rows(
        'SELECT uniqExact(file_key) AS files, sum(is_sensitive_file) AS sensitive FROM hm.claude_file_access FINAL',
      ),
    ).toEqual([{ files: 2, sensitive: 1 }]);
  });

  needs('chdb')('has them where it is wanted', async () => {
    stage.commit(withCanary());
    await stage.deliver({ content: true });
    expect(await rows('SELECT file_path FROM hm.claude_file_access ORDER BY file_path')).toEqual([
      { file_path: `/home/dev/one/a.${CANARY}` },
      { file_path: `/home/dev/one/${CANARY}/.env` },
    ]);
    expect(await one("SELECT command FROM hm.claude_tool_usage WHERE tool_name = 'Bash'")).toBe(
      CANARY,
    );
  });

  needs('chdb')('names nobody where it is to be anonymous', async () => {
    stage.commit(batch(requests(1, { project: '/home/alice/shop' })));
    await stage.deliver({ anonymous: true, hostName: 'wonderland', userName: 'alice' });
    const text = await everything();
    expect(text).not.toMatch(/alice|wonderland/);
    expect(text).toMatch(/"shop#[\w-]{8}"/);
  });
});

describe('the questions of docs/clickhouse.md', () => {
  const text = readFileSync(new URL('../../docs/clickhouse.md', import.meta.url), 'utf8');
  const statements = [...text.matchAll(/```sql\n([^]*?)```/g)].map(([, sql = '']) => sql.trim());
  const questions = statements.filter((sql) => /^(?:SELECT|WITH)/.test(sql));
  const nowMs = Date.now();
  const ask = (about: RegExp) =>
    rows(questions.find((sql) => about.test(sql))!.replaceAll('hall_monitor.', 'hm.'));

  const fill = async (): Promise<void> => {
    const [monday, tuesday] = [AT_MS, AT_MS + DAY_MS];
    const cost = { inputTokens: 0, outputTokens: 40, cacheReadInputTokens: 0 };
    stage.commit(
      batch([
        request({ ...cost, key: 'msg_a', atMs: monday, endMs: monday }),
        request({ ...cost, key: 'msg_b', atMs: tuesday, endMs: tuesday, project: '/home/dev/two' }),
        request({ ...cost, key: 'msg_c', atMs: tuesday, endMs: tuesday, project: '/home/dev/two' }),
        request({ key: 'msg_now', sessionId: 'session-2', atMs: nowMs, endMs: nowMs }),
        toolCall({ key: 'toolu_1', durationMs: 10, durationSource: 'hook' }),
        toolCall({ key: 'toolu_2', tool: 'Edit', success: false, errorClass: 'not_found' }),
        toolCall({ key: 'toolu_3', tool: 'Edit', success: false, errorClass: 'denied' }),
        toolCall({ key: 'toolu_4', tool: 'Edit', filePath: '/home/dev/one/b.ts' }),
        toolCall({ key: 'toolu_5', sessionId: 'session-3' }),
      ]),
    );
    await stage.deliver({ content: true });
  };

  needs('chdb')('have answers, each of them', async () => {
    await fill();
    expect(questions.length).toBeGreaterThan(9);
    // One that ClickHouse does not understand throws.
    for (const sql of questions) await rows(sql.replaceAll('hall_monitor.', 'hm.'));
    for (const sql of statements) {
      const literal = sql.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
      await engine.rows(`SELECT formatQuery('${literal}')`);
    }
  });

  needs('chdb')('tell what each project cost on each day', async () => {
    await fill();
    const told = await ask(/^SELECT date, project_directory/);
    // 40 tokens at 25 dollars per million and 40 at 10.
    expect(told.slice(0, 2)).toEqual([
      { date: '2026-01-05', project_directory: '/home/dev/one', cost_usd: 0.0014, requests: 1 },
      { date: '2026-01-06', project_directory: '/home/dev/two', cost_usd: 0.0028, requests: 2 },
    ]);
  });

  needs('chdb')('tell how each tool did', async () => {
    await fill();
    expect(await ask(/^SELECT tool_name/)).toMatchObject([
      { tool_name: 'Edit', calls: 3, successes: 1, failures: 1, denied: 1, success_rate: 0.5 },
      { tool_name: 'Read', calls: 2, successes: 2, failures: 0, denied: 0, success_rate: 1 },
    ]);
  });

  needs('chdb')('tell which files a session used', async () => {
    await fill();
    expect(await ask(/^SELECT session_id, file_key/)).toMatchObject([
      { session_id: 'session-1', path: '/home/dev/one/a.ts', reads: 1, writes: 2 },
      { session_id: 'session-1', path: '/home/dev/one/b.ts', reads: 0, writes: 1 },
      { session_id: 'session-3', path: '/home/dev/one/a.ts', reads: 1, writes: 0 },
    ]);
  });

  needs('chdb')('tell how many sessions are at work', async () => {
    await fill();
    expect(await ask(/active_sessions/)).toEqual([{ active_sessions: 1 }]);
  });
});

describe('the daily summary', () => {
  needs('chdb')('says what `report daily` says, to the nano-dollar', async () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      request({
        key: `msg_${index}`,
        sessionId: `session-${index % 5}`,
        project: `/home/dev/${index % 3}`,
        model: ['claude-opus-4-5', 'claude-haiku-4-5', 'gpt-x'][index % 3]!,
        atMs: AT_MS + index * (DAY_MS / 40),
        endMs: AT_MS + index * (DAY_MS / 40),
        inputTokens: index * 7,
        outputTokens: (index * 7919) % 3000,
        cacheReadInputTokens: index * 1009,
        cacheCreation5mInputTokens: index % 400,
        final: index % 9 !== 0,
      }),
    );
    stage.commit(batch([...many, toolCall(), prompt()]));
    await stage.deliver();
    const daily = report(stage.deps.reader.db, {
      kind: 'daily',
      timezone: 'UTC',
      sinceMs: null,
      untilMs: null,
      project: null,
      model: null,
      session: null,
    });
    const told = await rows(
      `SELECT toString(date) AS day, sum(request_count) AS requests, sum(total_input_tokens) AS input_tokens,
         sum(total_output_tokens) AS output_tokens, sum(total_cache_read_input_tokens) AS cache_read_input_tokens,
         sum(total_cache_creation_5m_input_tokens) AS cache_creation_5m_input_tokens,
         sum(total_cache_creation_1h_input_tokens) AS cache_creation_1h_input_tokens,
         sum(total_web_search_requests) AS web_search_requests, sum(total_cost_nano_usd) AS nano_usd,
         sum(unpriced_requests) AS unpriced_requests, sum(not_final_requests) AS not_final_requests
       FROM hm.daily_session_summary GROUP BY day ORDER BY day`,
    );
    expect(told).toEqual(
      (daily.rows as readonly (UsageFigures & { day: string })[]).map(
        ({ cost_usd: costUsd, estimated_cost_usd: _, ...figures }) => ({
          ...figures,
          nano_usd: Math.round(costUsd * 1e9),
        }),
      ),
    );
    expect(
      await rows(
        `SELECT sum(message_count) AS messages, sum(tool_usage_count) AS calls, sum(unique_files_accessed) AS files
         FROM hm.daily_session_summary`,
      ),
    ).toEqual([{ messages: 301, calls: 1, files: 1 }]);
  });
});
