import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { maskSecrets } from '../../src/config/mask.ts';
import { readOtelEnvironment } from '../../src/config/otel-environment.ts';

const home = mkdtempSync(join(tmpdir(), 'hall-monitor-otel-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const load = (env: Record<string, string>, file: object = {}) => {
  writeFileSync(join(home, 'config.json'), JSON.stringify(file));
  return loadConfig({ env: { HOME: home, HALL_MONITOR_HOME: home, ...env }, workingDir: '/work' });
};

describe('the standard variables', () => {
  it('set nothing where there are none', () => {
    expect(readOtelEnvironment({ OTEL_SERVICE_NAME: 'x' })).toEqual({
      layer: {},
      variables: new Map(),
      warnings: [],
    });
  });

  it('set everything that OTLP needs', async () => {
    const { config } = await load({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://backend:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=1',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TIMEOUT: '5000',
      OTEL_EXPORTER_OTLP_CERTIFICATE: 'ca.pem',
      OTEL_EXPORTER_OTLP_CLIENT_KEY: '/key.pem',
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: '~/cert.pem',
      OTEL_EXPORTER_OTLP_INSECURE: 'TRUE',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'DELTA',
      OTEL_METRIC_EXPORT_INTERVAL: '10000',
      OTEL_METRIC_EXPORT_TIMEOUT: '2000',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'https://logs.example/x',
      OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '7',
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/protobuf',
    });
    expect(config.otlp).toMatchObject({
      enabled: true,
      endpoint: 'http://backend:4318',
      protocol: 'http/json',
      headers: 'api-key=1',
      compression: 'gzip',
      timeoutMs: 5_000,
      certificateFile: '/work/ca.pem',
      clientKeyFile: '/key.pem',
      clientCertificateFile: join(home, 'cert.pem'),
      insecure: true,
      temporality: 'delta',
      metricIntervalMs: 10_000,
      metricTimeoutMs: 2_000,
      traces: { exporter: 'none', endpoint: null },
      logs: { endpoint: 'https://logs.example/x', timeoutMs: 7, protocol: 'http/protobuf' },
    });
  });

  it('win over the file, and our own variables over them', async () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://claude:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    };
    const file = { otlp: { endpoint: 'http://file:4318', headers: 'a=1' } };
    const loaded = await load(
      {
        ...env,
        HALL_MONITOR_OTLP_PROTOCOL: 'http/json',
        HALL_MONITOR_OTLP_TRACES_TIMEOUT_MS: '30',
      },
      file,
    );
    expect(loaded.config.otlp).toMatchObject({
      endpoint: 'http://claude:4317',
      protocol: 'http/json',
      headers: 'a=1',
      traces: { timeoutMs: 30 },
    });
    expect(loaded.otelVariableOf(['otlp', 'endpoint'])).toBe('OTEL_EXPORTER_OTLP_ENDPOINT');
    expect(loaded.otelVariableOf(['otlp', 'protocol'])).toBeUndefined();
    expect(loaded.sourceOf(['otlp', 'headers'])).toBe('file');
  });

  it('keep headers secret where the configuration is shown', async () => {
    const { config } = await load({
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=hidden',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'api-key=hidden',
    });
    const shown = maskSecrets(config);
    expect(JSON.stringify(shown)).not.toContain('hidden');
    expect(shown.otlp).toMatchObject({
      headers: '********',
      traces: { headers: '********' },
      logs: { headers: null },
    });
  });

  it('switch everything off by OTEL_SDK_DISABLED, which only the word true does', async () => {
    expect((await load({ OTEL_SDK_DISABLED: 'True' })).config.otlp.enabled).toBe(false);
    expect((await load({ OTEL_SDK_DISABLED: '1' })).config.otlp.enabled).toBe(true);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http', 'http/protobuf or http/json or grpc'],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd', 'gzip or none'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s', 'milliseconds from 1 to 86400000'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '0', 'milliseconds from 1 to 86400000'],
    [
      'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
      'both',
      'cumulative or delta or lowmemory',
    ],
  ])('never stop anything: %s=%s is passed over with a warning', async (name, value, expected) => {
    expect(readOtelEnvironment({ [name]: value })).toEqual({
      layer: {},
      variables: new Map(),
      warnings: [`${name} is not used: it should be ${expected}.`],
    });
    expect((await load({ [name]: value })).config.otlp.protocol).toBe('http/protobuf');
  });

  it.each([
    ['otlp', 'otlp', []],
    ['none', 'none', []],
    [
      'console, OTLP',
      'otlp',
      ['OTEL_LOGS_EXPORTER names "console": Hall Monitor knows otlp and none.'],
    ],
    ['zipkin', 'none', ['OTEL_LOGS_EXPORTER names "zipkin": Hall Monitor knows otlp and none.']],
  ])('OTEL_LOGS_EXPORTER=%s means %s', (value, exporter, warnings) => {
    const read = readOtelEnvironment({ OTEL_LOGS_EXPORTER: value });
    expect(read.layer).toEqual({ otlp: { logs: { exporter } } });
    expect(read.warnings).toEqual(warnings);
  });
});
