import type { Database } from 'better-sqlite3';
import { InputError } from '../errors.ts';
import type { PlanPlace } from '../store/plan-rows.ts';
import { planFeatures, type PlanFeatureDetail } from './plan-features.ts';
import { knownPlans, type KnownPlan } from './plan-names.ts';
import { partFrom, planShares, sharesOf, type PlanPart, type Shares } from './plan-shares.ts';
import { durations, isoTime, summarisePlan, type PlanSummary } from './plan-summary.ts';
import type { PlanUsage } from './plan-usage.ts';

export type { PlanAttempt, PlanFeatureDetail } from './plan-features.ts';
export type { PlanPart } from './plan-shares.ts';
export type { PlanSummary } from './plan-summary.ts';
export type { PlanUsage } from './plan-usage.ts';

/** Which plans, the one that changed last first; null means no restriction. */
export interface PlanQuery {
  readonly nowMs: number;
  /** Name of a plan, or its public id. */
  readonly name?: string | null;
  /** Path of the project they lie in, or the last part of it. */
  readonly project?: string | null;
  readonly location?: PlanPlace | null;
  readonly limit: number | null;
  /** What an earlier page gave as `next`. */
  readonly cursor?: string | null;
}

/** A page of plans; `next` is null on the last one. */
export interface PlanPage {
  readonly plans: readonly PlanSummary[];
  readonly next: string | null;
}

/** One activation: a time that the plan lay in `dev/active`. */
export interface PlanActivation {
  readonly number: number;
  readonly generation: number;
  readonly started: string;
  readonly start_basis: string;
  /** Whether work on its features began. */
  readonly orchestrated: boolean;
  /** Null also where it began before the plan was first seen. */
  readonly orchestration_started: string | null;
  readonly completed: string | null;
  readonly duration_ms: number | null;
  readonly elapsed_ms: number | null;
  readonly usage: PlanUsage;
  /** What of it belongs to no feature. */
  readonly rest: PlanUsage;
}

/** A plan with its parts; features, `earlier` and `rest` add up to `total`. */
export interface PlanDetail extends PlanSummary {
  readonly activations: readonly PlanActivation[];
  readonly features: readonly PlanFeatureDetail[];
  /** What went into features of earlier writings of the plan; null where there was nothing. */
  readonly earlier: PlanPart | null;
  /** What belongs to the plan and to no feature. */
  readonly rest: PlanPart;
  readonly total: { readonly usage: PlanUsage };
}

/**
 * Lists plans.
 *
 * @throws InputError for a cursor that is none of ours.
 */
export function listPlans(db: Database, query: PlanQuery): PlanPage {
  const { name = null, project = null, location = null, cursor = null, limit, nowMs } = query;
  const after = cursor === null ? null : readCursor(cursor);
  const read = db.transaction((): PlanPage => {
    const wanted = knownPlans(db, { plan: name, project }).filter(
      (plan) =>
        (location === null || plan.location === location) &&
        (after === null || comesAfter(plan, after)),
    );
    const page = limit === null ? wanted : wanted.slice(0, limit);
    const last = page.at(-1);
    const isLast = last === undefined || page.length === wanted.length;
    return {
      plans: page.map((plan) => summarisePlan(db, plan, { nowMs, shares: planShares(db, plan) })),
      next: isLast ? null : `${last.changedMs}.${last.id}`,
    };
  });
  return read();
}

/** Plans of a name or public id with all their parts, the one that changed last first; projects may share names. */
export function planDetail(
  db: Database,
  nameOrId: string,
  { nowMs, project = null }: { readonly nowMs: number; readonly project?: string | null },
): readonly PlanDetail[] {
  const read = db.transaction(() =>
    knownPlans(db, { plan: nameOrId, project }).map((plan) => detailOf(db, plan, nowMs)),
  );
  return read();
}

function detailOf(db: Database, plan: KnownPlan, nowMs: number): PlanDetail {
  const shares = planShares(db, plan);
  const { features, attemptIds } = planFeatures(db, { plan, nowMs, shares });
  const earlier = sharesOf(shares, ({ attempt }) => attempt !== 0 && !attemptIds.has(attempt));
  const summary = summarisePlan(db, plan, { nowMs, shares });
  return {
    ...summary,
    activations: activations(db, plan, { nowMs, shares }),
    features,
    earlier: earlier.usage.length + earlier.files.length === 0 ? null : partFrom(earlier),
    rest: partFrom(sharesOf(shares, ({ attempt }) => attempt === 0)),
    total: { usage: summary.usage },
  };
}

interface ActivationRow {
  readonly number: number;
  readonly generation: number;
  readonly startedAtMs: number;
  readonly startBasis: string;
  readonly orchestrated: number;
  readonly orchestratedAtMs: number | null;
  readonly completedAtMs: number | null;
}

function activations(
  db: Database,
  plan: KnownPlan,
  { nowMs, shares }: { readonly nowMs: number; readonly shares: Shares },
): readonly PlanActivation[] {
  const rows = db
    .prepare<[number], ActivationRow>(
      `SELECT number, generation, started_at_ms AS startedAtMs, start_basis AS startBasis, orchestrated,
         orchestrated_at_ms AS orchestratedAtMs, completed_at_ms AS completedAtMs
       FROM plan_activation WHERE plan = ? ORDER BY number`,
    )
    .all(plan.id);
  return rows.map((row) => {
    const isOpen = row.number === plan.activation && plan.location === 'active';
    const own = sharesOf(shares, ({ activation }) => activation === row.number);
    return {
      number: row.number,
      generation: row.generation,
      started: new Date(row.startedAtMs).toISOString(),
      start_basis: row.startBasis,
      orchestrated: row.orchestrated === 1,
      orchestration_started: isoTime(row.orchestratedAtMs),
      completed: isoTime(row.completedAtMs),
      ...durations(row.orchestratedAtMs, row.completedAtMs, { nowMs, isOpen }),
      usage: partFrom(own).usage,
      rest: partFrom(sharesOf(own, ({ attempt }) => attempt === 0)).usage,
    };
  });
}

interface Cursor {
  readonly changedMs: number;
  readonly id: number;
}

function readCursor(text: string): Cursor {
  const [, changedMs, id] = /^(-?\d{1,16})\.(\d{1,16})$/.exec(text) ?? [];
  if (changedMs === undefined || id === undefined) {
    throw new InputError('The cursor is not one that a list of plans gave.', {
      hint: 'Start again without it.',
    });
  }
  return { changedMs: Number(changedMs), id: Number(id) };
}

function comesAfter({ changedMs, id }: KnownPlan, cursor: Cursor): boolean {
  return changedMs < cursor.changedMs || (changedMs === cursor.changedMs && id < cursor.id);
}
