import path from 'node:path';
import type { Component } from '../component.ts';
import { readOtelEnvironment } from '../config/otel-environment.ts';
import type { Config } from '../config/schema.ts';
import { createGauges, type Gauges } from '../runtime/gauges.ts';
import { freeMemory } from '../runtime/free-memory.ts';
import { createLog, type Log } from '../runtime/log.ts';
import type { Health } from '../server/health.ts';
import { createServer } from '../server/server.ts';
import { STORE_FILE } from '../store/open.ts';
import { createReader } from '../store/reader.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { escapeText } from './escape.ts';
import type { IngestReport } from './ingest-messages.ts';
import { createCounters } from './counters.ts';
import { startExporting } from './exporting.ts';
import { startIngestWorker } from './ingest-worker.ts';
import { offerProcess } from './this-process.ts';
import { createProgressBar } from './progress.ts';
import { receiverSettings } from './receiver-settings.ts';
import { createServeState } from './serve-state.ts';
import { createServingComponents } from './serving-components.ts';
import { offerMoneyGauges } from './money-gauges.ts';
import { offerStoreGauges } from './store-gauges.ts';
import { type StopSignal, stopSignal } from './stop-signal.ts';
import { zoneOf } from './time-options.ts';

const DRAIN_MS = 10_000;
const EXPORT_DRAIN_MS = 3_000;

/** Collects and serves until it is told to stop. */
export const run = async (context: CommandContext): CommandResult => {
  const { config, terminal } = context;
  const zone = zoneOf(context);
  const stop = stopSignal();
  const log = createLog(config.logLevel);
  const gauges = createGauges((gauge, error) =>
    log.error({ err: error, gauge }, 'A gauge could not be read.'),
  );
  offerProcess(gauges, terminal.nowMs());
  const counters = createCounters(gauges);
  const state = createServeState(gauges, terminal.nowMs);
  const bar = createProgressBar({
    note: terminal.note,
    isTerminal: process.stderr.isTTY,
    now: terminal.nowMs,
  });
  let notify: (report: IngestReport) => void = () => undefined;
  const ingest = startIngestWorker(ingestOrder(config), (report: IngestReport) => {
    state.note(report);
    notify(report);
    if (report.kind === 'count') counters.add(report.name, report.label, report.by);
    if (report.kind === 'recovered') terminal.note(`hall-monitor: ${escapeText(report.text)}\n`);
    if (report.kind === 'log') log[report.level](report.fields, report.message);
    if (report.kind === 'backfill') bar.show(report.progress);
    if (report.kind !== 'caught_up') return;
    bar.clear();
    freeMemory();
  });
  await ingest.opened;
  const reader = createReader(path.join(config.home, STORE_FILE));
  offerStoreGauges(gauges, reader.db, terminal.nowMs);
  offerMoneyGauges(gauges, { db: reader.db, zone, limits: config.budgets, now: terminal.nowMs });
  const parts = { config, reader, gauges, log, count: counters.add };
  const exporting = startExporting({ ...parts, ingest, now: terminal.nowMs });
  notify = (report) => {
    if (report.kind === 'committed') reader.notify(report.lastSeq);
    exporting.note(report);
  };
  try {
    const otelWarnings = readOtelEnvironment(terminal.env).warnings;
    const components = createServingComponents({ ...parts, otelWarnings });
    const health = (): Health =>
      withWarnings(state.health(), [...exporting.troubles(), ...troublesOf(components)]);
    offerHealth(gauges, health);
    await answer({
      config,
      components,
      health,
      log,
      stop,
      until: ingest.ended,
      onListening: (url) => terminal.note(whereToLook(url, config)),
    });
  } finally {
    bar.clear();
    // Before the thread that saves their positions.
    await exporting.close(EXPORT_DRAIN_MS);
    await ingest.close(DRAIN_MS);
    reader.close();
  }
};

const troublesOf = (components: readonly Component[]): readonly string[] =>
  components.flatMap((component) => component.trouble?.() ?? []);

/** What is served, and until when. */
interface Answering {
  readonly config: Config;
  readonly components: readonly Component[];
  readonly health: () => Health;
  readonly log: Log;
  readonly stop: StopSignal;
  /** Ends it too, and fails it where this fails. */
  readonly until: Promise<void>;
  readonly onListening: (url: string) => void;
}

/** Answers requests and runs the loops of the components until told to stop. */
const answer = async (answering: Answering): Promise<void> => {
  const { config, components, health, log, stop, until, onListening } = answering;
  const { host, port, allowedHosts } = config;
  const running = await createServer({
    host,
    port,
    allowedHosts,
    token: config.token ?? undefined,
    routes: components.flatMap((component) => component.routes ?? []),
    health,
    log,
  }).listen();
  onListening(running.url);
  const loops = Promise.all(components.flatMap((component) => component.run?.(stop.signal) ?? []));
  try {
    await Promise.race([stop.requested, until, failureOf(loops)]);
  } finally {
    stop.abort();
    await running.close();
  }
  await loops;
};

const offerHealth = (gauges: Gauges, health: () => Health): void => {
  gauges.offer('hall_monitor_ready', () => Number(health().ready));
  gauges.offer('hall_monitor_warnings', () => health().warnings?.length ?? 0);
};

const withWarnings = (health: Health, troubles: readonly string[]): Health => ({
  ...health,
  warnings: [...(health.warnings ?? []), ...troubles],
});

const ingestOrder = (config: Config) => ({
  home: config.home,
  overrideFile: config.pricing.overrideFile,
  receivers: receiverSettings(config),
  retention:
    config.archive.enabled && config.retention.hotDays !== null
      ? { hotDays: config.retention.hotDays, backlogBytes: config.exports.backlogBytes }
      : null,
});

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
