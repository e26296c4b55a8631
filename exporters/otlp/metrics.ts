import { resourceFromAttributes } from '@opentelemetry/resources';
import type { CollectionResult } from '@opentelemetry/sdk-metrics';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { Component } from '../../src/component.ts';
import { pause } from '../../src/runtime/pause.ts';
import type { OtlpConfig } from './config.ts';
import type { OtlpMetricsDeps } from './deps.ts';
import { createPoster } from './http-post.ts';
import { createMetricPush, type PushResult } from './metric-push.ts';
import { cumulativeSource, deltaSource, type MetricSource } from './metric-source.ts';
import type { Target } from './settings.ts';

const EXPORTER = 'otlp-metrics';
/** The last push must not hold up the end of the process. */
const LAST_PUSH_MS = 2_000;

/** Sends metrics again and again, the last time when told to stop. */
export function createMetrics(
  target: Target,
  config: OtlpConfig,
  deps: OtlpMetricsDeps,
): Required<Pick<Component, 'run' | 'trouble'>> {
  let trouble: string | undefined;
  const note = ({ error, rejected, message }: PushResult): void => {
    const { log, count } = deps;
    if (rejected > 0) {
      count('export_dropped', `${EXPORTER} rejected`, rejected);
      log.warn({ exporter: EXPORTER, rejected, message }, 'The far side took metrics in part.');
    }
    if (error === undefined) {
      trouble = undefined;
      return;
    }
    count('export_retries', EXPORTER);
    const { hint = '' } = error as { readonly hint?: string };
    const text = `${error.message} ${hint}`.trim();
    if (trouble === undefined) log.warn({ exporter: EXPORTER }, text);
    trouble = `The exporter ${EXPORTER} waits: ${text}`;
  };
  const sourceOf = async (): Promise<MetricSource | undefined> => {
    try {
      return config.temporality === 'delta'
        ? await deltaSource(deps, config.history)
        : await cumulativeSource(deps);
    } catch (error) {
      deps.log.error({ err: error, exporter: EXPORTER }, 'Metrics cannot be sent; trying again.');
      trouble = `The exporter ${EXPORTER} failed: ${error instanceof Error ? error.message : String(error)}`;
      return undefined;
    }
  };
  const run = async (signal: AbortSignal): Promise<void> => {
    let source = await sourceOf();
    while (source === undefined && !signal.aborted) {
      await pause(config.metricIntervalMs, signal);
      source = await sourceOf();
    }
    if (source === undefined || signal.aborted) return;
    const limit = new AbortController();
    const push = startPush({ target, config, deps, source, signal: limit.signal, note });
    await aborted(signal);
    const timer = setTimeout(() => limit.abort(), LAST_PUSH_MS);
    try {
      await push.stop();
    } finally {
      clearTimeout(timer);
    }
  };
  return { run, trouble: () => trouble };
}

interface PushParts {
  readonly target: Target;
  readonly config: OtlpConfig;
  readonly deps: OtlpMetricsDeps;
  readonly source: MetricSource;
  readonly signal: AbortSignal;
  readonly note: (result: PushResult) => void;
}

function startPush({ target, config, deps, source, signal, note }: PushParts): {
  readonly stop: () => Promise<void>;
} {
  const { metricIntervalMs, metricTimeoutMs } = config;
  const { version, now, log, resource } = deps;
  let saved = Promise.resolve();
  const exporter = createMetricPush({
    target,
    poster: createPoster(target, version),
    now,
    signal,
    onFailure: (error) => note({ error, rejected: 0, message: '' }),
    onPush: () => {
      const keep = source.begin();
      return (result) => {
        note(result);
        if (result.error !== undefined) return;
        saved = keep().catch((error: unknown) => {
          log.error({ err: error, exporter: EXPORTER }, 'What was sent could not be kept on disk.');
        });
      };
    },
  });
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: metricIntervalMs,
    exportTimeoutMillis: Math.min(metricTimeoutMs, metricIntervalMs),
    metricProducers: [{ collect: () => collectFrom(source, log) }],
  });
  const provider = new MeterProvider({
    resource: resourceFromAttributes(resource),
    readers: [reader],
  });
  const stop = async (): Promise<void> => {
    // A push that fails was told above; the reader would tell it once more by throwing.
    await provider.shutdown().catch(() => undefined);
    await saved;
  };
  return { stop };
}

/** The reader keeps to itself what goes wrong here. */
async function collectFrom(
  { producer }: MetricSource,
  log: OtlpMetricsDeps['log'],
): Promise<CollectionResult> {
  try {
    return await producer.collect();
  } catch (error) {
    log.error({ err: error, exporter: EXPORTER }, 'Metrics could not be collected.');
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
