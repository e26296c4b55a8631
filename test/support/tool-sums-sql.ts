import { TOOL_DURATION_BOUNDS_MS } from '../../src/records/tool-durations.ts';
import { TOOL_DURATION_COLUMNS } from '../../src/store/tool-sums.ts';

const bucketSql = (column: string, bucket: number): string => {
  const above = TOOL_DURATION_BOUNDS_MS[bucket - 1] ?? -1;
  const upTo = TOOL_DURATION_BOUNDS_MS[bucket] ?? Number.MAX_SAFE_INTEGER;
  return `coalesce(sum(duration_ms > ${above} AND duration_ms <= ${upTo}), 0) AS ${column}`;
};

/** All sums over tool calls as they follow from the rows of `tool_call`, in the order of their columns. */
export const TOOL_SUMS_SQL = [
  'count(*) AS calls',
  `sum(success IS 0 AND error_class IS NOT 'denied') AS failures`,
  `sum(error_class IS 'denied') AS denied`,
  'count(duration_ms) AS timed_calls',
  'coalesce(sum(duration_ms), 0) AS duration_ms',
  `sum(success IS 1 AND error_class IS NOT 'denied') AS successes`,
  'coalesce(sum(lines_added), 0) AS lines_added',
  'coalesce(sum(lines_removed), 0) AS lines_removed',
  'coalesce(sum(duration_ms), 0) AS bucketed_ms',
  ...TOOL_DURATION_COLUMNS.map(bucketSql),
].join(', ');
