import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';

const dayMs = 86_400_000;
const text = z.string().min(1).nullable();
const protocol = z.enum(['http/protobuf', 'http/json', 'grpc']);
const compression = z.enum(['none', 'gzip']);
const timeoutMs = z.int().min(1).max(dayMs);
const insteadOf = (key: string): string => `What holds for this signal instead of \`otlp.${key}\`.`;

const signal = (name: 'metrics' | 'traces' | 'logs', what: string) => {
  const usual = DEFAULTS.otlp[name];
  return z
    .strictObject({
      exporter: z
        .enum(['otlp', 'none'])
        .default(usual.exporter)
        .describe(`Whether ${what} are sent; \`none\` keeps them here.`),
      endpoint: text
        .default(usual.endpoint)
        .describe(
          'Whole address that this signal goes to, taken as it is, instead of `otlp.endpoint`.',
        ),
      protocol: protocol.nullable().default(usual.protocol).describe(insteadOf('protocol')),
      headers: text.default(usual.headers).describe(insteadOf('headers')),
      compression: compression
        .nullable()
        .default(usual.compression)
        .describe(insteadOf('compression')),
      timeoutMs: timeoutMs
        .nullable()
        .default(usual.timeoutMs)
        .describe(
          'Milliseconds that one request of this signal may take, instead of `otlp.timeoutMs`.',
        ),
      certificateFile: text.default(usual.certificateFile).describe(insteadOf('certificateFile')),
      clientKeyFile: text.default(usual.clientKeyFile).describe(insteadOf('clientKeyFile')),
      clientCertificateFile: text
        .default(usual.clientCertificateFile)
        .describe(insteadOf('clientCertificateFile')),
    })
    .prefault({});
};

/** OTLP to a backend. */
export const otlp = z
  .strictObject({
    enabled: z
      .boolean()
      .default(DEFAULTS.otlp.enabled)
      .describe('Whether anything is sent by OTLP at all; without an endpoint nothing is.'),
    endpoint: text
      .default(DEFAULTS.otlp.endpoint)
      .describe(
        'Address of an OpenTelemetry backend or collector, such as `http://127.0.0.1:4318`; `/v1/metrics` and so on is put after it. Null: nothing is sent.',
      ),
    protocol: protocol
      .default(DEFAULTS.otlp.protocol)
      .describe(
        'How it is sent. `grpc` is not spoken: with it nothing is sent, and a warning says so.',
      ),
    headers: text
      .default(DEFAULTS.otlp.headers)
      .describe(
        'Headers that go with every request, as `name=value,name=value` with values URL-encoded. A secret: prefer the environment to the file for it.',
      ),
    insecure: z
      .boolean()
      .default(DEFAULTS.otlp.insecure)
      .describe('Whether headers may go unencrypted to another machine.'),
    compression: compression
      .default(DEFAULTS.otlp.compression)
      .describe('How requests are compressed.'),
    timeoutMs: timeoutMs
      .default(DEFAULTS.otlp.timeoutMs)
      .describe('Milliseconds that one request may take; it is sent again later.'),
    certificateFile: text
      .default(DEFAULTS.otlp.certificateFile)
      .describe(
        "PEM file of the certificates that the backend's own is checked against. Null: the usual ones.",
      ),
    clientKeyFile: text
      .default(DEFAULTS.otlp.clientKeyFile)
      .describe('PEM file of the private key by which the backend knows this machine.'),
    clientCertificateFile: text
      .default(DEFAULTS.otlp.clientCertificateFile)
      .describe('PEM file of the certificate that belongs to that key.'),
    temporality: z
      .enum(['cumulative', 'delta', 'lowmemory'])
      .default(DEFAULTS.otlp.temporality)
      .describe(
        'Whether metrics tell totals, of which an outage loses nothing, or what was added since the last time. `lowmemory` is the same as `cumulative` here.',
      ),
    metricIntervalMs: timeoutMs
      .default(DEFAULTS.otlp.metricIntervalMs)
      .describe('Milliseconds between two times that metrics are sent.'),
    metricTimeoutMs: timeoutMs
      .default(DEFAULTS.otlp.metricTimeoutMs)
      .describe(
        'Milliseconds that collecting and sending metrics may take in all; no more than the interval counts.',
      ),
    content: z
      .boolean()
      .default(DEFAULTS.otlp.content)
      .describe(
        'Whether paths, commands and descriptions go along. Prompts and what tools put out never do.',
      ),
    history: z
      .boolean()
      .default(DEFAULTS.otlp.history)
      .describe(
        'Whether traces and logs of what happened before OTLP was first set up are sent too. Most backends refuse what is old.',
      ),
    metrics: signal('metrics', 'metrics'),
    traces: signal('traces', 'traces'),
    logs: signal('logs', 'events as logs'),
  })
  .prefault({})
  .describe(
    'Metrics, traces and logs to an OpenTelemetry backend. The standard `OTEL_*` variables set the same; see [otlp.md](otlp.md).',
  );
