import type { MetricSpec } from '../../src/rollups/metric-spec.ts';
import { CLAUDE_CODE_METRICS } from '../../exporters/prometheus/claude-code-names.ts';
import { METRICS } from '../../src/rollups/metric-table.ts';

const HEAD = `# Metrics

What \`GET /metrics\` shows, in the text format of Prometheus (version 0.0.4). This page is made from the table in
\`src/rollups/metric-table.ts\`, and a test keeps it so.

- Everything under \`hall_monitor_\` that is marked *store* is read from the store at each scrape. It survives restarts, is
  the same figure that REST and the reports show, and never counts a request, call or prompt twice.
- \`project\` is the last part of the project's path. Where two projects share it, the one that came later is called by
  more of its path, so a name never moves from one project to another. A session that names no folder is \`unknown\`.
- \`plan\` is the name of a plan's folder. The newest plans come first, so where there are too many the oldest ones are
  added up. What plans cost is a gauge, since a request may turn out to belong to another feature or to no plan at all.
- No label ever holds a session, a file, a command or text from a conversation.
  A tool whose name is none, which only the model can have thought of, is \`other\`.
- A metric has at most \`maxSeries\` series (1,000 by default). What is too much is added up under \`other\`, so that sums
  stay whole; \`hall_monitor_series_overflow_total\` says how many series that concerns.
  A histogram writes a line for each bucket, its sum and its count, all of which count towards that limit.
- A counter tells only of what is over: a tool call that still runs and a permission that nobody has answered are gauges.
  A counter falls only where something turns out to be otherwise than it was told: a request, call or prompt that belongs to
  the session or project that another file tells of, a figure that a better source corrects, such as a hook that tells how
  long a call took without the wait for permission, and a session of which most is
  spent in another project by now, with which its time goes there. Prometheus takes that for a reset.
- \`hall_monitor_sessions\` counts the sessions that a list of them shows. A session that is nothing but a copy of others is
  none, and neither is one of which nothing but its name is known.
- In a store that an older version made, tool calls that had already left it count as successes where they neither failed
  nor were denied. How long each took is not known any more, so the histogram leaves them out, and so do lines changed.
- A scrape stays below 1 MB: where all metrics together would be more, each has half as many series, or half of that, and
  10 at least. Labels are 120 characters long at most, and what is special in them is escaped.
- While a new store is filled for the first time, nothing of the store is shown, and \`hall_monitor_ready\` is 0. Otherwise
  totals would climb through months within seconds, and Prometheus would take that for today. The same holds for OTLP.
- A gauge that cannot be read is left out of the scrape, and the log says why.
- A series of \`hall_monitor_estimated_cost_usd_total\`, \`hall_monitor_unpriced_requests_total\`,
  \`hall_monitor_not_final_requests\` or of the type \`web_search\` appears with its first count.
- Costs are kept as whole nano-USD and divided at the very end.
- \`target_info\` carries the resource: \`service_name\`, \`service_version\` and what \`OTEL_RESOURCE_ATTRIBUTES\` adds.

| Metric | Kind | Unit | Labels | From | Meaning |
|---|---|---|---|---|---|
`;

const NAMES_OF_CLAUDE_CODE = `
## Names of Claude Code itself

For dashboards that were made for the telemetry of Claude Code, \`prometheus.claudeCodeNames\` (off by default;
\`HALL_MONITOR_PROMETHEUS_CLAUDE_CODE_NAMES=true\`) tells the same totals once more under these names. Do not switch it on
where Claude Code's own telemetry is in the same Prometheus: everything would count twice. They are never sent by OTLP.

| Metric | Labels | Same values as | Meaning |
|---|---|---|---|
`;

const LIMITS_OF_NAMES = `
What such dashboards must do without:

- \`session_id\`, \`user_email\` and other labels of a person or session. A filter \`.*\` lets everything through; what
  counts groups of \`session_id\` counts one, and a panel of one chosen session stays empty.
- Sessions by project: a session can turn out to belong to another project, and a counter must not fall.
- \`type\` (user or cli) of active time, \`source\` and \`language\` of decisions, \`query_source\`, \`effort\` and the like.
  A decision is told of each call: one that ran was accepted, one that was denied was rejected.
- \`claude_code_commit_count_total\`, since nothing tells of commits, and whatever a dashboard asks Loki for.
- A job by another name: where queries say \`job="otel-collector"\`, give the scrape job that name.
`;

const TAIL = `
## Questions and queries

| Question | Query |
|---|---|
| What does this cost per hour, by project? | \`sum by (project) (rate(hall_monitor_cost_usd_total[15m])) * 3600\` |
| What was spent today, by model? | \`sum by (model) (increase(hall_monitor_cost_usd_total[24h]))\` |
| How much of the prompt comes from the cache? | \`sum(rate(hall_monitor_tokens_total{type="cache_read"}[1h])) / sum(rate(hall_monitor_tokens_total{type!="output"}[1h]))\` |
| Which tools fail? | \`sum by (tool) (rate(hall_monitor_tool_calls_total{outcome="failure"}[1h]))\` |
| How long does a tool take on average? | \`sum by (tool) (rate(hall_monitor_tool_duration_seconds_sum[1h])) / sum by (tool) (rate(hall_monitor_tool_duration_seconds_count[1h]))\` |
| How long does nearly every call of a tool take? | \`histogram_quantile(0.95, sum by (tool, le) (rate(hall_monitor_tool_duration_seconds_bucket[1h])))\` |
| How far is each plan? | \`sum by (plan, project) (hall_monitor_plan_features{status="completed"}) / sum by (plan, project) (hall_monitor_plan_features)\` |
| How long does a feature take? | \`histogram_quantile(0.5, sum by (le) (hall_monitor_plan_feature_duration_seconds_bucket{status="completed"}))\` |
| Is anything still coming in? | \`time() - hall_monitor_last_event_timestamp_seconds\` |
| Can the total be believed? | \`sum(hall_monitor_unpriced_requests_total)\`, \`sum(hall_monitor_not_final_requests)\`, \`sum(hall_monitor_rejects_total)\` |
`;

/** The page that describes all metrics. */
export function metricsPage(): string {
  const rows = Object.values<MetricSpec>(METRICS).map(
    ({ name, kind, unit, labels, from, help }) =>
      `| \`${name}\` | ${kind} | ${unit} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${from} | ${help} |`,
  );
  const aliases = CLAUDE_CODE_METRICS.map(
    ({ spec, of }) =>
      `| \`${spec.name}\` | ${spec.labels.map((label) => `\`${label}\``).join(', ')} | \`${METRICS[of].name}\` | ${spec.help} |`,
  );
  const names = `${NAMES_OF_CLAUDE_CODE}${aliases.join('\n')}\n${LIMITS_OF_NAMES}`;
  return `${HEAD}${rows.join('\n')}\n${names}${TAIL}`;
}
