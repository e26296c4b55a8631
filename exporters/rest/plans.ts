/** Plans, what happened to them, and their spans. */
import { z } from 'zod';
import { FEATURE_STATUSES, PLAN_EVENT_TYPES } from '../../src/records/plan.ts';
import { ANY_NAME, resolveFilter } from '../../src/rollups/filter.ts';
import { planEventPage } from '../../src/rollups/plan-events.ts';
import { knownPlans } from '../../src/rollups/plan-names.ts';
import { planSpans } from '../../src/rollups/plan-spans.ts';
import { listPlans, planDetail } from '../../src/rollups/plans.ts';
import { problemResponse } from '../../src/runtime/problem.ts';
import { listOf } from './answers.ts';
import type { RestConfig, RestDeps } from './deps.ts';
import { encodeSpans } from './encode-spans.ts';
import * as fields from './fields.ts';
import { blaming, readQuery } from './parameters.ts';
import { planDetailAnswer, planEventAnswer, planSummary, spansAnswer } from './plan-answers.ts';
import type { RouteSpec } from './route-spec.ts';
import { answering, jsonRoute } from './route-spec.ts';

/** The routes of plans; the fixed paths come before those that begin with a name. */
export function plansRoutes(deps: RestDeps, config: RestConfig): readonly RouteSpec[] {
  return [
    plansRoute(deps),
    eventsRoute(deps, config),
    eventsOfPlanRoute(deps, config),
    planRoute(deps),
    spansRoute(deps),
  ];
}

function plansRoute(deps: RestDeps): RouteSpec {
  return jsonRoute({
    path: '/api/plans',
    summary: 'Plans with how far they are and what they cost, the one that changed last first.',
    query: z.strictObject({
      plan: fields.plan,
      project: fields.project,
      location: z
        .enum(['active', 'complete', 'gone'])
        .optional()
        .describe('Where the plan lies; gone: in no checkout any more.'),
      limit: fields.limit(100),
      cursor: fields.cursor,
    }),
    answer: listOf(planSummary),
    respond: ({ plan = null, project = null, location = null, limit, cursor = null }) => {
      const query = { nowMs: deps.now(), name: plan, project, location, limit, cursor };
      const { plans, next } = blaming('cursor', () => listPlans(deps.reader.db, query));
      return { data: plans, next };
    },
  });
}

const ofEvents = {
  project: fields.project,
  event_type: z.enum(PLAN_EVENT_TYPES).optional().describe('Type of the event. Also `type`.'),
  feature: fields.named('Id of a feature as the manifest gives it. Also `feature_id`.'),
  status: z.enum(FEATURE_STATUSES).optional().describe('Status that the feature came to.'),
  session: fields.named(
    'Id of a session, or the beginning of one; `unknown` where nobody knows who it was. Also `session_id`.',
  ),
  from: fields.from,
  to: fields.to,
  order: z.enum(['desc', 'asc']).default('desc').describe('Newest or oldest first.'),
  limit: fields.limit(100),
  cursor: fields.cursor,
};

const eventsOfPlanQuery = z.strictObject(ofEvents);
const eventsQuery = z.strictObject({ plan: fields.plan, ...ofEvents });

type EventsQuery = z.output<typeof eventsQuery>;

function eventsRoute(deps: RestDeps, config: RestConfig): RouteSpec {
  return jsonRoute({
    path: '/api/plans/events',
    summary: 'What happened to plans, newest first.',
    query: eventsQuery,
    answer: listOf(planEventAnswer),
    respond: (asked) => eventsFor(deps, asked, config.timezone),
  });
}

function eventsOfPlanRoute(deps: RestDeps, config: RestConfig): RouteSpec {
  return planRouteSpec({
    path: '/api/plans/events/:plan',
    summary: 'What happened to the plans of a name, newest first.',
    query: eventsOfPlanQuery,
    answer: listOf(planEventAnswer),
    respond: (asked, plan) => {
      const names = { plan, project: asked.project ?? null };
      return knownPlans(deps.reader.db, names).length === 0
        ? undefined
        : eventsFor(deps, { ...asked, plan }, config.timezone);
    },
  });
}

function eventsFor(deps: RestDeps, asked: EventsQuery, timezone: string): object {
  const range = fields.rangeOf(asked, timezone);
  const { plan = null, project = null, feature = null, status = null, session = null } = asked;
  const { order, limit, cursor = null } = asked;
  const names = { plan, project, feature, status, session };
  const query = { ...range, ...names, eventType: asked.event_type ?? null, order, limit, cursor };
  blaming('session', () => resolveFilter(deps.reader.db, { ...ANY_NAME, session }));
  const { events, next } = blaming('cursor', () => planEventPage(deps.reader.db, query));
  return { data: events, next };
}

function planRoute(deps: RestDeps): RouteSpec {
  return planRouteSpec({
    path: '/api/plans/:plan',
    summary:
      'The plans of a name, or the one of a `plan_id`, with features, attempts and what each of them cost.',
    query: z.strictObject({ project: fields.project }),
    answer: listOf(planDetailAnswer),
    respond: ({ project = null }, plan) => {
      const data = planDetail(deps.reader.db, plan, { nowMs: deps.now(), project });
      return data.length === 0 ? undefined : { data, next: null };
    },
  });
}

const spansQuery = z.strictObject({
  project: fields.project,
  activation: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, { error: 'it is no whole number from 1 on', abort: true })
    .transform(Number)
    .optional()
    .describe('Only this activation; all of them when left out.'),
  open: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true')
    .describe('Whether to answer with spans that have not ended; they end with the newest event.'),
});

function spansRoute(deps: RestDeps): RouteSpec {
  return planRouteSpec({
    path: '/api/plans/:plan/spans',
    summary: 'A plan as traces in the JSON of OTLP over HTTP, with the same ids each time.',
    query: spansQuery,
    answer: spansAnswer,
    respond: ({ project = null, activation = null, open }, plan) => {
      const query = { plan, project, activation, includesOpen: open };
      const spans = planSpans(deps.reader.db, query);
      return spans === undefined ? undefined : encodeSpans(spans, deps.version);
    },
  });
}

/** A route below a plan; no answer means that there is no such plan. */
function planRouteSpec<Q extends z.ZodObject>({
  respond,
  ...spec
}: Pick<RouteSpec, 'path' | 'summary'> & {
  readonly query: Q;
  readonly answer: z.ZodType;
  readonly respond: (query: z.output<Q>, plan: string) => object | undefined;
}): RouteSpec {
  return {
    ...spec,
    method: 'GET',
    handle: (request, { plan = '' }) =>
      answering(() => {
        const answer = respond(readQuery(spec.query, new URL(request.url)), plan);
        return answer === undefined
          ? problemResponse(404, {
              message: 'There is no such plan.',
              parameter: 'plan',
              hint: 'GET /api/plans lists them.',
            })
          : Response.json(answer);
      }),
  };
}
