import type { Database } from 'better-sqlite3';
import { prepared } from '../store/prepared.ts';
import type { FeatureStatus } from '../records/plan.ts';
import type { PlanPlace } from '../store/plan-rows.ts';
import { planId } from '../store/read-plan-event.ts';
import type { KnownPlan } from './plan-names.ts';
import { partFrom, sharesOf, type Shares } from './plan-shares.ts';
import type { PlanUsage } from './plan-usage.ts';

/** Features of a plan as it is written now, by status; those that were removed count only as such. */
export type FeatureCounts = Readonly<Record<FeatureStatus | 'total' | 'removed', number>>;

/** A pull request that belongs to a plan. */
export interface PlanPullRequest {
  readonly url: string;
  readonly number: number | null;
  readonly repository: string | null;
}

/** One plan as lists show it; times are ISO 8601 in UTC. */
export interface PlanSummary {
  readonly plan_id: string;
  readonly plan: string;
  /** Path of the repository's main checkout. */
  readonly project: string;
  readonly path: string;
  readonly location: PlanPlace;
  readonly activation: number;
  readonly feature_counts: FeatureCounts;
  /** Share of the features that are completed, whatever the location says; null without features. */
  readonly progress: number | null;
  readonly created: string | null;
  /** When work on it began in this activation; null where that is not known. */
  readonly started: string | null;
  readonly ended: string | null;
  readonly last_event: string | null;
  /** From start to end; null where either is not known. */
  readonly duration_ms: number | null;
  /** From the start until now, while it goes on. */
  readonly elapsed_ms: number | null;
  /** Sessions that worked on it, the first one first. */
  readonly sessions: readonly string[];
  readonly pull_requests: readonly PlanPullRequest[];
  /** Attempts whose start was not seen. */
  readonly inferred_starts: number;
  /** How often a feature went back. */
  readonly regressions: number;
  /** What its current activation used. */
  readonly activation_usage: PlanUsage;
  /** What all its activations used. */
  readonly usage: PlanUsage;
}

/** Sums a plan up as of a moment. */
export function summarisePlan(
  db: Database,
  plan: KnownPlan,
  { nowMs, shares }: { readonly nowMs: number; readonly shares: Shares },
): PlanSummary {
  const { feature_counts, regressions } = features(db, plan);
  const { total, completed } = feature_counts;
  const current = sharesOf(shares, ({ activation }) => activation === plan.activation);
  return {
    plan_id: planId(plan.key),
    plan: plan.name,
    project: plan.repository,
    path: plan.path,
    location: plan.location,
    activation: plan.activation,
    feature_counts,
    progress: total === 0 ? null : completed / total,
    ...times(db, plan, nowMs),
    sessions: sessions(db, plan.id),
    pull_requests: pullRequests(db, plan.id),
    inferred_starts: inferredStarts(db, plan),
    regressions,
    activation_usage: partFrom(current).usage,
    usage: partFrom(shares).usage,
  };
}

/** A moment as text; null stays null. */
export function isoTime(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}

/** How long something took, or has taken until now while it goes on. */
export function durations(
  startMs: number | null,
  endMs: number | null,
  { nowMs, isOpen }: { readonly nowMs: number; readonly isOpen: boolean },
): { readonly duration_ms: number | null; readonly elapsed_ms: number | null } {
  return {
    duration_ms: startMs === null || endMs === null ? null : Math.max(0, endMs - startMs),
    elapsed_ms: startMs === null || endMs !== null || !isOpen ? null : Math.max(0, nowMs - startMs),
  };
}

function features(
  db: Database,
  { id, generation }: KnownPlan,
): { readonly feature_counts: FeatureCounts; readonly regressions: number } {
  const rows = prepared<
    [number, number],
    { status: FeatureStatus; removed: number; n: number; back: number }
  >(
    db,
    `SELECT status, removed_at_ms IS NOT NULL AS removed, count(*) AS n, sum(regressions) AS back
       FROM plan_feature WHERE plan = ? AND generation = ? GROUP BY 1, 2`,
  ).all(id, generation);
  const counts = { total: 0, pending: 0, in_progress: 0, completed: 0, failed: 0, removed: 0 };
  for (const { status, removed, n } of rows) {
    if (removed === 1) {
      counts.removed += n;
      continue;
    }
    counts.total += n;
    counts[status] += n;
  }
  return { feature_counts: counts, regressions: rows.reduce((sum, { back }) => sum + back, 0) };
}

type Times = Pick<
  PlanSummary,
  'created' | 'started' | 'ended' | 'last_event' | 'duration_ms' | 'elapsed_ms'
>;

function times(db: Database, { id, activation, location }: KnownPlan, nowMs: number): Times {
  const row = prepared<
    [number, number, number, number],
    {
      readonly createdMs: number | null;
      readonly startedMs: number | null;
      readonly endedMs: number | null;
      readonly lastMs: number | null;
    }
  >(
    db,
    `SELECT (SELECT max(at_ms) FROM plan_event WHERE plan = ? AND type = 'plan_created') AS createdMs,
         (SELECT max(at_ms) FROM plan_event WHERE plan = ?) AS lastMs,
         orchestrated_at_ms AS startedMs, completed_at_ms AS endedMs
       FROM (SELECT 1) LEFT JOIN plan_activation ON plan = ? AND number = ?`,
  ).get(id, id, id, activation);
  const { createdMs = null, startedMs = null, endedMs = null, lastMs = null } = row ?? {};
  return {
    created: isoTime(createdMs),
    started: isoTime(startedMs),
    ended: isoTime(endedMs),
    last_event: isoTime(lastMs),
    ...durations(startedMs, endedMs, { nowMs, isOpen: location === 'active' }),
  };
}

function sessions(db: Database, plan: number): readonly string[] {
  return prepared<[number], string>(
    db,
    `SELECT session_id FROM plan_session JOIN session ON session.id = session
       WHERE plan = ? GROUP BY session.id ORDER BY min(from_ms), session_id`,
  )
    .pluck()
    .all(plan);
}

function pullRequests(db: Database, plan: number): readonly PlanPullRequest[] {
  return prepared<[number], PlanPullRequest>(
    db,
    `SELECT pr_url AS url, max(data ->> 'pr_number') AS number, max(data ->> 'pr_repository') AS repository
       FROM plan_event WHERE plan = ? AND type = 'pr_created' AND pr_url IS NOT NULL
       GROUP BY pr_url ORDER BY min(at_ms), pr_url`,
  ).all(plan);
}

function inferredStarts(db: Database, { id, generation }: KnownPlan): number {
  const count = prepared<[number, number], number>(
    db,
    `SELECT count(*) FROM plan_attempt a JOIN plan_feature f ON f.id = a.feature
       WHERE a.plan = ? AND f.generation = ? AND a.inferred = 1`,
  )
    .pluck()
    .get(id, generation);
  return count ?? 0;
}
