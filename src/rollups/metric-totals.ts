/**
 * All that the metrics show, read in one go from the sums over all time. No request, call or other single row is looked
 * at, so the cost does not grow with the number of them.
 */
import type { Database } from 'better-sqlite3';
import type { MetricPoint } from './metric-series.ts';
import { createSeries, OTHER } from './metric-series.ts';
import { labelsByPath, MAX_ROWS, namedProjects } from './named-projects.ts';
import type { Add, MetricKey } from './metric-table.ts';
import { addRateLimits } from './rate-limits.ts';
import { addPlans, planDurations } from './plan-metrics.ts';
import { remainder } from './sum-remainder.ts';
import { addSessions, sessionLabels } from './session-metrics.ts';
import { addTools } from './tool-metrics.ts';

/** Series by metric, in the order in which their names were first seen. */
export type MetricTotals = ReadonlyMap<MetricKey, readonly MetricPoint[]>;

/** Metrics of what can happen in a session, by its type. */
export const OCCURRENCE_METRICS: Readonly<Record<string, MetricKey>> = {
  user_prompt: 'prompts',
  slash_command: 'slashCommands',
  compaction: 'compactions',
  user_interrupt: 'interrupts',
  api_error: 'apiErrors',
  turn_completed: 'turns',
  pr_created: 'pullRequests',
  notification: 'notifications',
};

const TALLY_METRICS: Readonly<Record<string, readonly [MetricKey, string]>> = {
  entries: ['entries', 'type'],
  rejects: ['rejects', 'reason'],
  duplicates: ['duplicates', 'source'],
  origin_resets: ['originResets', 'reason'],
};

/** Reads everything that metrics show of the store, as of one moment. */
export function metricTotals(db: Database, nowMs: number): MetricTotals {
  const series = new Map<MetricKey, ReturnType<typeof createSeries>>();
  const add: Add = (metric, labels, value, counts) => {
    const into = series.get(metric) ?? createSeries();
    series.set(metric, into);
    into.add(labels, value, counts);
  };
  const read = db.transaction(() => {
    const { projects, labels } = namedProjects(db);
    addRequests(db, labels, add);
    addTools(db, labels, add);
    addTallies(db, labelsByPath({ projects, labels }), add);
    addHooks(db, add);
    addPlans(db, projects, add);
    addSessions(db, { labelOf: sessionLabels({ projects, labels }), nowMs }, add);
    addState(db, add);
    addRateLimits(db, nowMs, add);
    return planDurations(db);
  });
  const durations = read();
  return new Map<MetricKey, readonly MetricPoint[]>([
    ...[...series].map(([metric, { points }]) => [metric, points()] as const),
    ['planDuration', durations],
  ]);
}

/** Columns of the sums over requests. */
export const REQUEST_SUMS = [
  'requests',
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_5m_input_tokens',
  'cache_creation_1h_input_tokens',
  'input_nano_usd',
  'output_nano_usd',
  'cache_read_nano_usd',
  'cache_creation_nano_usd',
  'web_search_nano_usd',
  'estimated_nano_usd',
  'unpriced_requests',
  'not_final_requests',
] as const;

/** Sums over requests. */
export type RequestSums = Record<(typeof REQUEST_SUMS)[number], number>;
type RequestTotals = RequestSums & {
  readonly project: number;
  readonly model: string;
  readonly requester: number;
};

/** Who asks, by number. */
export const REQUESTERS = ['main', 'subagent', 'auxiliary'];

function addRequests(db: Database, projects: ReadonlyMap<number, string>, add: Add): void {
  const sums = REQUEST_SUMS.map((name) => `sum(${name}) AS ${name}`).join(', ');
  const rows = db
    .prepare<[], RequestTotals>(
      `SELECT project, model.name AS model, requester, ${sums}
       FROM total_request JOIN model ON model.id = model
       GROUP BY project, model.id, requester ORDER BY project, model.id, requester LIMIT ${MAX_ROWS}`,
    )
    .all();
  for (const row of rows) {
    addRequestRow(
      row,
      {
        model: row.model,
        project: projects.get(row.project) ?? OTHER,
        requester: REQUESTERS[row.requester] ?? OTHER,
      },
      add,
    );
  }
  if (rows.length === MAX_ROWS) {
    const all = db.prepare<[], RequestSums>(`SELECT ${sums} FROM total_request`).get();
    addRequestRow(
      remainder(all, rows, REQUEST_SUMS),
      { model: OTHER, project: OTHER, requester: OTHER },
      add,
    );
  }
}

/** Adds sums over requests to all metrics that tell of them. */
export function addRequestRow(
  row: RequestSums,
  { model, project, requester }: Record<'model' | 'project' | 'requester', string>,
  add: Add,
): void {
  const cacheCreation = row.cache_creation_5m_input_tokens + row.cache_creation_1h_input_tokens;
  add('tokens', { type: 'input', model, project }, row.input_tokens);
  add('tokens', { type: 'output', model, project }, row.output_tokens);
  add('tokens', { type: 'cache_read', model, project }, row.cache_read_input_tokens);
  add('tokens', { type: 'cache_creation', model, project }, cacheCreation);
  add('cost', { type: 'input', model, project }, row.input_nano_usd);
  add('cost', { type: 'output', model, project }, row.output_nano_usd);
  add('cost', { type: 'cache_read', model, project }, row.cache_read_nano_usd);
  add('cost', { type: 'cache_creation', model, project }, row.cache_creation_nano_usd);
  add('requests', { model, project, requester }, row.requests);
  const rare: readonly (readonly [MetricKey, Readonly<Record<string, string>>, number])[] = [
    ['cost', { type: 'web_search', model, project }, row.web_search_nano_usd],
    ['estimatedCost', { model, project }, row.estimated_nano_usd],
    ['unpricedRequests', { model, project }, row.unpriced_requests],
    ['notFinalRequests', { model, project }, row.not_final_requests],
  ];
  for (const [metric, labels, value] of rare) {
    if (value !== 0) {
      add(metric, labels, value);
    }
  }
}

function addTallies(db: Database, projects: ReadonlyMap<string, string>, add: Add): void {
  const rows = db.prepare<[], { name: string; label: string; value: number }>(
    `SELECT name, label, value FROM tally LIMIT ${MAX_ROWS}`,
  );
  for (const { name, label, value } of rows.iterate()) {
    const [metric, labelName] = TALLY_METRICS[name] ?? [];
    if (metric !== undefined && labelName !== undefined) {
      add(metric, { [labelName]: label }, value);
    }
    if (name === 'permissions') {
      const [decision = '', path = ''] = label.split('\t');
      const project = projects.get(path) ?? OTHER;
      // An answer that is still to come would be taken away from a counter once it is there.
      if (decision === 'pending') add('pendingPermissions', { project }, value);
      else add('permissions', { decision, project }, value);
    }
    if (name === 'permission_wait_ms') {
      add('permissionWait', { project: projects.get(label) ?? OTHER }, value);
    }
    if (name === 'api_error') {
      const [status = '', error = ''] = label.split('\t');
      add('apiErrorReasons', { status, error }, value);
    }
    if (name === 'occurrence') {
      const [type = '', path = ''] = label.split('\t');
      const occurrence = OCCURRENCE_METRICS[type];
      if (occurrence !== undefined) {
        add(occurrence, { project: projects.get(path) ?? OTHER }, value);
      }
    }
  }
}

function addHooks(db: Database, add: Add): void {
  const rows = db.prepare<[], { event: string; scope: string; count: number }>(
    `SELECT event, scope, count FROM hook_event LIMIT ${MAX_ROWS}`,
  );
  for (const { event, scope, count } of rows.iterate()) {
    add('hookEvents', { event, scope }, count);
  }
}

interface State {
  readonly subagents: number;
  readonly last_event_ms: number | null;
  readonly size_bytes: number;
}

function addState(db: Database, add: Add): void {
  const state = db
    .prepare<[], State>(
      `SELECT (SELECT count(*) FROM subagent) AS subagents,
         (SELECT max(last_at_ms) FROM activity) AS last_event_ms,
         (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) AS size_bytes`,
    )
    .get();
  add('subagents', {}, state?.subagents ?? 0);
  add('databaseSize', {}, state?.size_bytes ?? 0);
  if (typeof state?.last_event_ms === 'number') {
    add('lastEvent', {}, state.last_event_ms);
  }
  const origins = db.prepare<[], { source: string; count: number }>(
    'SELECT source, count(*) AS count FROM origin GROUP BY source',
  );
  for (const { source, count } of origins.all()) {
    add('origins', { source }, count);
  }
}
