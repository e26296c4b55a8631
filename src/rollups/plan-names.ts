import type { Database } from 'better-sqlite3';
import type { PlanRow } from '../store/plan-rows.ts';
import { planId } from '../store/read-plan-event.ts';

/** Which plans, by the names people use; null means all. */
export interface PlanNames {
  /** A plan's name or its public id. */
  readonly plan: string | null;
  /** Path of the project that a plan lies in, or the last part of it. */
  readonly project: string | null;
}

/** A plan, and when something last happened to it. */
export interface KnownPlan extends PlanRow {
  /** Time of its newest event; of its first sight where it has none. */
  readonly changedMs: number;
}

/** The plans that names stand for, the one that changed last first. */
export function knownPlans(db: Database, { plan, project }: PlanNames): readonly KnownPlan[] {
  const mayBeId = plan === null || plan.startsWith('plan_');
  const rows = db
    .prepare<string[], KnownPlan>(
      `SELECT id, key, name, repository, path, location, generation, activation, first_seen_ms AS firstSeenMs,
         coalesce((SELECT max(at_ms) FROM plan_event WHERE plan = plan.id), first_seen_ms) AS changedMs
       FROM plan ${mayBeId ? '' : 'WHERE name = ?'} ORDER BY changedMs DESC, id DESC`,
    )
    .all(...(mayBeId ? [] : [plan]));
  const named =
    plan === null ? rows : rows.filter(({ name, key }) => name === plan || planId(key) === plan);
  return project === null ? named : inProject(named, project);
}

/** A whole path before the last part of one, as with every project. */
function inProject(plans: readonly KnownPlan[], project: string): readonly KnownPlan[] {
  const exact = plans.filter(({ repository }) => repository === project);
  return exact.length > 0
    ? exact
    : plans.filter(({ repository }) => repository.split(/[\\/]/).at(-1) === project);
}
