import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseExposition } from '../exporters/exposition.ts';
import { listen, type LiveEvent } from '../support/client-events.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import { appendResponse, liveMessageId, liveSession } from '../support/corpus-live.ts';
import { needs } from '../support/offers.ts';
import {
  commandJson,
  type Place,
  runCommand,
  temporaryFolder,
  until,
} from '../support/running-command.ts';
import { type RunningCollector, startCollector } from '../support/running-server.ts';

type Figures = Readonly<Record<string, number>>;

const STOP_LIMIT_MS = 10_000;
const NANO = 1_000_000_000;

/** A place of its own, with a folder of Claude Code that holds no session yet. */
function newPlace(env: Place['env'] = {}): Place {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const place: Place = { home: join(folder, 'home'), claudeDir: join(folder, 'claude'), env };
  mkdirSync(join(place.claudeDir, 'projects'), { recursive: true });
  return place;
}

async function collecting(place: Place, ...args: readonly string[]): Promise<RunningCollector> {
  const server = await startCollector(place, ...args);
  onTestFinished(async () => void (await server.kill()));
  return server;
}

describe('serve', () => {
  it('says where to look', async () => {
    const place = newPlace();
    const server = await collecting(place);
    for (const word of [
      place.home,
      place.claudeDir,
      `${server.url}/metrics`,
      `${server.url}/events/metrics`,
      'Ctrl+C',
    ]) {
      expect(server.said()).toContain(word);
    }
    expect((await server.get('/healthz')).status).toBe(200);
  });

  it('is not ready before everything was read, and says why', async () => {
    const place = newPlace();
    await commandJson(place, 'import');
    appendResponse(place.claudeDir, {
      messageId: liveMessageId(1),
      session: liveSession(1),
      atMs: Date.now(),
    });
    // Somebody else holds the store, so that nothing can be written before we want it.
    const holder = new Database(join(place.home, 'hall-monitor.db'));
    onTestFinished(() => void holder.close());
    holder.exec('BEGIN IMMEDIATE');
    const server = await collecting(place);
    const before = await server.get('/readyz');
    expect(before.status).toBe(503);
    expect(await before.json()).toMatchObject({
      ready: false,
      reasons: [expect.stringContaining('first reading')],
    });
    expect((await server.get('/healthz')).status).toBe(200);
    holder.exec('ROLLBACK');
    await server.ready();
    expect(await server.json('/readyz')).toEqual({ ready: true, reasons: [] });
    expect(await server.json('/api/metrics/costs')).toMatchObject({ totals: { requests: 1 } });
  });

  it('tells of a line as soon as it is written', async () => {
    const place = newPlace();
    const server = await collecting(place);
    await server.ready();
    const events: LiveEvent[] = [];
    const client = listen(`${server.url}/events/metrics`, (event) => events.push(event));
    onTestFinished(client.close);
    await client.opened;
    const response = {
      messageId: liveMessageId(7),
      session: liveSession(7),
      atMs: Date.now(),
      outputTokens: 77,
    };
    appendResponse(place.claudeDir, response);
    const event = await until('event', () => events[0]);
    expect(event).toMatchObject({
      seq: 1,
      entry: {
        event_type: 'api_response',
        session_id: response.session,
        tokens: { output_tokens: 77 },
        data: { message_id: response.messageId },
      },
    });
  });

  it('goes on with the stream where a client left it, over a restart', async () => {
    const place = newPlace();
    const first = await collecting(place);
    await first.ready();
    for (let number = 1; number <= 3; number++) {
      appendResponse(place.claudeDir, {
        messageId: liveMessageId(number),
        session: liveSession(1),
        atMs: Date.now(),
      });
    }
    await until('3 entries', async () =>
      (await first.json<{ data: unknown[] }>('/api/metrics')).data.length === 3 ? true : undefined,
    );
    await first.stop();
    const second = await collecting(place);
    await second.ready();
    const seqs: number[] = [];
    const client = listen(`${second.url}/events/metrics`, ({ seq }) => seqs.push(seq), {
      'last-event-id': '1',
    });
    onTestFinished(client.close);
    await client.opened;
    appendResponse(place.claudeDir, {
      messageId: liveMessageId(4),
      session: liveSession(1),
      atMs: Date.now(),
    });
    await until('last event', () => (seqs.length === 3 ? true : undefined));
    expect(seqs.slice(0, 2)).toEqual([2, 3]);
    // Numbers in between are those of what only the archive is told.
    expect(seqs[2]).toBeGreaterThan(3);
  });

  it('says the same over REST, as metrics and in reports', async () => {
    const place = newPlace();
    const answer = writeCorpus(place.claudeDir, { mb: 4, seed: 31 });
    const server = await collecting(place);
    await server.ready();
    const { totals: rest } = await server.json<{ totals: Figures }>('/api/metrics/costs');
    const { totals: report } = await commandJson<{ totals: Figures }>(
      place,
      'report',
      'project',
      '--no-sync',
    );
    const series = parseExposition(await (await server.get('/metrics')).text());
    const metric = (name: string, type?: string): number =>
      series
        .filter(
          (each) => each.name === name && (type === undefined || each.labels['type'] === type),
        )
        .reduce((sum, { value }) => sum + value, 0);
    expect(rest).toEqual(report);
    expect({
      requests: metric('hall_monitor_requests_total'),
      input_tokens: metric('hall_monitor_tokens_total', 'input'),
      output_tokens: metric('hall_monitor_tokens_total', 'output'),
      cache_read_input_tokens: metric('hall_monitor_tokens_total', 'cache_read'),
      cost_nano_usd: Math.round(metric('hall_monitor_cost_usd_total') * NANO),
    }).toEqual({
      requests: rest['requests'],
      input_tokens: rest['input_tokens'],
      output_tokens: rest['output_tokens'],
      cache_read_input_tokens: rest['cache_read_input_tokens'],
      cost_nano_usd: answer.totals.cost_nano_usd,
    });
    expect(metric('hall_monitor_tokens_total', 'cache_creation')).toBe(
      answer.totals.cache_creation_5m_input_tokens + answer.totals.cache_creation_1h_input_tokens,
    );
    expect(metric('hall_monitor_prompts_total')).toBe(answer.prompts);
    expect(metric('hall_monitor_sessions')).toBe(answer.sessions);
    expect(metric('hall_monitor_tool_calls_total')).toBe(
      Object.values(answer.tools).reduce((sum, { calls }) => sum + calls, 0),
    );
  });

  needs('promtool')('exposes metrics that Prometheus has nothing to say against', async () => {
    const place = newPlace();
    writeCorpus(place.claudeDir, { mb: 2, seed: 32, dirty: true });
    const server = await collecting(place);
    await server.ready();
    const input = await (await server.get('/metrics')).text();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input,
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('refuses to write to a store that another one writes to, and says which', async () => {
    const place = newPlace();
    const server = await collecting(place);
    const refused = await Promise.all([
      runCommand(place, 'serve', '--port', '0'),
      runCommand(place, 'import'),
    ]);
    for (const { code, stderr } of refused) {
      expect(code).toBe(69);
      expect(stderr).toContain(`process ${server.pid})`);
      expect(stderr).toContain(place.home);
    }
    expect((await server.get('/healthz')).status).toBe(200);
  });

  needs('linux')('says who has the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await until('port', () => (other.listening ? true : undefined));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runCommand(newPlace(), 'serve', '--port', String(port));
    expect(code).toBe(69);
    expect(stderr).toContain(
      `Port ${port} on 127.0.0.1 is already taken by process ${process.pid}, `,
    );
    expect(stderr).toContain('HALL_MONITOR_PORT');
  });

  needs('linux')('says when it is another Hall Monitor that has the port', async () => {
    const server = await collecting(newPlace());
    const { port } = new URL(server.url);
    const { code, stderr } = await runCommand(newPlace(), 'serve', '--port', port);
    expect(code).toBe(69);
    expect(stderr).toContain(`by another Hall Monitor (process ${server.pid}, `);
  });

  needs('posix')('ends when it is told to, whoever listens', async () => {
    const place = newPlace();
    const server = await collecting(place);
    await server.ready();
    const client = listen(`${server.url}/events/metrics`, () => undefined);
    onTestFinished(client.close);
    await client.opened;
    const startedMs = performance.now();
    const end = await server.stop();
    expect({ code: end.code, signal: end.signal }).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedMs).toBeLessThan(STOP_LIMIT_MS);
    const { counts } = await commandJson<{ counts: object }>(place, 'db', 'check');
    expect(counts).toBeTypeOf('object');
  });

  needs('posix')('commits what was told to it before it ends', async () => {
    const place = newPlace();
    const answer = writeCorpus(place.claudeDir, { mb: 24, seed: 33 });
    // Told to end while it reads for the first time.
    const early = await collecting(place);
    expect((await early.stop()).code).toBe(0);
    const server = await collecting(place);
    await server.ready();
    const { totals } = await server.json<{ totals: Figures }>('/api/metrics/costs');
    expect(totals['output_tokens']).toBe(answer.totals.output_tokens);
    expect((await server.stop()).code).toBe(0);
  });

  it('ends, and says why, where collecting cannot go on', async () => {
    const place = newPlace();
    const server = await collecting(place);
    await server.ready();
    const other = new Database(join(place.home, 'hall-monitor.db'));
    other.exec('DROP TABLE request');
    other.close();
    appendResponse(place.claudeDir, {
      messageId: liveMessageId(1),
      session: liveSession(1),
      atMs: Date.now(),
    });
    const { code, stderr } = await server.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('no such table');
  });

  it('names a setting that cannot be, its value, and where to correct it', async () => {
    const { code, stderr } = await runCommand(newPlace({ HALL_MONITOR_PORT: '99999' }), 'serve');
    expect(code).toBe(78);
    expect(stderr).toContain('port cannot be 99999 (HALL_MONITOR_PORT): allowed is');
    expect(stderr).toContain('Correct HALL_MONITOR_PORT.');
  });

  it('names a key of the configuration file that it does not know', async () => {
    const place = newPlace();
    mkdirSync(place.home, { mode: 0o700 });
    writeFileSync(
      join(place.home, 'config.json'),
      JSON.stringify({ transcripts: { wacht: 'poll' } }),
    );
    const { code, stderr } = await runCommand(place, 'serve');
    expect(code).toBe(78);
    expect(stderr).toContain('"transcripts.wacht"');
    expect(stderr).toContain(join(place.home, 'config.json'));
    expect(stderr).toContain('watch');
  });

  it('refuses to be reached from other machines without a token', async () => {
    const { code, stderr } = await runCommand(
      newPlace(),
      'serve',
      '--host',
      '0.0.0.0',
      '--port',
      '0',
    );
    expect(code).toBe(78);
    expect(stderr).toContain('HALL_MONITOR_TOKEN');
  });

  it('ends at once where there is no such time zone', async () => {
    const place = newPlace();
    const env = { HALL_MONITOR_TIMEZONE: 'Europe/Berln' };
    const { code, stderr } = await runCommand({ ...place, env }, 'serve', '--port', '0');
    expect(code).toBe(78);
    expect(stderr).toContain('The setting timezone is wrong. Unknown time zone "Europe/Berln"');
  });

  it('refuses a parameter that it does not know', async () => {
    const server = await collecting(newPlace());
    const answer = await server.get('/api/sessions?colour=red');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { parameter: 'colour' } });
  });
});
