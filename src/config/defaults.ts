/** What holds where nothing is set; the data folder and the folders of Claude Code come from the platform instead. */
export const DEFAULTS = {
  host: '127.0.0.1',
  port: 9464,
  token: null,
  allowedHosts: [],
  timezone: null,
  logLevel: 'info',
  transcripts: {
    watch: 'auto',
    sweepIntervalMs: 30_000,
    pollIntervalMs: 1_000,
  },
  hooks: {
    sweepIntervalMs: 1_000,
    maxPayloadBytes: 16 * 1024 * 1024,
  },
  plans: {
    enabled: true,
    roots: [],
    debounceMs: 150,
    sweepIntervalMs: 30_000,
    pollIntervalMs: 1_000,
    maxManifestBytes: 32 * 1024 * 1024,
  },
  sse: {
    heartbeatMs: 15_000,
    bufferBytes: 1024 * 1024,
    maxClients: 100,
    connectsPerMinute: 5,
  },
  pricing: {
    overrideFile: null,
  },
  retention: {
    hotDays: 30,
  },
  exports: {
    backlogBytes: 256 * 1024 * 1024,
  },
  archive: {
    enabled: true,
    sweepIntervalMs: 60_000,
    compressAfterDays: 7,
    keepDays: 365,
    compression: 'auto',
  },
  otlp: {
    enabled: true,
  },
  clickhouse: {
    url: null,
  },
  reports: {
    folder: null,
    gitAdd: false,
  },
  rawTraces: {
    enabled: false,
  },
} as const;
