import { TOOL_DURATION_BOUNDS_MS } from '../records/tool-durations.ts';
import {
  counter,
  gauge,
  histogram,
  MILLISECONDS,
  NANO_USD,
  type MetricSpec,
} from './metric-spec.ts';
import { MOMENT_METRICS } from './moment-metrics.ts';
import { PLAN_METRICS } from './plan-metric-table.ts';
import { PROCESS_METRICS } from './process-metrics.ts';

/** Every metric there is, in the order in which they are exposed. */
export const METRICS = {
  tokens: counter('hall_monitor_tokens_total', {
    unit: '{token}',
    labels: ['type', 'model', 'project'],
    help: 'Tokens used, by type: input, output, cache_read and cache_creation.',
  }),
  cost: counter('hall_monitor_cost_usd_total', {
    unit: 'USD',
    labels: ['type', 'model', 'project'],
    help: 'Cost in US dollars, by type of token or web_search.',
    otelName: 'hall_monitor.cost',
    divisor: NANO_USD,
  }),
  estimatedCost: counter('hall_monitor_estimated_cost_usd_total', {
    unit: 'USD',
    labels: ['model', 'project'],
    help: 'The part of the cost that rests on the price of a sibling model.',
    otelName: 'hall_monitor.cost.estimated',
    divisor: NANO_USD,
  }),
  requests: counter('hall_monitor_requests_total', {
    unit: '{request}',
    labels: ['model', 'project', 'requester'],
    help: 'Requests to the Messages API, by who asked: main, subagent or auxiliary.',
  }),
  unpricedRequests: counter('hall_monitor_unpriced_requests_total', {
    unit: '{request}',
    labels: ['model', 'project'],
    help: 'Requests whose tokens are counted and whose cost is not, since no price is known.',
    otelName: 'hall_monitor.requests.unpriced',
  }),
  notFinalRequests: gauge('hall_monitor_not_final_requests', {
    unit: '{request}',
    labels: ['model', 'project'],
    help: 'Requests whose output count may still be a first guess.',
    otelName: 'hall_monitor.requests.not_final',
  }),
  toolCalls: counter('hall_monitor_tool_calls_total', {
    unit: '{call}',
    labels: ['tool', 'outcome', 'project'],
    help: 'Tool calls that have ended, by outcome: success, failure or denied.',
    otelName: 'hall_monitor.tool.calls',
  }),
  openToolCalls: gauge('hall_monitor_tool_calls_open', {
    unit: '{call}',
    labels: ['project'],
    help: 'Tool calls of which no end is known: they go on, or were cut off.',
    otelName: 'hall_monitor.tool.calls.open',
  }),
  toolDuration: histogram('hall_monitor_tool_duration_seconds', {
    unit: 's',
    labels: ['tool'],
    help: 'Time that tool calls took whose duration is known.',
    otelName: 'hall_monitor.tool.duration',
    divisor: MILLISECONDS,
    bounds: TOOL_DURATION_BOUNDS_MS,
  }),
  linesChanged: counter('hall_monitor_lines_changed_total', {
    unit: '{line}',
    labels: ['type', 'project'],
    help: 'Lines of files that edits added and removed, where that is known, by type: added and removed.',
    otelName: 'hall_monitor.lines.changed',
  }),
  prompts: counter('hall_monitor_prompts_total', {
    unit: '{prompt}',
    labels: ['project'],
    help: 'Prompts that people gave.',
  }),
  slashCommands: counter('hall_monitor_slash_commands_total', {
    unit: '{command}',
    labels: ['project'],
    help: 'Slash commands that people gave.',
  }),
  compactions: counter('hall_monitor_compactions_total', {
    unit: '{compaction}',
    labels: ['project'],
    help: 'Times a conversation was summarised to make room.',
  }),
  interrupts: counter('hall_monitor_interrupts_total', {
    unit: '{interrupt}',
    labels: ['project'],
    help: 'Times a person stopped the agent.',
  }),
  apiErrors: counter('hall_monitor_api_errors_total', {
    unit: '{error}',
    labels: ['project'],
    help: 'Requests to the Messages API that failed.',
  }),
  apiErrorReasons: counter('hall_monitor_api_error_reasons_total', {
    unit: '{error}',
    labels: ['status', 'error'],
    help: 'The same failed requests by HTTP status and name of the error, as far as they are known.',
    otelName: 'hall_monitor.api_errors.reasons',
  }),
  turns: counter('hall_monitor_turns_total', {
    unit: '{turn}',
    labels: ['project'],
    help: 'Turns that the agent finished.',
  }),
  pullRequests: counter('hall_monitor_pull_requests_total', {
    unit: '{pull_request}',
    labels: ['project'],
    help: 'Pull requests that were opened.',
  }),
  notifications: counter('hall_monitor_notifications_total', {
    unit: '{notification}',
    labels: ['project'],
    help: 'Times the client wanted the attention of a person.',
  }),
  permissions: counter('hall_monitor_permissions_total', {
    unit: '{request}',
    labels: ['decision', 'project'],
    help: 'Permission requests that hooks told of, by what came of them: allowed or denied.',
  }),
  pendingPermissions: gauge('hall_monitor_permissions_pending', {
    unit: '{request}',
    labels: ['project'],
    help: 'Permission requests that hooks told of and of which no answer is known.',
    otelName: 'hall_monitor.permissions.pending',
  }),
  permissionWait: counter('hall_monitor_permission_wait_seconds_total', {
    unit: 's',
    labels: ['project'],
    help: 'Time that the agent waited for a person to decide whether a tool may be used.',
    otelName: 'hall_monitor.permission.wait',
    divisor: MILLISECONDS,
  }),
  subagents: counter('hall_monitor_subagents_total', {
    unit: '{agent}',
    help: 'Subagents that worked for sessions.',
  }),
  hookEvents: counter('hall_monitor_hook_events_total', {
    unit: '{event}',
    labels: ['event', 'scope'],
    help: 'Events that hooks told of, by where the hook was registered; one may be told by several.',
    otelName: 'hall_monitor.hook.events',
  }),
  ...PLAN_METRICS,
  activeTime: counter('hall_monitor_active_time_seconds_total', {
    unit: 's',
    labels: ['project'],
    help: 'Time that sessions were at work: from one thing that happened to the next, where less than five minutes lie between.',
    otelName: 'hall_monitor.session.active_time',
    divisor: MILLISECONDS,
  }),
  sessions: gauge('hall_monitor_sessions', {
    unit: '{session}',
    labels: ['project'],
    help: 'Sessions known, by the project in which they spent most.',
  }),
  activeSessions: gauge('hall_monitor_sessions_active', {
    unit: '{session}',
    labels: ['project'],
    help: 'Sessions in which something happened in the last five minutes.',
    otelName: 'hall_monitor.sessions.active',
  }),
  lastEvent: gauge('hall_monitor_last_event_timestamp_seconds', {
    unit: 's',
    help: 'When the newest entry happened, in seconds since 1970.',
    otelName: 'hall_monitor.last_event.timestamp',
    divisor: MILLISECONDS,
  }),
  entries: counter('hall_monitor_entries_total', {
    unit: '{entry}',
    labels: ['type'],
    help: 'Entries read from all sources.',
  }),
  rejects: counter('hall_monitor_rejects_total', {
    unit: '{entry}',
    labels: ['reason'],
    help: 'Entries that could not be used.',
  }),
  duplicates: counter('hall_monitor_duplicates_total', {
    unit: '{record}',
    labels: ['source'],
    help: 'Records that told nothing new.',
  }),
  originResets: counter('hall_monitor_origin_resets_total', {
    unit: '{reset}',
    labels: ['reason'],
    help: 'Times a file was read again from its beginning.',
  }),
  origins: gauge('hall_monitor_origins_tracked', {
    unit: '{origin}',
    labels: ['source'],
    help: 'Files and other origins whose position is kept.',
  }),
  databaseSize: gauge('hall_monitor_db_size_bytes', {
    unit: 'By',
    help: 'Size of the store without its write-ahead log.',
    otelName: 'hall_monitor.db.size',
  }),
  seriesOverflow: counter('hall_monitor_series_overflow_total', {
    unit: '{series}',
    labels: ['metric'],
    help: 'Series that were folded into "other" because a metric has too many.',
  }),
  ...MOMENT_METRICS,
  ...PROCESS_METRICS,
} as const satisfies Readonly<Record<string, MetricSpec>>;

/** Short name of a metric. */
export type MetricKey = keyof typeof METRICS;

/** Adds to one series of a metric; to a histogram a sum of values, and how many of them lie in each bucket. */
export type Add = (
  metric: MetricKey,
  labels: Readonly<Record<string, string>>,
  value: number,
  counts?: readonly number[],
) => void;
