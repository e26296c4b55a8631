/** What the interface answers with, for its description and its tests. */
import { z } from 'zod';

const count = z.int().min(0);
const usd = z.number();
const time = z.iso.datetime().describe('ISO 8601 in UTC.');

/** The public form of everything that is recorded. */
export const metricEntry = z
  .strictObject({
    id: z.string().describe('Stays the same for ever.'),
    revision: count.describe('Grows when more is known of the entry; the highest one holds.'),
    timestamp: time,
    session_id: z.string(),
    project_path: z.string(),
    source: z.enum(['hook', 'transcript', 'telemetry', 'custom']),
    event_type: z.string(),
    event_category: z.enum(['tool', 'api', 'session', 'user', 'custom']),
    model: z.string().optional(),
    tokens: z
      .strictObject({
        input_tokens: count,
        output_tokens: count,
        cache_read_input_tokens: count,
        cache_creation_input_tokens: count,
        cache_creation_5m_input_tokens: count,
        cache_creation_1h_input_tokens: count,
      })
      .optional(),
    cost: z
      .strictObject({
        input: usd,
        output: usd,
        cache_read: usd,
        cache_creation: usd,
        web_search: usd,
        total: usd,
      })
      .optional()
      .describe('USD; absent where the price is not known.'),
    tool_name: z.string().optional(),
    tool_duration_ms: z.number().nullable().optional(),
    tool_success: z.boolean().nullable().optional(),
    data: z.record(z.string(), z.unknown()),
    tags: z.array(z.string()),
  })
  .meta({ id: 'MetricEntry' });

/** Figures over requests, as in every report. */
export const usageFigures = z
  .object({
    requests: count,
    input_tokens: count,
    output_tokens: count,
    cache_read_input_tokens: count,
    cache_creation_5m_input_tokens: count,
    cache_creation_1h_input_tokens: count,
    web_search_requests: count,
    cost_usd: usd,
    estimated_cost_usd: usd.describe('How much of it rests on the price of a sibling model.'),
    unpriced_requests: count.describe('Requests whose tokens are counted and whose cost is not.'),
    not_final_requests: count.describe('Requests whose output count may still be a first guess.'),
  })
  .meta({ id: 'UsageFigures' });

/** Figures over tool calls. */
export const toolFigures = z
  .object({
    calls: count,
    failures: count,
    denied: count,
    timed_calls: count,
    duration_ms_total: z.number(),
    duration_ms_mean: z.number().nullable(),
  })
  .meta({ id: 'ToolFigures' });

/** Figures of a file. */
export const fileFigures = z.object({
  file: z.string(),
  reads: count,
  writes: count,
  calls: count,
  failures: count,
  lines_added: count,
  lines_removed: count,
});

/** A session as lists show it. */
export const sessionSummary = z
  .looseObject({
    session_id: z.string(),
    project: z.string(),
    title: z.string().nullable(),
    state: z.enum(['active', 'idle', 'ended']),
    started: time,
    ended: time,
    last_activity: time,
    cost_usd: usd,
    total_tokens: count,
    all_tokens: count,
    messages: count,
    tool_calls: count,
    models: z.array(z.string()),
  })
  .meta({ id: 'SessionSummary' });

/** The context of a session as of one request. */
export const contextPoint = z.object({
  at: time,
  model: z.string(),
  context_tokens: count,
  input_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  output_tokens: count,
});

/** A list of things with the cursor of what comes after; null at the end. */
export function listOf<T extends z.ZodType>(
  item: T,
): z.ZodObject<{ data: z.ZodArray<T>; next: z.ZodNullable<z.ZodString> }, z.core.$loose> {
  return z.looseObject({ data: z.array(item), next: z.string().nullable() });
}

/** Every answer that is not a good one. */
export const problemAnswer = z
  .object({
    error: z.object({
      message: z.string(),
      parameter: z.string().optional(),
      allowed: z.array(z.string()).optional(),
      hint: z.string().optional(),
    }),
  })
  .meta({ id: 'Problem' });
