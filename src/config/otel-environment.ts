import { assign, type Layer } from './environment.ts';
import { set, type Environment } from './platform.ts';

/** What the standard `OTEL_*` variables set, and which of them cannot be used. */
export interface OtelEnvironment {
  /** A partial configuration that needs no further check. */
  readonly layer: Layer;
  /** The variable that set a key, by the key's path with dots. */
  readonly variables: ReadonlyMap<string, string>;
  /** One sentence for each variable that was passed over. */
  readonly warnings: readonly string[];
}

/** Signals of OpenTelemetry, as they stand in names of variables and in the configuration. */
const OTEL_SIGNALS = ['metrics', 'traces', 'logs'] as const;

/** A text as a value, or why it is none. */
type Read = (text: string) => { readonly value: unknown } | { readonly expected: string };

const text: Read = (value) => ({ value });

const oneOf =
  (...allowed: readonly string[]): Read =>
  (value) => {
    const lower = value.trim().toLowerCase();
    return allowed.includes(lower) ? { value: lower } : { expected: allowed.join(' or ') };
  };

const milliseconds: Read = (value) => {
  const number = Number(value.trim());
  return Number.isInteger(number) && number >= 1 && number <= 86_400_000
    ? { value: number }
    : { expected: 'milliseconds from 1 to 86400000' };
};

/** Hall Monitor's own key for what a variable of OTLP ends with. */
const OTLP: Readonly<Record<string, readonly [key: string, read: Read]>> = {
  ENDPOINT: ['endpoint', text],
  PROTOCOL: ['protocol', oneOf('http/protobuf', 'http/json', 'grpc')],
  HEADERS: ['headers', text],
  COMPRESSION: ['compression', oneOf('gzip', 'none')],
  TIMEOUT: ['timeoutMs', milliseconds],
  CERTIFICATE: ['certificateFile', text],
  CLIENT_KEY: ['clientKeyFile', text],
  CLIENT_CERTIFICATE: ['clientCertificateFile', text],
};

/** What a variable sets, and how it is read. */
interface Variable {
  readonly name: string;
  readonly path: readonly string[];
  readonly read: Read;
}

const otlpVariables = (prefix: string, before: readonly string[]): readonly Variable[] =>
  Object.entries(OTLP).map(([end, [key, read]]) => ({
    name: `OTEL_EXPORTER_OTLP_${prefix}${end}`,
    path: [...before, key],
    read,
  }));

/** Anything but `true` means false. */
const truth: Read = (value) => ({ value: value.trim().toLowerCase() === 'true' });

const VARIABLES: readonly Variable[] = [
  {
    name: 'OTEL_SDK_DISABLED',
    path: ['enabled'],
    read: (value) => ({ value: value.trim().toLowerCase() !== 'true' }),
  },
  ...otlpVariables('', []),
  { name: 'OTEL_EXPORTER_OTLP_INSECURE', path: ['insecure'], read: truth },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    path: ['temporality'],
    read: oneOf('cumulative', 'delta', 'lowmemory'),
  },
  { name: 'OTEL_METRIC_EXPORT_INTERVAL', path: ['metricIntervalMs'], read: milliseconds },
  { name: 'OTEL_METRIC_EXPORT_TIMEOUT', path: ['metricTimeoutMs'], read: milliseconds },
  ...OTEL_SIGNALS.flatMap((signal) => otlpVariables(`${signal.toUpperCase()}_`, [signal])),
];

/** The standard variables as settings. Source: OpenTelemetry specification 1.50, SDK and OTLP exporter configuration. */
export function readOtelEnvironment(env: Environment): OtelEnvironment {
  const warnings: string[] = [];
  const variables = new Map<string, string>();
  const otlp: Record<string, unknown> = {};
  const put = (path: readonly string[], name: string, value: unknown): void => {
    assign(otlp, path, value);
    variables.set(['otlp', ...path].join('.'), name);
  };
  for (const { name, path, read } of VARIABLES) {
    const given = set(env[name]);
    if (given === undefined) continue;
    const found = read(given);
    if ('value' in found) put(path, name, found.value);
    else warnings.push(`${name} is not used: it should be ${found.expected}.`);
  }
  for (const signal of OTEL_SIGNALS) {
    const name = `OTEL_${signal.toUpperCase()}_EXPORTER`;
    const list = set(env[name]);
    if (list === undefined) continue;
    const { exporter, unknown } = exporterOf(list);
    put([signal, 'exporter'], name, exporter);
    if (unknown.length > 0) {
      warnings.push(`${name} names ${unknown.join(', ')}: Hall Monitor knows otlp and none.`);
    }
  }
  return { layer: variables.size === 0 ? {} : { otlp }, variables, warnings };
}

/** Whether a signal is sent; what else a list names is sent by nobody. */
function exporterOf(list: string): {
  readonly exporter: 'otlp' | 'none';
  readonly unknown: readonly string[];
} {
  const names = list.split(',').map((name) => name.trim().toLowerCase());
  const unknown = names.filter((name) => name !== 'otlp' && name !== 'none');
  return {
    exporter: names.includes('otlp') ? 'otlp' : 'none',
    unknown: unknown.map((name) => JSON.stringify(name)),
  };
}
