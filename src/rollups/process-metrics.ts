import { counter, gauge, type MetricSpec } from './metric-spec.ts';

/** Metrics that stand in no store: only the running process knows them. */
export const PROCESS_METRICS = {
  ingestLag: gauge('hall_monitor_ingest_lag_seconds', {
    unit: 's',
    labels: ['source'],
    help: 'Time between the last write to an origin and its being in the store.',
    otelName: 'hall_monitor.ingest.lag',
    from: 'process',
  }),
  queueDepth: gauge('hall_monitor_queue_depth', {
    unit: '{batch}',
    help: 'Batches that wait to be written.',
    otelName: 'hall_monitor.queue.depth',
    from: 'process',
  }),
  spoolFiles: gauge('hall_monitor_spool_files', {
    unit: '{payload}',
    help: 'Payloads of hooks that wait in the spool.',
    otelName: 'hall_monitor.spool.files',
    from: 'process',
  }),
  sseClients: gauge('hall_monitor_sse_clients', {
    unit: '{client}',
    help: 'Clients that listen to live events.',
    otelName: 'hall_monitor.sse.clients',
    from: 'process',
  }),
  sseDropped: counter('hall_monitor_sse_dropped_total', {
    unit: '{client}',
    labels: ['reason'],
    help: 'Clients of live events that were cut off; they can resume.',
    from: 'process',
  }),
  readErrors: counter('hall_monitor_read_errors_total', {
    unit: '{error}',
    labels: ['source'],
    help: 'Failed attempts to read an origin; each is tried again.',
    from: 'process',
  }),
  exported: counter('hall_monitor_exported_total', {
    unit: '{event}',
    labels: ['exporter'],
    help: 'Events that the far side of an exporter took, since this process began.',
    otelName: 'hall_monitor.export.events',
    from: 'process',
  }),
  exportRetries: counter('hall_monitor_export_retries_total', {
    unit: '{retry}',
    labels: ['exporter'],
    help: 'Batches that had to be sent once more.',
    otelName: 'hall_monitor.export.retries',
    from: 'process',
  }),
  exportDropped: counter('hall_monitor_export_dropped_total', {
    unit: '{event}',
    labels: ['exporter', 'reason'],
    help: 'Events that an exporter could not deliver, by reason: refused, rejected or quota; of raw traces also too_long, gone and expired; of budgets only refused and expired.',
    otelName: 'hall_monitor.export.dropped',
    from: 'process',
  }),
  redacted: counter('hall_monitor_redacted_total', {
    unit: '{secret}',
    labels: ['type'],
    help: 'Secrets that were taken out of raw traces before they were written.',
    otelName: 'hall_monitor.redacted.secrets',
    from: 'process',
  }),
  exportLag: gauge('hall_monitor_export_lag_events', {
    unit: '{event}',
    labels: ['exporter'],
    help: 'Lines of the log that an exporter has not got to yet.',
    otelName: 'hall_monitor.export.lag',
    from: 'process',
  }),
  exportLastSuccess: gauge('hall_monitor_export_last_success_timestamp_seconds', {
    unit: 's',
    labels: ['exporter'],
    help: 'When an exporter last got on, in seconds since 1970.',
    otelName: 'hall_monitor.export.last_success',
    from: 'process',
  }),
  archiveDamage: counter('hall_monitor_archive_damaged_files_total', {
    unit: '{file}',
    labels: ['stream', 'outcome'],
    help: 'Files of the archive that were found damaged or gone: healed from the store, or lost.',
    otelName: 'hall_monitor.archive.damaged_files',
    from: 'process',
  }),
  ready: gauge('hall_monitor_ready', {
    unit: '1',
    help: 'Whether everything is read and can be stored: 1 where /readyz says so, else 0.',
    from: 'process',
  }),
  warnings: gauge('hall_monitor_warnings', {
    unit: '{warning}',
    help: 'Things that do not work as they should and do not keep the collector from collecting; /readyz says which.',
    from: 'process',
  }),
  memory: gauge('process_resident_memory_bytes', {
    unit: 'By',
    help: 'Memory of this process that is in RAM.',
    otelName: 'process.memory.usage',
    from: 'process',
  }),
  cpu: counter('process_cpu_seconds_total', {
    unit: 's',
    help: 'CPU time this process has used.',
    otelName: 'process.cpu.time',
    from: 'process',
  }),
  startTime: gauge('process_start_time_seconds', {
    unit: 's',
    help: 'When this process started, in seconds since 1970.',
    otelName: 'process.start_time',
    from: 'process',
  }),
} as const satisfies Readonly<Record<string, MetricSpec>>;
