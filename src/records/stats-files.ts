/**
 * The seven stats files: what is written is what is read, so that no name can drift between the two. Every count is exact,
 * every rate a percentage with one decimal.
 */
import { z } from 'zod';

const count = z.int().min(0);
const percent = z.number().min(0).max(100);
const atMost = (limit: number) =>
  z.record(z.string(), count).refine((counts) => Object.keys(counts).length <= limit, {
    error: `at most ${limit} names`,
  });

/** How bad an error is, by its category. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;

/** Tool calls that failed and requests that the API refused. */
export const errorStats = z.strictObject({
  total_errors: count,
  by_type: atMost(10),
  /** Newest first. */
  recent_errors: z
    .array(
      z.strictObject({
        type: z.string(),
        /** What failed and how, in our words: what the tool said is not kept. */
        message: z.string().max(100),
        /** Unix seconds. */
        ts: count,
        severity: z.enum(SEVERITIES),
      }),
    )
    .max(10),
});

/** How often each tool was called, and by models of which family. */
export const toolUsageStats = z.strictObject({
  total_calls: count,
  top_tools: atMost(20),
  by_model: z.object({ opus: count, sonnet: count, haiku: count, unknown: count }).catchall(count),
});

/** What happened, by kind and by local day. */
export const activityStats = z.strictObject({
  total_events: count,
  by_type: atMost(10),
  /** Newest day first. */
  daily_activity: atMost(30),
});

/** Calls that came soon after a failed one of the same tool and target. */
export const recoveryStats = z.strictObject({
  total_recoveries: count,
  success_rate: percent,
  by_pattern: atMost(10),
});

/** How fluently sessions went, 0.1 to 0.95. */
export const flowStats = z.strictObject({
  total_measurements: count,
  average_flow_score: z.number().min(0).max(0.95),
  peak_flow_hours: atMost(5),
});

/** First words of shell commands. */
export const commandStats = z.strictObject({ total_commands: count, top_commands: atMost(15) });

/** How often calls succeeded. */
export const toolSuccessStats = z.strictObject({
  overall_success_rate: percent,
  by_tool: z
    .record(z.string(), z.strictObject({ rate: percent, total: count }))
    .refine((tools) => Object.keys(tools).length <= 20, { error: 'at most 20 tools' }),
});

/** Schema of each file by its name. */
export const STATS_SCHEMAS = {
  'error-stats.json': errorStats,
  'tool-usage-stats.json': toolUsageStats,
  'activity-stats.json': activityStats,
  'recovery-stats.json': recoveryStats,
  'flow-stats.json': flowStats,
  'command-stats.json': commandStats,
  'tool-success-stats.json': toolSuccessStats,
} as const;

/** Content of each file by its name. */
export type StatsFiles = {
  readonly [F in keyof typeof STATS_SCHEMAS]: z.infer<(typeof STATS_SCHEMAS)[F]>;
};
