/** What the routes of plans answer with, for their description and their tests. */
import { z } from 'zod';
import { FEATURE_STATUSES, PLAN_EVENT_TYPES } from '../../src/records/plan.ts';
import { usageFigures } from './answers.ts';

const count = z.int().min(0);
const time = z.iso.datetime().describe('ISO 8601 in UTC.');
const status = z.enum(FEATURE_STATUSES);
const ms = z.number().nullable();

/** The public form of what happened to a plan. */
export const planEventAnswer = z
  .strictObject({
    id: z.string().describe('Stays the same for ever.'),
    revision: count.describe('Grows when more is known of the event; the highest one holds.'),
    timestamp: time,
    session_id: z.string().describe('`unknown` where nothing tells who did it.'),
    event_type: z.enum(PLAN_EVENT_TYPES),
    plan_name: z.string(),
    plan_path: z.string().describe('Folder of the plan at that time.'),
    feature_id: z.string().optional(),
    feature_description: z.string().optional(),
    status: status.optional(),
    pr_url: z.string().optional(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'PlanEvent' });

const usage = usageFigures
  .extend({
    tool_calls: count,
    tool_failures: count,
    files_touched: count.describe('Different files; one may count for several features.'),
    active_ms: count,
  })
  .meta({ id: 'PlanUsage' });

const files = z.array(z.object({ path: z.string(), reads: count, writes: count }));

const part = z.object({ usage, files });

/** One plan as lists show it. */
export const planSummary = z
  .object({
    plan_id: z.string(),
    plan: z.string().describe('Name of its folder.'),
    project: z.string(),
    path: z.string(),
    location: z.enum(['active', 'complete', 'gone']),
    activation: count,
    feature_counts: z.object({
      total: count,
      pending: count,
      in_progress: count,
      completed: count,
      failed: count,
      removed: count,
    }),
    progress: z.number().nullable().describe('Completed of all features, wherever the plan lies.'),
    created: time.nullable(),
    started: time.nullable().describe('When work on it began; null where that is not known.'),
    ended: time.nullable(),
    last_event: time.nullable(),
    duration_ms: ms,
    elapsed_ms: ms.describe('From the start until now, while it goes on.'),
    sessions: z.array(z.string()),
    pull_requests: z.array(
      z.object({
        url: z.string(),
        number: z.number().nullable(),
        repository: z.string().nullable(),
      }),
    ),
    inferred_starts: count.describe('Attempts whose start was not seen.'),
    regressions: count.describe('How often a feature went back.'),
    activation_usage: usage.describe('Of the current activation.'),
    usage: usage.describe('Of all activations.'),
  })
  .meta({ id: 'PlanSummary' });

const attempt = z.object({
  activation: count,
  number: count,
  started: time,
  start_inferred: z.boolean().describe('Whether it may have begun earlier.'),
  ended: time.nullable(),
  outcome: z.enum(['completed', 'failed', 'reset', 'removed', 'unfinished']).nullable(),
  duration_ms: ms,
  elapsed_ms: ms,
  usage,
  files,
});

const feature = z.object({
  id: z.string(),
  description: z.string().nullable(),
  status,
  raw_status: z
    .string()
    .nullable()
    .describe('What the manifest says, where it is no known status.'),
  file: z.string().nullable(),
  planned_files: z.array(z.string()),
  depends_on: z.array(z.string()),
  decisions: z.array(z.string()),
  edge_cases: z.array(z.string()),
  code_refs: z.array(z.string()),
  verification: z.string().nullable().describe('Shown, never run.'),
  touched_planned: z.array(z.string()).nullable().describe('Planned files that it changed.'),
  touched_unplanned: z.array(z.string()).nullable().describe('Other files that it changed.'),
  removed: time.nullable(),
  regressions: count,
  attempts: z.array(attempt),
  usage,
});

/** One plan with its parts. */
export const planDetailAnswer = planSummary
  .extend({
    activations: z.array(
      z.object({
        number: count,
        generation: count,
        started: time,
        start_basis: z.string(),
        orchestrated: z.boolean(),
        orchestration_started: time.nullable(),
        completed: time.nullable(),
        duration_ms: ms,
        elapsed_ms: ms,
        usage,
        rest: usage,
      }),
    ),
    features: z.array(feature).describe('In the order of the manifest, removed ones last.'),
    earlier: part.nullable().describe('Features of earlier writings of the plan.'),
    rest: part.describe('What belongs to no feature.'),
    total: z.object({ usage }).describe('What features, earlier and rest add up to.'),
  })
  .meta({ id: 'PlanDetail' });

const attributes = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }));

const link = z.object({ traceId: z.string(), spanId: z.string(), attributes });

const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.literal(1),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes,
  links: z.array(link),
  status: z.object({ code: z.int().min(0).max(2), message: z.string().optional() }),
});

/** Spans in the JSON of OTLP over HTTP. */
export const spansAnswer = z
  .object({
    resourceSpans: z.array(
      z.object({
        resource: z.object({ attributes }),
        scopeSpans: z.array(
          z.object({
            scope: z.object({ name: z.string(), version: z.string() }),
            spans: z.array(span),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'OtlpSpans' });
