import type { MetricReading } from '../../src/rollups/metric-readings.ts';
import { createSeries, type MetricPoint } from '../../src/rollups/metric-series.ts';
import { counter, type MetricSpec } from '../../src/rollups/metric-spec.ts';
import { METRICS, type MetricKey } from '../../src/rollups/metric-table.ts';

type Labels = Readonly<Record<string, string>>;

/** A metric of Claude Code itself, and how it is told from ours. */
interface Alias {
  readonly spec: MetricSpec;
  readonly of: MetricKey;
  /** The client's labels for ours; undefined leaves the series out. */
  readonly labels: (ours: Labels) => Labels | undefined;
}

const TOKEN_TYPES: Readonly<Record<string, string>> = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cache_creation: 'cacheCreation',
};
const EDIT_TOOLS = new Set(['Edit', 'MultiEdit', 'NotebookEdit', 'Write']);

const only =
  (...names: readonly string[]) =>
  (ours: Labels): Labels =>
    Object.fromEntries(names.map((name) => [name, ours[name] ?? '']));

const alias = (
  name: string,
  of: MetricKey,
  labels: Alias['labels'],
  traits: Pick<MetricSpec, 'labels' | 'help'>,
): Alias => ({
  spec: counter(name, { ...traits, unit: METRICS[of].unit, divisor: METRICS[of].divisor }),
  of,
  labels,
});

/** Every name of Claude Code's own that something is known for; commits are not among it. */
export const CLAUDE_CODE_METRICS: readonly Alias[] = [
  alias(
    'claude_code_session_count_total',
    'sessions',
    // By project it would fall when a session turns out to have spent most in another, which Prometheus takes for a reset.
    only(),
    { labels: [], help: 'Sessions known.' },
  ),
  alias('claude_code_cost_usage_USD_total', 'cost', only('model', 'project'), {
    labels: ['model', 'project'],
    help: 'Cost in US dollars.',
  }),
  alias(
    'claude_code_token_usage_tokens_total',
    'tokens',
    ({ type = '', model = '', project = '' }) => ({
      type: TOKEN_TYPES[type] ?? type,
      model,
      project,
    }),
    {
      labels: ['type', 'model', 'project'],
      help: 'Tokens used, by type: input, output, cacheRead and cacheCreation.',
    },
  ),
  alias('claude_code_lines_of_code_count_total', 'linesChanged', only('type', 'project'), {
    labels: ['type', 'project'],
    help: 'Lines of files that edits added and removed, by type: added and removed.',
  }),
  alias('claude_code_pull_request_count_total', 'pullRequests', only('project'), {
    labels: ['project'],
    help: 'Pull requests that were opened.',
  }),
  alias(
    'claude_code_code_edit_tool_decision_total',
    'toolCalls',
    ({ tool = '', outcome, project = '' }) =>
      EDIT_TOOLS.has(tool)
        ? { tool_name: tool, decision: outcome === 'denied' ? 'reject' : 'accept', project }
        : undefined,
    {
      labels: ['tool_name', 'decision', 'project'],
      help: 'Calls of tools that edit files, by decision: accept and reject.',
    },
  ),
  // By project it would fall where a session goes on in another one.
  alias('claude_code_active_time_seconds_total', 'activeTime', only(), {
    labels: [],
    help: 'Time that sessions were at work.',
  }),
];

/** The same values under the names of Claude Code's own metrics; one without series is left out. */
export function claudeCodeReadings(readings: readonly MetricReading[]): readonly MetricReading[] {
  const pointsOf = new Map(readings.map(({ spec, points }) => [spec.name, points]));
  return CLAUDE_CODE_METRICS.flatMap(({ spec, of, labels }) => {
    const points = relabelled(pointsOf.get(METRICS[of].name) ?? [], labels);
    return points.length === 0 ? [] : [{ spec, points }];
  });
}

function relabelled(
  points: readonly MetricPoint[],
  labelsOf: Alias['labels'],
): readonly MetricPoint[] {
  const series = createSeries();
  for (const { labels, value } of points) {
    const theirs = labelsOf(labels);
    if (theirs !== undefined) series.add(theirs, value);
  }
  return series.points();
}
