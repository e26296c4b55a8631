/** The content of `sessions.json`: what is written is what is read. Sums are made before anything is rounded. */
import { z } from 'zod';

const count = z.int().min(0);
const minutes = z.number().min(0);
const usd = z.number();

/** One session; minutes to one decimal, money to the cent, times local with their offset. */
export const reportedSession = z.object({
  /** The first 8 characters of the id, or all of it where two sessions share those. */
  session_id: z.string(),
  started: z.iso.datetime({ offset: true }),
  ended: z.iso.datetime({ offset: true }),
  duration_wall_min: minutes,
  duration_active_min: minutes,
  input_tokens: count,
  output_tokens: count,
  cache_read_tokens: count,
  cache_create_tokens: count,
  /** Input and output. */
  total_tokens: count,
  /** All four kinds. */
  all_tokens: count,
  messages: count,
  cost_usd: usd,
  /** The model that most of the money went to; '' without requests. */
  model: z.string(),
  /** Date of the start. */
  day: z.iso.date(),
  full_id: z.string(),
  models: z.array(z.string()),
  unpriced_requests: count,
});

/** What the sessions that began on one day come to. */
export const reportedDay = z.object({
  sessions: count,
  cost_usd: usd,
  active_min: minutes,
  messages: count,
  wall_min: minutes,
  /** Tokens of all four kinds. */
  tokens: count,
});

/** What all sessions come to. */
export const reportedTotals = z.object({
  total_sessions: count,
  total_cost_usd: usd,
  total_active_min: minutes,
  total_wall_min: minutes,
  total_input_tokens: count,
  total_output_tokens: count,
  total_cache_read_tokens: count,
  total_cache_create_tokens: count,
  total_all_tokens: count,
  total_messages: count,
  model: z.string(),
  models: z.array(z.string()),
  source: z.literal('hall-monitor'),
  /** Dearest model first. */
  model_breakdown: z.record(
    z.string(),
    z.object({
      cost_usd: usd,
      input: count,
      output: count,
      cache_read: count,
      cache_create: count,
    }),
  ),
  /** The part of the cost that rests on the price of a sibling model. */
  total_estimated_cost_usd: usd,
  total_unpriced_requests: count,
  total_not_final_requests: count,
});

/** The whole file; sessions by their start, oldest first. */
export const sessionsFile = z.object({
  sessions: z.array(reportedSession),
  by_day: z.record(z.iso.date(), reportedDay),
  totals: reportedTotals,
});

export type ReportedSession = z.infer<typeof reportedSession>;
export type ReportedDay = z.infer<typeof reportedDay>;
export type ReportedTotals = z.infer<typeof reportedTotals>;
export type SessionsFile = z.infer<typeof sessionsFile>;
