/** Two real collectors, as two hosts, into one real ClickHouse; one of them is killed again and again. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { UsageFigures } from '../../src/rollups/usage-figures.ts';
import { startEngine, type ClickHouseEngine } from '../support/clickhouse/engine.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import { createRandom } from '../support/corpus-random.ts';
import { lacking, needs } from '../support/offers.ts';
import {
  commandJson,
  runCommand,
  type Place,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { type RunningCollector, startCollector } from '../support/running-server.ts';

const KILLS = 5;
const hasEngine = lacking('chdb') === undefined;

interface Daily {
  readonly rows: readonly (UsageFigures & { readonly day: string })[];
  readonly totals: UsageFigures;
}

/** What the summary says of each day, in the words of a report. */
const SUMMARY = `SELECT toString(date) AS day, sum(request_count) AS requests, sum(total_input_tokens) AS input_tokens,
    sum(total_output_tokens) AS output_tokens, sum(total_cache_read_input_tokens) AS cache_read_input_tokens,
    sum(total_cache_creation_5m_input_tokens) AS cache_creation_5m_input_tokens,
    sum(total_cache_creation_1h_input_tokens) AS cache_creation_1h_input_tokens,
    sum(total_web_search_requests) AS web_search_requests, sum(total_cost_nano_usd) AS nano_usd,
    sum(unpriced_requests) AS unpriced_requests, sum(not_final_requests) AS not_final_requests
  FROM hall_monitor.daily_session_summary`;

const inNano = ({ cost_usd: costUsd, estimated_cost_usd: _, ...figures }: UsageFigures) => ({
  ...figures,
  nano_usd: Math.round(costUsd * 1e9),
});

describe('two collectors and one ClickHouse', () => {
  const { folder, remove } = temporaryFolder();
  let engine: ClickHouseEngine;

  beforeAll(async () => {
    if (hasEngine) engine = await startEngine('hush');
  });
  afterAll(async () => {
    if (hasEngine) await engine.close();
    remove();
  });

  const placeOf = (host: string, env: Readonly<Record<string, string>> = {}): Place => ({
    home: join(folder, `${host}-home`),
    claudeDir: join(folder, `${host}-claude`),
    env: {
      HALL_MONITOR_CLICKHOUSE_URL: engine.url,
      HALL_MONITOR_CLICKHOUSE_PASSWORD: 'hush',
      HALL_MONITOR_CLICKHOUSE_HOST_NAME: host,
      HALL_MONITOR_CLICKHOUSE_LINGER_MS: '50',
      HALL_MONITOR_CLICKHOUSE_BACKLOG_ROWS: '500',
      HALL_MONITOR_CLICKHOUSE_TTL_DAYS: '0',
      ...env,
    },
  });
  const delivered = (server: RunningCollector) =>
    until('delivery', async () => {
      const text = await (await server.get('/metrics')).text();
      const isReady = (await server.get('/readyz')).ok;
      const isDone = /^hall_monitor_export_lag_events\{exporter="clickhouse"\} 0$/m.test(text);
      return isReady && isDone ? true : undefined;
    });
  /** Messages of a host that have arrived. */
  const messages = async (host: string): Promise<number> => {
    const [row] = await engine
      .rows<{ n: number }>(
        `SELECT uniqExact(uuid) AS n FROM hall_monitor.claude_messages WHERE host = '${host}'`,
      )
      .catch(() => []);
    return row?.n ?? 0;
  };

  needs('chdb', 'posix')(
    `add up to what the hosts' own reports say, also when one is killed ${KILLS} times on the way`,
    async () => {
      const [laptop, desktop] = [placeOf('laptop'), placeOf('desktop')];
      writeCorpus(laptop.claudeDir, { mb: 48, seed: 31, dirty: true });
      writeCorpus(desktop.claudeDir, { mb: 6, seed: 32, dirty: true });
      const random = createRandom(33);
      const other = await startCollector(desktop);
      let kills = 0;
      for (; kills < KILLS; kills += 1) {
        const server = await startCollector(laptop);
        const target = (await messages('laptop')) + random.between(1, 100);
        await until('rows', async () => ((await messages('laptop')) >= target ? true : undefined));
        expect((await server.kill()).signal).toBe('SIGKILL');
      }
      const atLastKill = await messages('laptop');
      const server = await startCollector(laptop);
      try {
        await Promise.all([delivered(server), delivered(other)]);
      } finally {
        await Promise.all([server.stop(), other.stop()]);
      }
      const reports = await Promise.all(
        [laptop, desktop].map((place) =>
          commandJson<Daily>(place, 'report', 'daily', '--no-sync', '--timezone', 'UTC'),
        ),
      );
      expect(await messages('laptop')).toBeGreaterThan(atLastKill);
      for (const [index, host] of ['laptop', 'desktop'].entries()) {
        expect(reports[index]!.rows.length).toBeGreaterThan(7);
        const told = await engine.rows(
          `${SUMMARY} WHERE host = '${host}' GROUP BY day ORDER BY day`,
        );
        expect(told).toEqual(reports[index]!.rows.map(inNano));
        const [copies] = await engine.rows(
          `SELECT count() - uniqExact(uuid) AS twice FROM hall_monitor.claude_messages FINAL WHERE host = '${host}'`,
        );
        expect(copies).toEqual({ twice: 0 });
      }
      const [all] = await engine.rows<Record<string, number>>(
        SUMMARY.replace('toString(date) AS day, ', ''),
      );
      const [left, right] = reports.map(({ totals }) => inNano(totals));
      for (const [name, value] of Object.entries(all!))
        expect({ [name]: value }).toEqual({
          [name]: left![name as keyof typeof left] + right![name as keyof typeof right],
        });
    },
    300_000,
  );

  needs('chdb')('count a request once in claude_messages_once that both have read', async () => {
    const count = (view: string) =>
      engine.rows(
        `SELECT count() AS n, sum(cost_nano_usd) AS nano FROM hall_monitor.${view} WHERE project_directory LIKE '/home/dev/work%'`,
      );
    const before = await count('claude_messages_once');
    // The same transcripts, as on a home that is synced.
    const twin: Place = { ...placeOf('twin'), claudeDir: join(folder, 'desktop-claude') };
    const server = await startCollector(twin);
    await delivered(server);
    await server.stop();
    expect(await messages('twin')).toBeGreaterThan(100);
    expect(await count('claude_messages_once')).toEqual(before);
  });

  needs('chdb')('say which password is wanted, and go on collecting', async () => {
    const place = placeOf('stranger', { HALL_MONITOR_CLICKHOUSE_PASSWORD: 'c4n4ry' });
    mkdirSync(join(place.claudeDir, 'projects'), { recursive: true });
    writeCorpus(place.claudeDir, { mb: 1, seed: 34 });
    const server = await startCollector(place);
    await server.ready();
    const { warnings } = await until('warning', async () => {
      const health = await server.json<{ warnings?: readonly string[] }>('/readyz');
      return (health.warnings ?? []).length > 0 ? health : undefined;
    });
    expect(warnings).toEqual([
      expect.stringMatching(/AUTHENTICATION_FAILED.*HALL_MONITOR_CLICKHOUSE_PASSWORD/),
    ]);
    const { stderr } = await server.stop();
    expect(stderr).not.toContain('c4n4ry');
    expect(await messages('stranger')).toBe(0);
  });

  needs('chdb')('have a refused row sent again when it can be taken', async () => {
    const place = placeOf('replayer', { HALL_MONITOR_CLICKHOUSE_DATABASE: 'replayed' });
    writeCorpus(place.claudeDir, { mb: 1, seed: 35 });
    const first = await startCollector(place);
    await delivered(first);
    await first.stop();
    const [{ model } = { model: '' }] = await engine.rows<{ model: string }>(
      "SELECT model, count() AS n FROM replayed.claude_messages FINAL WHERE type = 'assistant' GROUP BY model ORDER BY n LIMIT 1",
    );
    const wanted = await engine.rows(
      'SELECT uuid, cost_nano_usd FROM replayed.claude_messages FINAL ORDER BY uuid',
    );
    for (const table of ['claude_messages', 'claude_context_analysis'])
      await engine.command(`TRUNCATE TABLE replayed.${table}`);
    await engine.command(
      `ALTER TABLE replayed.claude_messages ADD CONSTRAINT refused CHECK model != '${model}'`,
    );
    // As if it had never sent anything: an empty store reads everything anew.
    const again = { ...place, home: join(folder, 'replayer-again') };
    const second = await startCollector(again);
    await delivered(second);
    const held = await runCommand(again, 'export', 'replay', 'clickhouse');
    expect(held.code).toBe(69);
    await second.stop();
    const letters = await commandJson<readonly { reason: string }[]>(
      again,
      'export',
      'replay',
      'clickhouse',
      '--list',
    );
    expect(letters.length).toBeGreaterThan(0);
    expect(letters[0]?.reason).toContain('VIOLATED_CONSTRAINT');
    const inVain = await runCommand(again, 'export', 'replay', 'clickhouse', '--json');
    expect(inVain.code).toBe(1);
    expect(JSON.parse(inVain.stdout)).toEqual({
      exporter: 'clickhouse',
      landed: 0,
      refused: letters.length,
    });
    await engine.command('ALTER TABLE replayed.claude_messages DROP CONSTRAINT refused');
    expect(await commandJson(again, 'export', 'replay', 'clickhouse')).toEqual({
      exporter: 'clickhouse',
      landed: letters.length,
      refused: 0,
    });
    expect(
      await engine.rows(
        'SELECT uuid, cost_nano_usd FROM replayed.claude_messages FINAL ORDER BY uuid',
      ),
    ).toEqual(wanted);
    expect(await commandJson(again, 'export', 'replay', 'clickhouse', '--list')).toEqual([]);
  });
});
