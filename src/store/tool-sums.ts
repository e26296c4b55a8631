import { TOOL_DURATION_BOUNDS_MS } from '../records/tool-durations.ts';

/** Columns of the counts over tool calls but the buckets; `bucketed_ms` is the time of all calls in these. */
export const TOOL_COUNTS = [
  'calls',
  'failures',
  'denied',
  'timed_calls',
  'duration_ms',
  'successes',
  'lines_added',
  'lines_removed',
  'bucketed_ms',
] as const;

/** Columns that count calls by how long they took, each for one bucket alone; the last is above all bounds. */
export const TOOL_DURATION_COLUMNS: readonly string[] = [
  ...TOOL_DURATION_BOUNDS_MS.map((boundMs) => `took_${boundMs}_ms`),
  'took_longer',
];

/** Columns of the sums over tool calls, in the order the pipeline adds to them. */
export const TOOL_SUMS: readonly string[] = [...TOOL_COUNTS, ...TOOL_DURATION_COLUMNS];
