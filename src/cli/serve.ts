import path from 'node:path';
import { exporters } from '../../exporters/index.ts';
import { receivers } from '../../receivers/index.ts';
import type { Component, Installable, InstallableReceiver } from '../component.ts';
import type { Config } from '../config/schema.ts';
import { systemTimeZoneName } from '../rollups/time-zone.ts';
import { createGauges } from '../runtime/gauges.ts';
import { freeMemory } from '../runtime/free-memory.ts';
import { createLog } from '../runtime/log.ts';
import { createServer } from '../server/server.ts';
import { STORE_FILE } from '../store/open.ts';
import { createReader } from '../store/reader.ts';
import type { CommandContext, CommandResult } from './context.ts';
import type { IngestReport } from './ingest-messages.ts';
import { type Counters, createCounters } from './counters.ts';
import { startIngestWorker } from './ingest-worker.ts';
import { offerProcess, resourceOf } from './this-process.ts';
import { createProgressBar } from './progress.ts';
import { receiverSettings } from './receiver-settings.ts';
import { createServeState } from './serve-state.ts';
import { stopSignal } from './stop-signal.ts';
import { packageVersion } from './version.ts';

const DRAIN_MS = 10_000;

/** Collects and serves until it is told to stop. */
export const run = async ({ config, terminal }: CommandContext): CommandResult => {
  const stop = stopSignal();
  const log = createLog(config.logLevel);
  const gauges = createGauges();
  offerProcess(gauges, terminal.nowMs());
  const counters = createCounters(gauges);
  const state = createServeState(gauges, terminal.nowMs);
  const bar = createProgressBar({
    note: terminal.note,
    isTerminal: process.stderr.isTTY,
    now: terminal.nowMs,
  });
  let notify: (lastSeq: number) => void = () => undefined;
  const ingest = startIngestWorker(ingestOrder(config), (report: IngestReport) => {
    state.note(report);
    if (report.kind === 'committed') notify(report.lastSeq);
    if (report.kind === 'count') counters.add(report.name, report.label, report.by);
    if (report.kind === 'log') log[report.level](report.fields, report.message);
    if (report.kind === 'backfill') bar.show(report.progress);
    if (report.kind !== 'caught_up') return;
    bar.clear();
    freeMemory();
  });
  await ingest.opened;
  const reader = createReader(path.join(config.home, STORE_FILE));
  try {
    notify = reader.notify;
    const components = [
      ...createExporters(config, { reader, gauges, log, count: counters.add }),
      ...createIntakes(config),
    ];
    const routes = components.flatMap((component) => component.routes ?? []);
    const { host, port, allowedHosts } = config;
    const running = await createServer({
      host,
      port,
      allowedHosts,
      token: config.token ?? undefined,
      routes,
      health: state.health,
      log,
    }).listen();
    terminal.note(whereToLook(running.url, config));
    const loops = Promise.all(
      components.flatMap((component) => component.run?.(stop.signal) ?? []),
    );
    try {
      await Promise.race([stop.requested, ingest.ended, failureOf(loops)]);
    } finally {
      bar.clear();
      stop.abort();
      await running.close();
    }
    await loops;
  } finally {
    await ingest.close(DRAIN_MS);
    reader.close();
  }
};

const ingestOrder = (config: Config) => ({
  home: config.home,
  overrideFile: config.pricing.overrideFile,
  receivers: receiverSettings(config),
});

/** What receivers have to be served. */
const createIntakes = (config: Config): readonly Component[] => {
  const settings: Readonly<Record<string, unknown>> = receiverSettings(config);
  return receivers.flatMap((receiver) => {
    const { name, intake } = receiver as InstallableReceiver<unknown>;
    return intake === undefined ? [] : [intake(settings[name])];
  });
};

interface ExporterParts {
  readonly reader: ReturnType<typeof createReader>;
  readonly gauges: ReturnType<typeof createGauges>;
  readonly log: ReturnType<typeof createLog>;
  readonly count: Counters['add'];
}

/** Makes every exporter of the list; each takes of the settings and parts what it knows. */
const createExporters = (
  config: Config,
  { reader, gauges, log, count }: ExporterParts,
): readonly Component[] => {
  const version = packageVersion();
  const parts = {
    reader,
    gauges,
    log,
    now: Date.now,
    count,
    resource: resourceOf(version),
    entries: reader.entries,
    dataDir: config.home,
    version,
  };
  const settings: Readonly<Record<string, unknown>> = {
    rest: { timezone: config.timezone ?? systemTimeZoneName(), sse: config.sse },
  };
  return exporters.map((exporter) => {
    const { create, config: schema } = exporter as Installable<unknown, typeof parts>;
    return create(schema.parse(settings[exporter.name] ?? {}), parts);
  });
};

/** Rejects when a loop fails; never resolves. */
const failureOf = async (loops: Promise<unknown>): Promise<never> => {
  await loops;
  return await new Promise<never>(() => undefined);
};

const whereToLook = (url: string, { home, claudeDirs }: Config): string =>
  [
    `Hall Monitor collects from ${claudeDirs.join(', ')}`,
    `and keeps it in           ${home}`,
    '',
    `  ${url}/api/sessions      sessions, with what they cost`,
    `  ${url}/api/plans         plans, with what each of their steps cost`,
    `  ${url}/api/metrics       everything that was recorded, newest first`,
    `  ${url}/events/metrics    the same, live`,
    `  ${url}/metrics           for Prometheus`,
    `  ${url}/openapi.json      every route`,
    '',
    'In another terminal: hall-monitor report daily. Ctrl+C stops the collector.',
    '',
  ].join('\n');
