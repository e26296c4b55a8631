/** From what a person set to where each signal goes. What cannot be used becomes a warning: it must not stop collecting. */
import type { OtlpConfig, Signal, SignalConfig } from './config.ts';
import { isLoopbackHost, isOwnAddress } from './own-address.ts';
import { parseHeaders } from '../../src/runtime/parse-headers.ts';

/** Where a signal goes, and how. */
export interface Target {
  readonly url: URL;
  readonly encoding: 'protobuf' | 'json';
  readonly headers: Readonly<Record<string, string>>;
  readonly isCompressed: boolean;
  readonly timeoutMs: number;
  /** PEM files, by what TLS calls them; null where the usual holds. */
  readonly tls: Readonly<Record<'ca' | 'key' | 'cert', string | null>>;
}

/** Where everything goes; null for what stays here. */
export interface OtlpSettings extends Readonly<Record<Signal, Target | null>> {
  /** What is wrong with the settings, one sentence each. */
  readonly warnings: readonly string[];
}

const SIGNALS: readonly Signal[] = ['metrics', 'traces', 'logs'];

/** Works out where each signal goes. */
export function resolveSettings(config: OtlpConfig): OtlpSettings {
  // Variables that are there for other programs are nobody's fault where nothing is to be sent.
  const isMeant =
    config.enabled &&
    [config, ...SIGNALS.map((signal) => config[signal])].some(({ endpoint }) => endpoint !== null);
  const warnings = new Set(isMeant ? config.warnings : []);
  const [metrics = null, traces = null, logs = null] = SIGNALS.map((signal) =>
    config.enabled ? targetOf(config, signal, warnings) : null,
  );
  return { metrics, traces, logs, warnings: [...warnings] };
}

function targetOf(config: OtlpConfig, signal: Signal, warnings: Set<string>): Target | null {
  const own = config[signal];
  const address = own.endpoint ?? config.endpoint;
  if (own.exporter === 'none' || address === null) return null;
  if ((own.protocol ?? config.protocol) === 'grpc') {
    warnings.add(
      'OTLP over gRPC is not spoken: nothing is sent. Set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf and OTEL_EXPORTER_OTLP_ENDPOINT to the port for HTTP, which is 4318 as a rule; or, where these variables are for other programs, set HALL_MONITOR_OTLP_PROTOCOL and HALL_MONITOR_OTLP_ENDPOINT.',
    );
    return null;
  }
  const url = urlOf(address, own.endpoint === null ? `v1/${signal}` : null);
  const fault = faultOf(url, config);
  if (url === null || fault !== undefined) {
    warnings.add(`The ${signal} are not sent: ${fault}`);
    return null;
  }
  const { headers, warnings: bad } = parseHeaders(own.headers ?? config.headers ?? '', 'OTLP');
  bad.forEach((warning) => warnings.add(warning));
  const isExposed = url.protocol === 'http:' && !isLoopbackHost(url.hostname);
  if (isExposed && Object.keys(headers).length > 0 && !config.insecure) {
    warnings.add(
      `The ${signal} are not sent: their headers would go unencrypted to ${url.host}. Use https, or allow it with OTEL_EXPORTER_OTLP_INSECURE=true.`,
    );
    return null;
  }
  return { url, headers, ...manner(config, own) };
}

function manner(config: OtlpConfig, own: SignalConfig): Omit<Target, 'url' | 'headers'> {
  return {
    encoding: (own.protocol ?? config.protocol) === 'http/json' ? 'json' : 'protobuf',
    isCompressed: (own.compression ?? config.compression) === 'gzip',
    timeoutMs: own.timeoutMs ?? config.timeoutMs,
    tls: {
      ca: own.certificateFile ?? config.certificateFile,
      key: own.clientKeyFile ?? config.clientKeyFile,
      cert: own.clientCertificateFile ?? config.clientCertificateFile,
    },
  };
}

/** An address with the path of its signal put after it; one that a signal has of its own is taken as it is. */
function urlOf(address: string, path: string | null): URL | null {
  const url = URL.parse(address.trim());
  if (url !== null && path !== null) url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}

function faultOf(url: URL | null, config: OtlpConfig): string | undefined {
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    return 'their endpoint is no address of the form http://host:port or https://host:port. Correct OTEL_EXPORTER_OTLP_ENDPOINT.';
  }
  if (url.username !== '' || url.password !== '') {
    return 'their endpoint has a password in it. Move it to OTEL_EXPORTER_OTLP_HEADERS, which are never shown.';
  }
  return isOwnAddress(url, config.own)
    ? `${url.host} is Hall Monitor itself. Set HALL_MONITOR_OTLP_ENDPOINT to another backend, or HALL_MONITOR_OTLP_ENABLED=false where OTEL_EXPORTER_OTLP_ENDPOINT is meant for Claude Code.`
    : undefined;
}
