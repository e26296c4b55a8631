/** What a metric is, for its description and for whoever sends it on. */
export interface MetricSpec {
  /** Name in Prometheus; the one in OpenTelemetry is `otelName`. */
  readonly name: string;
  readonly otelName: string;
  readonly kind: 'counter' | 'gauge';
  /** Unit as UCUM text. */
  readonly unit: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Whole numbers are kept; the metric shows them divided by this. */
  readonly divisor: number;
  /** Read from the store, or known only to the running process. */
  readonly from: 'store' | 'process';
}

const NANO_USD = 1_000_000_000;
const MILLISECONDS = 1_000;

type Extra = Partial<Pick<MetricSpec, 'otelName' | 'divisor' | 'from'>>;

function counter(
  name: string,
  unit: string,
  labels: readonly string[],
  help: string,
  extra: Extra = {},
): MetricSpec {
  const otelName = name.replace(/_total$/, '').replace(/^hall_monitor_/, 'hall_monitor.');
  return {
    name,
    otelName,
    kind: 'counter',
    unit,
    labels,
    help,
    divisor: 1,
    from: 'store',
    ...extra,
  };
}

function gauge(
  name: string,
  unit: string,
  labels: readonly string[],
  help: string,
  extra: Extra = {},
): MetricSpec {
  return { ...counter(name, unit, labels, help, extra), kind: 'gauge' };
}

/** Every metric there is, in the order in which they are exposed. */
export const METRICS = {
  tokens: counter(
    'hall_monitor_tokens_total',
    '{token}',
    ['type', 'model', 'project'],
    'Tokens used, by type: input, output, cache_read and cache_creation.',
  ),
  cost: counter(
    'hall_monitor_cost_usd_total',
    'USD',
    ['type', 'model', 'project'],
    'Cost in US dollars, by type of token or web_search.',
    { otelName: 'hall_monitor.cost', divisor: NANO_USD },
  ),
  estimatedCost: counter(
    'hall_monitor_estimated_cost_usd_total',
    'USD',
    ['model', 'project'],
    'The part of the cost that rests on the price of a sibling model.',
    { otelName: 'hall_monitor.cost.estimated', divisor: NANO_USD },
  ),
  requests: counter(
    'hall_monitor_requests_total',
    '{request}',
    ['model', 'project', 'requester'],
    'Requests to the Messages API, by who asked: main, subagent or auxiliary.',
  ),
  unpricedRequests: counter(
    'hall_monitor_unpriced_requests_total',
    '{request}',
    ['model', 'project'],
    'Requests whose tokens are counted and whose cost is not, since no price is known.',
    { otelName: 'hall_monitor.requests.unpriced' },
  ),
  notFinalRequests: counter(
    'hall_monitor_not_final_requests_total',
    '{request}',
    ['model', 'project'],
    'Requests whose output count may still be a first guess.',
    { otelName: 'hall_monitor.requests.not_final' },
  ),
  toolCalls: counter(
    'hall_monitor_tool_calls_total',
    '{call}',
    ['tool', 'outcome', 'project'],
    'Tool calls, by outcome: success, failure or denied.',
    { otelName: 'hall_monitor.tool.calls' },
  ),
  toolDuration: counter(
    'hall_monitor_tool_duration_seconds_total',
    's',
    ['tool'],
    'Time spent in tool calls whose duration is known.',
    { otelName: 'hall_monitor.tool.duration', divisor: MILLISECONDS },
  ),
  toolTimedCalls: counter(
    'hall_monitor_tool_timed_calls_total',
    '{call}',
    ['tool'],
    'Tool calls whose duration is known.',
    { otelName: 'hall_monitor.tool.timed_calls' },
  ),
  prompts: counter(
    'hall_monitor_prompts_total',
    '{prompt}',
    ['project'],
    'Prompts that people gave.',
  ),
  slashCommands: counter(
    'hall_monitor_slash_commands_total',
    '{command}',
    ['project'],
    'Slash commands that people gave.',
  ),
  compactions: counter(
    'hall_monitor_compactions_total',
    '{compaction}',
    ['project'],
    'Times a conversation was summarised to make room.',
  ),
  interrupts: counter(
    'hall_monitor_interrupts_total',
    '{interrupt}',
    ['project'],
    'Times a person stopped the agent.',
  ),
  apiErrors: counter(
    'hall_monitor_api_errors_total',
    '{error}',
    ['project'],
    'Requests to the Messages API that failed.',
  ),
  turns: counter(
    'hall_monitor_turns_total',
    '{turn}',
    ['project'],
    'Turns that the agent finished.',
  ),
  pullRequests: counter(
    'hall_monitor_pull_requests_total',
    '{pull_request}',
    ['project'],
    'Pull requests that were opened.',
  ),
  sessions: gauge('hall_monitor_sessions', '{session}', [], 'Sessions known.'),
  activeSessions: gauge(
    'hall_monitor_sessions_active',
    '{session}',
    [],
    'Sessions in which something happened in the last five minutes.',
    { otelName: 'hall_monitor.sessions.active' },
  ),
  lastEvent: gauge(
    'hall_monitor_last_event_timestamp_seconds',
    's',
    [],
    'When the newest entry happened, in seconds since 1970.',
    { otelName: 'hall_monitor.last_event.timestamp', divisor: MILLISECONDS },
  ),
  entries: counter(
    'hall_monitor_entries_total',
    '{entry}',
    ['type'],
    'Entries read from all sources.',
  ),
  rejects: counter(
    'hall_monitor_rejects_total',
    '{entry}',
    ['reason'],
    'Entries that could not be used.',
  ),
  duplicates: counter(
    'hall_monitor_duplicates_total',
    '{record}',
    ['source'],
    'Records that told nothing new.',
  ),
  originResets: counter(
    'hall_monitor_origin_resets_total',
    '{reset}',
    ['reason'],
    'Times a file was read again from its beginning.',
  ),
  origins: gauge(
    'hall_monitor_origins_tracked',
    '{origin}',
    ['source'],
    'Files and other origins whose position is kept.',
  ),
  databaseSize: gauge(
    'hall_monitor_db_size_bytes',
    'By',
    [],
    'Size of the store without its write-ahead log.',
    { otelName: 'hall_monitor.db.size' },
  ),
  seriesOverflow: counter(
    'hall_monitor_series_overflow_total',
    '{series}',
    ['metric'],
    'Series that were folded into "other" because a metric has too many.',
  ),
  ingestLag: gauge(
    'hall_monitor_ingest_lag_seconds',
    's',
    ['source'],
    'Time between the newest entry and its being on disk.',
    { otelName: 'hall_monitor.ingest.lag', from: 'process' },
  ),
  queueDepth: gauge('hall_monitor_queue_depth', '{batch}', [], 'Batches that wait to be written.', {
    otelName: 'hall_monitor.queue.depth',
    from: 'process',
  }),
  sseClients: gauge(
    'hall_monitor_sse_clients',
    '{client}',
    [],
    'Clients that listen to live events.',
    { otelName: 'hall_monitor.sse.clients', from: 'process' },
  ),
  memory: gauge(
    'process_resident_memory_bytes',
    'By',
    [],
    'Memory of this process that is in RAM.',
    { otelName: 'process.memory.usage', from: 'process' },
  ),
  cpu: counter('process_cpu_seconds_total', 's', [], 'CPU time this process has used.', {
    otelName: 'process.cpu.time',
    from: 'process',
  }),
  startTime: gauge(
    'process_start_time_seconds',
    's',
    [],
    'When this process started, in seconds since 1970.',
    { otelName: 'process.start_time', from: 'process' },
  ),
} as const satisfies Readonly<Record<string, MetricSpec>>;

/** Short name of a metric. */
export type MetricKey = keyof typeof METRICS;
