/** OTLP from the real program: SIGKILL in the middle of a drain, what a scrape shows, and settings that must not stop it. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCursor } from '../../src/store/cursor-table.ts';
import { createReader } from '../../src/store/reader.ts';
import { parseExposition } from '../exporters/exposition.ts';
import { writeCorpus } from '../support/corpus-generator.ts';
import { needs } from '../support/offers.ts';
import {
  answer,
  attributesOf,
  logsOf,
  type Received,
  spansOf,
  startBackend,
  understood,
} from '../support/otlp-backend.ts';
import { type Place, runCommand, temporaryFolder, until } from '../support/running-command.ts';
import { startCollector } from '../support/running-server.ts';

const KILLS = 4;
/** What one request of OTLP holds at most. */
const BATCH = 1_000;

const { folder, remove } = temporaryFolder();
const claudeDir = join(folder, 'claude');
beforeAll(() => {
  writeCorpus(claudeDir, { mb: 48, seed: 31, dirty: true });
});
afterAll(remove);

const placeFor = (name: string, env: Readonly<Record<string, string>>): Place => ({
  home: join(folder, name),
  claudeDir,
  env: { HALL_MONITOR_OTLP_HISTORY: 'true', ...env },
});

/** Every entry of a store as it is now. */
const storedRevisions = (home: string): ReadonlyMap<string, number> => {
  using reader = createReader(join(home, 'hall-monitor.db'));
  const revisions = new Map<string, number>();
  for (let seq = 0; ;) {
    const { lines, toSeq } = reader.current(seq, 10_000);
    if (toSeq === seq) return revisions;
    for (const line of lines) {
      const { id, revision } = line.kind === 'plan' ? line.event : line.entry;
      revisions.set(id, revision);
    }
    seq = toSeq;
  }
};

const cursorOf = (home: string): number => {
  using reader = createReader(join(home, 'hall-monitor.db'));
  return readCursor(reader.db, 'otlp-logs')?.seq ?? 0;
};

const entriesOf = (requests: readonly Received[]): readonly string[] =>
  logsOf(requests).map(
    ({ attributes }) =>
      `${String(attributes['hall_monitor.entry.id'])} ${String(attributes['hall_monitor.entry.revision'])}`,
  );

describe('OTLP', () => {
  needs('posix')(`survives SIGKILL in the middle of a drain, ${KILLS} times`, async () => {
    await using backend = await startBackend((response) => {
      setTimeout(() => response.writeHead(200).end(), 5);
    });
    const place = placeFor('home-kill', {
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRICS_EXPORTER: 'none',
    });
    // Everything is there before the first byte goes out, so that every kill falls into the drain.
    expect((await runCommand(place, 'import')).code).toBe(0);
    const stored = storedRevisions(place.home);
    expect(stored.size).toBeGreaterThan(3 * KILLS * BATCH);
    const logs = (): readonly Received[] =>
      backend.received.filter(({ path }) => path === '/v1/logs');
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const before = logs().length;
      const server = await startCollector(place);
      await until('a part of the drain', () => (logs().length > before ? true : undefined));
      expect((await server.kill()).signal).toBe('SIGKILL');
      expect(cursorOf(place.home), 'the drain goes on').toBeLessThan(stored.size);
    }
    const server = await startCollector(place);
    await until('the end of the drain', async () => {
      const page = parseExposition(await (await server.get('/metrics')).text());
      const lag = page.filter(
        ({ name, labels }) =>
          name === 'hall_monitor_export_lag_events' && labels['exporter']?.startsWith('otlp-'),
      );
      return lag.length === 2 && lag.every(({ value }) => value === 0) ? true : undefined;
    });
    expect((await server.stop()).code).toBe(0);

    const expected = [...stored].map(([id, revision]) => `${id} ${revision}`);
    const came = entriesOf(logs());
    expect(new Set(came)).toEqual(new Set(expected));
    expect(came.length - expected.length).toBeLessThanOrEqual(KILLS * BATCH);
    const spans = spansOf(backend.received.filter(({ path }) => path === '/v1/traces'));
    const told = new Set(spans.map(({ attributes }) => attributes['hall_monitor.entry.id']));
    const requests = [...stored.keys()].filter((id) => id.startsWith('req_'));
    expect(requests.filter((id) => !told.has(id))).toEqual([]);
  });

  it('sends the same sums as /metrics, and the last ones when it ends', async () => {
    await using backend = await startBackend();
    const place = placeFor('home-metrics', {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${backend.url}/in`,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_RESOURCE_ATTRIBUTES: 'team=platform',
      OTEL_SERVICE_NAME: 'mine',
    });
    const server = await startCollector(place);
    await server.ready();
    const page = parseExposition(await (await server.get('/metrics')).text());
    expect((await server.stop()).code).toBe(0);
    const last = backend.taken.at(-1);
    expect([last?.path, last?.headers['content-encoding']]).toEqual(['/in', 'gzip']);
    const [sent] = understood({ ...last!, path: '/v1/metrics' }).resourceMetrics ?? [];
    expect(attributesOf(sent?.resource['attributes'] as [])).toMatchObject({
      'service.name': 'mine',
      'service.version': expect.any(String) as string,
      'host.name': expect.any(String) as string,
      team: 'platform',
    });
    const tokens = sent?.scopeMetrics[0]?.metrics.find(
      ({ name }) => name === 'hall_monitor.tokens',
    );
    const points = tokens?.['sum'] as { dataPoints: { asDouble: number }[] } | undefined;
    const sum = (values: readonly number[]): number =>
      values.reduce((total, value) => total + value, 0);
    const shown = page.filter(({ name }) => name === 'hall_monitor_tokens_total');
    expect(shown.length).toBeGreaterThan(0);
    expect(sum(points?.dataPoints.map(({ asDouble }) => asDouble) ?? [])).toBe(
      sum(shown.map(({ value }) => value)),
    );
  });

  it('is stopped by nothing that variables for other programs say', async () => {
    await using backend = await startBackend(answer(200));
    const place = placeFor('home-grpc', {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TIMEOUT: 'soon',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${backend.url}/v1/logs`,
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/protobuf',
      OTEL_TRACES_EXPORTER: 'zipkin',
    });
    const server = await startCollector(place);
    await server.ready();
    const { warnings } = await server.json<{ warnings: readonly string[] }>('/readyz');
    expect(warnings.join()).toMatch(
      /gRPC is not spoken.*OTEL_EXPORTER_OTLP_TIMEOUT|OTEL_EXPORTER_OTLP_TIMEOUT.*gRPC is not spoken/s,
    );
    expect(warnings.join()).toContain('"zipkin"');
    await until('logs', () => (backend.taken.length > 0 ? true : undefined));
    expect((await server.stop()).code).toBe(0);
  });
});
