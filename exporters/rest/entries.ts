import { z } from 'zod';
import { ALL_ENTRIES, type EntryQuery } from '../../src/records/entry-query.ts';
import { resolveFilter } from '../../src/rollups/filter.ts';
import { listOf, metricEntry } from './answers.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import * as fields from './fields.ts';
import { blaming } from './parameters.ts';
import type { RouteSpec } from './route-spec.ts';
import { jsonRoute } from './route-spec.ts';

/** Restrictions on entries, the same for reading and exporting them. */
export const ENTRY_FILTERS = {
  from: fields.from,
  to: fields.to,
  session: fields.session,
  project: fields.project,
  source: z
    .enum(['hook', 'transcript', 'telemetry', 'custom'])
    .optional()
    .describe('Kind of input that told of it.'),
  event_type: fields.named(
    'Type of the entry, such as api_response, tool_completed or user_prompt.',
  ),
  event_category: z
    .enum(['tool', 'api', 'session', 'user', 'custom'])
    .optional()
    .describe('Category of the entry.'),
  model: fields.model,
  tool: fields.tool,
  success: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Whether the tool call succeeded.'),
  tag: fields.named(
    'Tags that the entry must all have, repeated or with commas between them. Also `tags`.',
  ),
};

const query = z.strictObject({
  ...ENTRY_FILTERS,
  order: z.enum(['desc', 'asc']).default('desc').describe('Newest or oldest first.'),
  limit: fields.limit(100),
  cursor: fields.cursor,
});

type Filters = z.output<z.ZodObject<typeof ENTRY_FILTERS>>;

/** The store's question for the filters of a request; names that are not known fit nothing. */
export function entryQuery(
  deps: Pick<RestDeps, 'reader'>,
  filters: Filters,
  timezone: string,
): EntryQuery {
  const { session = null, project = null, model = null } = filters;
  const range = fields.rangeOf(filters, timezone);
  const ids = blaming('session', () => resolveFilter(deps.reader.db, { session, project, model }));
  return {
    ...ALL_ENTRIES,
    fromMs: range.sinceMs,
    toMs: range.untilMs,
    sessions: ids.sessions,
    projects: ids.projects,
    models: ids.models,
    source: filters.source ?? null,
    eventType: filters.event_type ?? null,
    category: filters.event_category ?? null,
    tool: filters.tool ?? null,
    success: filters.success ?? null,
    tags: (filters.tag ?? '').split(',').flatMap((tag) => tag.trim() || []),
  };
}

/** `GET /api/metrics`: entries by filter, page by page. */
export function entriesRoute(deps: RestDeps, config: RestConfig): RouteSpec {
  return jsonRoute({
    path: '/api/metrics',
    summary: 'Entries by filter, newest first.',
    query,
    answer: listOf(metricEntry),
    respond: ({ order, limit, cursor = null, ...filters }) => {
      const asked = { ...entryQuery(deps, filters, config.timezone), order, limit, cursor };
      const { entries, next } = blaming('cursor', () => deps.entries(asked));
      return { data: entries, next };
    },
  });
}
