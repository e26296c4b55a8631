import { spawn } from 'node:child_process';
import { join } from 'node:path';
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LineSpans } from '../../exporters/otlp/line-spans.ts';
import { createRecords } from '../../exporters/otlp/logs.ts';
import { SCHEMA_URL } from '../../exporters/otlp/names.ts';
import { createPusher } from '../../exporters/otlp/pusher.ts';
import { readableSpan } from '../../exporters/otlp/span-draft.ts';
import { openCollector } from '../../src/cli/collector.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { readCursor } from '../../src/store/cursor-table.ts';
import { createReader } from '../../src/store/reader.ts';
import type { Stored } from '../../src/store/store.ts';
import { otlpConfig } from '../support/otlp-config.ts';
import type { Bench, Figures } from './bench.ts';
import { median, rounded, withFolder } from './bench.ts';
import { writeLargeStore } from './large-store.ts';

const RUNS = 3;
/** What the benchmark of live collecting writes. */
const LIVE_EVENTS_PER_SECOND = 1_000;
const BATCH = 1_000;

/** A backend of its own process that takes everything and counts bytes. */
const BACKEND = `
  const server = require('node:http').createServer((request, response) => {
    request.on('data', () => undefined);
    request.on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

/** How fast a backlog goes to a backend on this machine, one signal alone and both beside each other. */
export const run: Bench = (options) =>
  withFolder(async (folder) => {
    const requests = options.isQuick ? 20_000 : 100_000;
    const events = requests * 1.5;
    const backend = spawn(process.execPath, ['-e', BACKEND], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await new Promise<number>((resolve) =>
      backend.stdout.once('data', (text: Buffer) => resolve(Number(text))),
    );
    const endpoint = `http://127.0.0.1:${port}`;
    const home = join(folder, 'home');
    writeLargeStore({ home, requests, nowMs: Date.now() });
    try {
      const rates: Record<string, number> = {};
      for (const [name, signals] of [
        ['logs', { traces: 'none' }],
        ['traces', { logs: 'none' }],
        ['both', {}],
        ['both_json', { protocol: 'http/json' }],
      ] as const) {
        const seconds: number[] = [];
        const cpuSeconds: number[] = [];
        for (let round = 0; round < RUNS; round += 1) {
          const before = process.cpuUsage();
          seconds.push(await drain(home, { endpoint, ...signals }));
          const { user, system } = process.cpuUsage(before);
          cpuSeconds.push((user + system) / 1_000_000);
          options.note(`${name}: ${rounded(events / (seconds.at(-1) ?? 1), 0)} events/s`);
        }
        rates[`${name}_events_per_s`] = rounded(events / median(seconds), 0);
        // What a core does that nobody else wants.
        rates[`${name}_events_per_cpu_s`] = rounded(events / median(cpuSeconds), 0);
      }
      return {
        events,
        ...rates,
        both_over_live_rate: rounded((rates['both_events_per_s'] ?? 0) / LIVE_EVENTS_PER_SECOND),
        ...encodeCost(home),
      };
    } finally {
      backend.kill();
    }
  });

/** Seconds until everything in a store has gone out. */
async function drain(home: string, more: Parameters<typeof otlpConfig>[0]): Promise<number> {
  const collector = await openCollector({ home, overrideFile: null, waitMs: 1_000 });
  collector.store.db.exec('DELETE FROM export_cursor');
  const reader = createReader(join(home, 'hall-monitor.db'));
  const last = reader.lastSeq();
  const stop = new AbortController();
  const done = new Set<string>();
  const isWanted = (name: 'traces' | 'logs'): boolean => more?.[name] !== 'none';
  const expected = (['traces', 'logs'] as const).filter(isWanted).length;
  const pusher = createPusher(
    otlpConfig({ ...more, history: true }),
    {
      reader,
      cursors: {
        load: (exporter) => readCursor(reader.db, exporter),
        save: async (exporter, seq, refused = []) => {
          collector.saveCursor(exporter, seq, refused);
          if (seq >= last) done.add(exporter);
          if (done.size === expected) stop.abort();
          await Promise.resolve();
        },
      },
      home,
      resource: { 'service.name': 'hall-monitor' },
      version: '0.0.0',
      timezone: 'UTC',
      log: silentLog,
      now: Date.now,
      count: () => undefined,
    },
    { lingerMs: 0 },
  );
  const startMs = performance.now();
  await pusher.run(stop.signal);
  const seconds = (performance.now() - startMs) / 1_000;
  reader.close();
  collector.close();
  return seconds;
}

/** Microseconds of processor time for one event, by step: reading, making, and writing in either form. */
function encodeCost(home: string): Figures {
  const reader = createReader(join(home, 'hall-monitor.db'));
  const origin = {
    resource: resourceFromAttributes({ 'service.name': 'hall-monitor' }),
    scope: { name: 'hall-monitor', version: '0.0.0', schemaUrl: SCHEMA_URL },
  };
  const telling = { hasContent: false, projectName: () => 'project' };
  const batches: (readonly Stored[])[] = [];
  const costs: Record<string, number> = {};
  const timed = <T>(name: string, work: () => T): T => {
    const before = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(before);
    costs[name] = (costs[name] ?? 0) + user + system;
    return result;
  };
  let seq = 0;
  while (batches.length < 15) {
    const { lines, toSeq } = timed('read', () => reader.current(seq, BATCH));
    batches.push(lines);
    seq = toSeq;
  }
  const records = createRecords(reader.db);
  const spans = new LineSpans(reader.db, telling);
  let bytes = 0;
  for (const batch of batches) {
    const logs = timed('logs_make', () => [
      ...records(batch, { origin, ...telling, observedMs: 0 }),
    ]);
    bytes +=
      timed('logs_protobuf', () => ProtobufLogsSerializer.serializeRequest(logs))?.length ?? 0;
    timed('logs_json', () => JsonLogsSerializer.serializeRequest(logs));
    const made = timed('traces_make', () =>
      spans.of(batch).map((draft) => readableSpan(draft, origin)),
    );
    timed('traces_protobuf', () => ProtobufTraceSerializer.serializeRequest(made));
    timed('traces_json', () => JsonTraceSerializer.serializeRequest(made));
  }
  reader.close();
  const events = batches.reduce((sum, { length }) => sum + length, 0);
  return {
    ...Object.fromEntries(
      Object.entries(costs).map(([name, us]) => [`${name}_us_per_event`, rounded(us / events, 2)]),
    ),
    logs_protobuf_bytes_per_event: rounded(bytes / events, 0),
  };
}
