import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { otlp } from '../../../exporters/otlp/traces-and-logs.ts';
import { isOwnAddress } from '../../../exporters/otlp/own-address.ts';
import { parseHeaders } from '../../../src/runtime/parse-headers.ts';
import { retryAfterMs } from '../../../src/runtime/retry-after.ts';
import { resolveSettings } from '../../../exporters/otlp/settings.ts';
import { otlpConfig, type OtlpWishes } from '../../support/otlp-config.ts';

const BACKEND = 'http://127.0.0.1:4318';
const urlsOf = (wishes: OtlpWishes): readonly (string | undefined)[] => {
  const { metrics, traces, logs } = resolveSettings(otlpConfig(wishes));
  return [metrics?.url.href, traces?.url.href, logs?.url.href];
};

describe('where signals go', () => {
  it('is nowhere while no endpoint is set, and nobody is warned of what is there for other programs', () => {
    const settings = resolveSettings(
      otlpConfig({ protocol: 'grpc', warnings: ['OTEL_X is not used.'] }),
    );
    expect(settings).toEqual({ metrics: null, traces: null, logs: null, warnings: [] });
  });

  it.each([
    ['http://backend:4318', 'http://backend:4318/v1/'],
    ['http://backend:4318/', 'http://backend:4318/v1/'],
    ['https://backend/otlp//', 'https://backend/otlp/v1/'],
    ['https://backend/api?team=a', 'https://backend/api/v1/{}?team=a'],
  ])('is below %s', (endpoint, expected) => {
    const whole = expected.includes('{}') ? expected : `${expected}{}`;
    expect(urlsOf({ endpoint })).toEqual(
      ['metrics', 'traces', 'logs'].map((signal) => whole.replace('{}', signal)),
    );
  });

  it('is the very address that a signal has of its own', () => {
    expect(
      urlsOf({ endpoint: BACKEND, traces: { endpoint: 'https://traces.example/in/' } }),
    ).toEqual([`${BACKEND}/v1/metrics`, 'https://traces.example/in/', `${BACKEND}/v1/logs`]);
    expect(urlsOf({ logs: { endpoint: 'https://logs.example' } })).toEqual([
      undefined,
      undefined,
      'https://logs.example/',
    ]);
  });

  it('is nowhere for a signal that nobody exports, and for all where everything is off', () => {
    expect(urlsOf({ endpoint: BACKEND, logs: 'none' })[2]).toBeUndefined();
    expect(urlsOf({ endpoint: BACKEND, enabled: false })).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    [
      'grpc',
      { endpoint: BACKEND, protocol: 'grpc' },
      /gRPC is not spoken.*http\/protobuf.*HALL_MONITOR_OTLP_PROTOCOL/,
    ],
    ['no address', { endpoint: 'backend' }, /no address/],
    ['no scheme', { endpoint: 'localhost:4318' }, /no address/],
    ['another scheme', { endpoint: 'file:///etc/passwd' }, /no address/],
    ['a password', { endpoint: 'https://me:secret@backend' }, /has a password in it/],
    ['ourselves', { endpoint: 'http://localhost:9464' }, /is Hall Monitor itself/],
    [
      'headers in the open',
      { endpoint: 'http://backend:4318', headers: 'api-key=secret' },
      /unencrypted to backend:4318/,
    ],
  ] as const)('is nowhere with %s, and says why without secrets', (_name, wishes, words) => {
    const { warnings, ...targets } = resolveSettings(otlpConfig(wishes));
    expect(targets).toEqual({ metrics: null, traces: null, logs: null });
    expect(warnings[0]).toMatch(words);
    expect(warnings.join()).not.toContain('secret');
  });

  it.each([
    ['over TLS', { endpoint: 'https://backend' }],
    ['on this machine', { endpoint: BACKEND }],
    ['where it is allowed', { endpoint: 'http://backend:4318', insecure: true }],
  ])('takes headers along %s', (_name, wishes) => {
    const { logs, warnings } = resolveSettings(otlpConfig({ headers: 'a=1', ...wishes }));
    expect([logs?.headers, warnings]).toEqual([{ a: '1' }, []]);
  });

  it('has what a signal sets of its own before what holds for all', () => {
    const { metrics, traces } = resolveSettings(
      otlpConfig({
        endpoint: BACKEND,
        headers: 'a=1,b=2',
        compression: 'gzip',
        certificateFile: '/ca',
        traces: {
          protocol: 'http/json',
          headers: 'a=3',
          compression: 'none',
          timeoutMs: 5,
          clientKeyFile: '/key',
        },
      }),
    );
    expect(metrics).toMatchObject({
      encoding: 'protobuf',
      headers: { a: '1', b: '2' },
      isCompressed: true,
      timeoutMs: 10_000,
      tls: { ca: '/ca', key: null, cert: null },
    });
    expect(traces).toMatchObject({
      encoding: 'json',
      headers: { a: '3' },
      isCompressed: false,
      timeoutMs: 5,
      tls: { ca: '/ca', key: '/key', cert: null },
    });
  });

  it('decides whether there is anything to do for the thread that exports', () => {
    expect(otlp.isWanted(otlpConfig())).toBe(false);
    expect(otlp.isWanted(otlpConfig({ metrics: { endpoint: BACKEND } }))).toBe(false);
    expect(otlp.isWanted(otlpConfig({ endpoint: BACKEND, traces: 'none', logs: 'none' }))).toBe(
      false,
    );
    expect(otlp.isWanted(otlpConfig({ endpoint: BACKEND, traces: 'none' }))).toBe(true);
  });

  it('tells once what is wrong with all, and with variables that were passed over', () => {
    const { warnings } = resolveSettings(
      otlpConfig({
        endpoint: BACKEND,
        headers: 'content-type=x',
        warnings: ['OTEL_X is not used.'],
      }),
    );
    expect(warnings).toEqual([
      'OTEL_X is not used.',
      'Header 1 of OTLP is not used: content-type is set by Hall Monitor itself.',
    ]);
  });
});

describe('an address of our own', () => {
  const own = { host: '127.0.0.1', port: 9464, allowedHosts: ['monitor.internal', 'proxy:19464'] };
  it.each([
    'http://127.0.0.1:9464',
    'http://localhost:9464/v1/traces',
    'http://LOCALHOST.:9464',
    'http://a.localhost:9464',
    'http://127.9.9.9:9464',
    'http://2130706433:9464',
    'http://0x7f.1:9464',
    'http://[::1]:9464',
    'http://[0:0:0:0:0:0:0:1]:9464',
    'http://[::ffff:127.0.0.1]:9464',
    'http://0.0.0.0:9464',
    'http://[::]:9464',
    'https://localhost:9464',
    'http://monitor.internal:9464',
    'http://proxy:19464',
  ])('is %s', (url) => {
    expect(isOwnAddress(new URL(url), own)).toBe(true);
  });

  it.each([
    'http://127.0.0.1:4318',
    'http://backend:9464',
    'http://proxy:9464',
    'http://localhost',
    'http://128.0.0.1:9464',
  ])('is not %s', (url) => {
    expect(isOwnAddress(new URL(url), own)).toBe(false);
  });

  it('is any of this machine where the server listens on all of them', () => {
    const url = new URL(`http://${hostname()}:9464`);
    expect(isOwnAddress(url, { ...own, host: '0.0.0.0' })).toBe(true);
    expect(isOwnAddress(url, own)).toBe(hostname() === 'localhost');
  });

  it('has the usual port of its scheme where none is given', () => {
    expect(isOwnAddress(new URL('http://localhost'), { ...own, port: 80 })).toBe(true);
    expect(isOwnAddress(new URL('https://localhost'), { ...own, port: 443 })).toBe(true);
  });
});

describe('headers', () => {
  it.each([
    ['', {}],
    ['a=1', { a: '1' }],
    [' A = 1 ,, b=2=3 ', { a: '1', b: '2=3' }],
    ['authorization=Basic%20dTpw%3D%3D', { authorization: 'Basic dTpw==' }],
    ['x=1;property', { x: '1;property' }],
    ['x=', { x: '' }],
  ])('are read from %j', (text, headers) => {
    expect(parseHeaders(text, 'OTLP')).toEqual({ headers, warnings: [] });
  });

  it.each([
    ['secret', /no name/],
    ['=secret', /no name/],
    ['a b=secret', /no name/],
    ['a=secret%0d%0aHost:%20x', /characters that are not allowed/],
    ['a=%zzsecret', /not URL-encoded/],
    ['a=secret%E2%82%AC', /characters that are not allowed/],
    ['Content-Length=secret', /set by Hall Monitor/],
    ['host=secret', /set by Hall Monitor/],
  ])('are not read from %j, and no warning has the value', (text, words) => {
    const { headers, warnings } = parseHeaders(`${text},good=1`, 'OTLP');
    expect(headers).toEqual({ good: '1' });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(words);
    expect(warnings[0]).not.toContain('secret');
  });
});

describe('Retry-After', () => {
  const nowMs = Date.UTC(2026, 10, 20, 9);
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Fri, 20 Nov 2026 09:01:30 GMT', 90_000],
    ['Friday, 20-Nov-26 09:00:10 GMT', 10_000],
    ['Fri, 20 Nov 2026 08:00:00 GMT', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['99999999999', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of %j means %j ms', (header, ms) => {
    expect(retryAfterMs(header, nowMs)).toBe(ms);
  });
});
