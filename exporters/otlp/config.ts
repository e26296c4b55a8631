/** One of the three things that are sent. */
export type Signal = 'metrics' | 'traces' | 'logs';

/** How requests are made; null where a signal has nothing of its own and the general setting holds. */
export interface SignalConfig {
  readonly exporter: 'otlp' | 'none';
  readonly endpoint: string | null;
  readonly protocol: Protocol | null;
  readonly headers: string | null;
  readonly compression: 'none' | 'gzip' | null;
  readonly timeoutMs: number | null;
  readonly certificateFile: string | null;
  readonly clientKeyFile: string | null;
  readonly clientCertificateFile: string | null;
}

/** Protocols that OTLP knows; gRPC is not spoken here. */
export type Protocol = 'http/protobuf' | 'http/json' | 'grpc';

/** The section `otlp` of the configuration, and where this program itself is reached. */
export interface OtlpConfig extends Readonly<Record<Signal, SignalConfig>> {
  readonly enabled: boolean;
  readonly endpoint: string | null;
  readonly protocol: Protocol;
  readonly headers: string | null;
  readonly insecure: boolean;
  readonly compression: 'none' | 'gzip';
  readonly timeoutMs: number;
  readonly certificateFile: string | null;
  readonly clientKeyFile: string | null;
  readonly clientCertificateFile: string | null;
  readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
  readonly metricIntervalMs: number;
  readonly metricTimeoutMs: number;
  readonly content: boolean;
  readonly history: boolean;
  readonly own: OwnAddress;
  /** What is wrong with the standard variables, one sentence each. */
  readonly warnings: readonly string[];
}

/** Where this program is reached. */
export interface OwnAddress {
  readonly host: string;
  readonly port: number;
  /** Further names, each with or without a port. */
  readonly allowedHosts: readonly string[];
}
