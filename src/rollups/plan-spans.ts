/**
 * Plans as spans: an activation is a trace, its orchestration the root, each attempt at a feature and each pull request
 * a child. Ids are made of what a plan is and not of the store's own numbers, so a store that is built anew gives the
 * same.
 */
import { hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { usdFromNano } from '../records/money.ts';
import { planId } from '../store/read-plan-event.ts';
import { knownPlans, type KnownPlan, type PlanNames } from './plan-names.ts';
import {
  readActivations,
  readAttempts,
  readPullRequests,
  type SpanActivation,
  type SpanAttempt,
  type SpanPullRequest,
} from './plan-span-rows.ts';
import { attemptUsage, sumPlanUsage, type PlanUsageSums } from './plan-usage.ts';

/** Attributes of a span or a link. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** From one span to another. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: SpanAttributes;
}

/** One span, before it is encoded for anybody. */
export interface PlanSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Null for the root. */
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly status: 'unset' | 'ok' | 'error';
  /** What went wrong; null where nothing did. */
  readonly message: string | null;
  readonly attributes: SpanAttributes;
  readonly links: readonly SpanLink[];
}

/** Which spans. */
export interface PlanSpanQuery extends PlanNames {
  readonly activation: number | null;
  /** Whether to tell spans that have not ended; they end with the newest event and have `hall_monitor.open`. */
  readonly includesOpen: boolean;
}

/** Spans of the plans that names stand for, oldest activation first; undefined where there is no such plan. */
export function planSpans(db: Database, query: PlanSpanQuery): readonly PlanSpan[] | undefined {
  const read = db.transaction(() => {
    const plans = knownPlans(db, query);
    return plans.length === 0 ? undefined : plans.flatMap((plan) => spansOf(db, plan, query));
  });
  return read();
}

/** What the spans of one activation are made of. */
interface Trace {
  readonly plan: KnownPlan;
  readonly activation: SpanActivation;
  readonly traceId: string;
  readonly rootId: string;
  readonly usageOf: (attempt: number | null) => PlanUsageSums;
  readonly links: readonly SpanLink[];
}

function spansOf(
  db: Database,
  plan: KnownPlan,
  { activation: only, includesOpen }: PlanSpanQuery,
): readonly PlanSpan[] {
  const usage = Map.groupBy(attemptUsage(db, plan.id), ({ activation }) => activation);
  const attempts = Map.groupBy(readAttempts(db, plan.id), ({ activation }) => activation);
  const pullRequests = Map.groupBy(readPullRequests(db, plan.id), ({ activation }) => activation);
  return readActivations(db, plan.id)
    .filter(({ number }) => only === null || number === only)
    .flatMap((activation) => {
      const { number } = activation;
      const tried = attempts.get(number) ?? [];
      const requested = pullRequests.get(number) ?? [];
      if (activation.orchestrated === 0 && tried.length + requested.length === 0) {
        return [];
      }
      const own = usage.get(number) ?? [];
      const byAttempt = Map.groupBy(own, ({ attempt }) => attempt);
      const trace = traceOf(plan, activation, requested, (attempt) =>
        sumPlanUsage(attempt === null ? own : (byAttempt.get(attempt) ?? [])),
      );
      return [
        rootSpan(trace, tried),
        ...tried.map((attempt) => attemptSpan(trace, attempt)),
        ...requested.map((each) => pullRequestSpan(trace, each)),
      ].filter(({ attributes }) => includesOpen || attributes['hall_monitor.open'] !== true);
    });
}

function traceOf(
  plan: KnownPlan,
  activation: SpanActivation,
  pullRequests: readonly SpanPullRequest[],
  usageOf: Trace['usageOf'],
): Trace {
  const { number } = activation;
  const traceId = hash('sha256', `plan-trace\0${plan.key}\0${number}`).slice(0, 32);
  const links = pullRequests.map(({ url }) => ({
    traceId,
    spanId: spanId('pull_request', plan, number, url),
    attributes: { 'url.full': url },
  }));
  const rootId = spanId('orchestration', plan, number, '');
  return { plan, activation, traceId, rootId, usageOf, links };
}

function spanId(kind: string, plan: KnownPlan, activation: number, what: string): string {
  return hash('sha256', ['plan-span', kind, plan.key, activation, what].join('\0')).slice(0, 16);
}

function rootSpan(
  { plan, activation, traceId, rootId, usageOf, links }: Trace,
  tried: readonly SpanAttempt[],
): PlanSpan {
  // A feature may have been going on when the plan was taken up again.
  const startMs = tried.reduce(
    (firstMs, { startedAtMs }) => Math.min(firstMs, startedAtMs),
    activation.orchestratedAtMs ?? activation.startedAtMs,
  );
  return {
    traceId,
    spanId: rootId,
    parentSpanId: null,
    name: `plan ${plan.name}`,
    ...ending(startMs, activation.completedAtMs, activation),
    status: 'unset',
    message: null,
    attributes: known({
      ...planAttributes(plan, activation),
      ...authorAttributes(activation),
      ...usageAttributes(usageOf(null)),
      ...openAttribute(activation.completedAtMs),
    }),
    links,
  };
}

function attemptSpan(
  { plan, activation, traceId, rootId, usageOf, links }: Trace,
  attempt: SpanAttempt,
): PlanSpan {
  const { outcome, featureId } = attempt;
  const isFailure = outcome === 'failed';
  return {
    traceId,
    spanId: spanId('feature', plan, activation.number, `${attempt.name}\0${attempt.number}`),
    parentSpanId: rootId,
    name: `feature ${featureId}`,
    ...ending(attempt.startedAtMs, attempt.endedAtMs, activation),
    status: isFailure ? 'error' : outcome === 'completed' ? 'ok' : 'unset',
    message: isFailure ? `feature_failed ${featureId}` : null,
    attributes: known({
      ...planAttributes(plan, activation),
      'hall_monitor.feature.id': featureId,
      'hall_monitor.feature.description': attempt.description,
      'hall_monitor.feature.attempt': attempt.number,
      'hall_monitor.feature.status': attempt.status,
      'hall_monitor.feature.outcome': outcome,
      'hall_monitor.feature.start_inferred': attempt.inferred === 1,
      ...authorAttributes(attempt),
      ...usageAttributes(usageOf(attempt.id)),
      ...openAttribute(attempt.endedAtMs),
    }),
    links,
  };
}

function pullRequestSpan(
  { plan, activation, traceId, rootId }: Trace,
  { url, number, atMs, ...author }: SpanPullRequest,
): PlanSpan {
  return {
    traceId,
    spanId: spanId('pull_request', plan, activation.number, url),
    parentSpanId: rootId,
    name: 'pull_request',
    startMs: atMs,
    endMs: atMs,
    status: 'unset',
    message: null,
    attributes: known({
      ...planAttributes(plan, activation),
      'url.full': url,
      'vcs.change.id': number === null ? null : String(number),
      ...authorAttributes(author),
    }),
    links: [],
  };
}

type Unsure = Readonly<Record<string, string | number | boolean | null>>;

/** Nothing can end before it began, whatever clocks say. */
function ending(
  startMs: number,
  endMs: number | null,
  { lastEventMs }: SpanActivation,
): Pick<PlanSpan, 'startMs' | 'endMs'> {
  return { startMs, endMs: Math.max(startMs, endMs ?? lastEventMs ?? startMs) };
}

const openAttribute = (endMs: number | null): Unsure =>
  endMs === null ? { 'hall_monitor.open': true } : {};

function planAttributes(plan: KnownPlan, { number }: SpanActivation): Unsure {
  return {
    'hall_monitor.plan.name': plan.name,
    'hall_monitor.plan.id': planId(plan.key),
    'hall_monitor.plan.project': plan.repository,
    'hall_monitor.plan.path': plan.path,
    'hall_monitor.plan.activation': number,
  };
}

function authorAttributes({ session, agentId }: Pick<SpanAttempt, 'session' | 'agentId'>): Unsure {
  return {
    'session.id': session,
    'gen_ai.conversation.id': session,
    'gen_ai.agent.id': agentId,
  };
}

/** In the conventions for generative AI, input is all that was read, from the cache or not. */
function usageAttributes(usage: PlanUsageSums): Unsure {
  const { cache_read_input_tokens: cacheRead } = usage;
  const cacheCreation = usage.cache_creation_5m_input_tokens + usage.cache_creation_1h_input_tokens;
  return {
    'gen_ai.usage.input_tokens': usage.input_tokens + cacheRead + cacheCreation,
    'gen_ai.usage.output_tokens': usage.output_tokens,
    'gen_ai.usage.cache_read.input_tokens': cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': cacheCreation,
    'hall_monitor.cost_usd': usdFromNano(usage.cost_nano_usd),
    'hall_monitor.requests': usage.requests,
    'hall_monitor.tool_calls': usage.tool_calls,
  };
}

function known(attributes: Unsure): SpanAttributes {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}
