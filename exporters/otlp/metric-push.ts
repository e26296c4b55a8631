/** The SDK's own exporter of metrics over a transport of ours, which tries once: the next push has everything anyway. */
import type { IExporterTransport } from '@opentelemetry/otlp-exporter-base';
import { createOtlpNetworkExportDelegate } from '@opentelemetry/otlp-exporter-base';
import { createOtlpHttpExporterMetrics } from '@opentelemetry/otlp-exporter-base/node-http';
import { OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http';
import {
  JsonMetricsSerializer,
  MetricsExporterMetricsHelper,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import { TransientError } from '../../src/errors.ts';
import type { Poster } from './http-post.ts';
import { judgeAnswer } from './judge-answer.ts';
import type { Target } from './settings.ts';

/** However long a backend says to stay away, it is asked again after so many milliseconds. */
const LONGEST_REST_MS = 15 * 60_000;

/** What became of the last push. */
export interface PushResult {
  /** Undefined where the backend took it. */
  readonly error: Error | undefined;
  /** Points that it took and threw away. */
  readonly rejected: number;
  readonly message: string;
}

/** What the exporter is made of. */
export interface MetricPushParts {
  readonly target: Target;
  readonly poster: Poster;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Told when a push begins; what it gives back is told how it ended. */
  readonly onPush: () => (result: PushResult) => void;
  /** Told of a push that did not begin. */
  readonly onFailure: (error: Error) => void;
}

/** Makes an exporter for the SDK's periodic reader. */
export function createMetricPush(parts: MetricPushParts): PushMetricExporter {
  const { target } = parts;
  const serializer = target.encoding === 'json' ? JsonMetricsSerializer : ProtobufMetricsSerializer;
  const delegate = createOtlpNetworkExportDelegate(
    { timeoutMillis: target.timeoutMs, concurrencyLimit: 1, compression: 'none' },
    serializer,
    createOtlpHttpExporterMetrics(
      'otlp_http_metric_exporter',
      MetricsExporterMetricsHelper,
      target.url.href,
      undefined,
    ),
    createTransport(parts, (body) => serializer.deserializeResponse(body)),
  );
  const exporter = new OTLPMetricExporterBase(delegate, {
    temporalityPreference: AggregationTemporality.CUMULATIVE,
  });
  return {
    export: (metrics, done) =>
      exporter.export(metrics, (result) => {
        const { error } = result;
        // The SDK gives up by itself where one push has not ended when the next begins.
        if (error !== undefined && !(error instanceof TransportError))
          parts.onFailure(told(error, target));
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
    selectAggregationTemporality: (type) => exporter.selectAggregationTemporality(type),
    selectAggregation: (type) => exporter.selectAggregation(type),
  };
}

/** A failure of the SDK's own in words that say what is wrong. */
const told = (error: Error, { url }: Target): Error =>
  error.message.includes('Concurrent export limit')
    ? new Error(`${url.origin} has not answered the push before this one.`, { cause: error })
    : error;

/** A failure that was told where it arose. */
class TransportError extends Error {
  override readonly name = 'TransportError';
}

type Understand = (body: Uint8Array) => {
  readonly partialSuccess?: {
    readonly rejectedDataPoints?: unknown;
    readonly errorMessage?: unknown;
  };
};

function createTransport(
  { target, poster, now, signal, onPush }: MetricPushParts,
  understand: Understand,
): IExporterTransport {
  let notBeforeMs = 0;
  return {
    send: async (data) => {
      if (now() < notBeforeMs) {
        return { status: 'failure', error: new TransportError('The backend asked for a rest.') };
      }
      const onResult = onPush();
      try {
        const answer = await poster.post(data, signal);
        judgeAnswer(answer, target.url.origin, now());
        onResult({ error: undefined, ...partOf(answer.body, understand) });
        return { status: 'success' };
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error(String(cause));
        onResult({ error, rejected: 0, message: '' });
        const askedMs = error instanceof TransientError ? (error.retryAfterMs ?? 0) : 0;
        notBeforeMs = now() + Math.min(askedMs, LONGEST_REST_MS);
        return { status: 'failure', error: new TransportError(error.message, { cause: error }) };
      }
    },
    shutdown: () => poster.close(),
  };
}

function partOf(
  body: Buffer | null,
  understand: Understand,
): Pick<PushResult, 'rejected' | 'message'> {
  const none = { rejected: 0, message: '' };
  if (body === null || body.length === 0) return none;
  try {
    const { rejectedDataPoints = 0, errorMessage = '' } = understand(body).partialSuccess ?? {};
    const rejected = Number(rejectedDataPoints);
    return {
      rejected: Number.isInteger(rejected) && rejected > 0 ? rejected : 0,
      message: String(errorMessage).slice(0, 500),
    };
  } catch {
    // The status said that it was taken; an answer in another form says nothing more.
    return none;
  }
}
