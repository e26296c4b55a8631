import type { Database } from 'better-sqlite3';
import { planId } from '../store/read-plan-event.ts';

/** The plan that a request is counted for. */
export interface RequestPlan {
  readonly plan_id: string;
  readonly plan: string;
  readonly project: string;
  readonly activation: number;
  /** Null for what belongs to the plan and to no feature. */
  readonly feature_id: string | null;
  readonly attempt: number | null;
}

/** To which plan, and which attempt at which feature, a request belongs; null where it belongs to none. */
export function requestPlan(db: Database, requestKey: string): RequestPlan | null {
  const row = db
    .prepare<[string], Omit<RequestPlan, 'plan_id'> & { readonly key: string }>(
      `SELECT plan.key, plan.name AS plan, plan.repository AS project, s.activation, f.feature_id, a.number AS attempt
       FROM request r JOIN plan_request s ON s.request = r.id JOIN plan ON plan.id = s.plan
         LEFT JOIN plan_attempt a ON a.id = s.attempt LEFT JOIN plan_feature f ON f.id = a.feature
       WHERE r.key = ?`,
    )
    .get(requestKey);
  if (row === undefined) {
    return null;
  }
  const { key, ...rest } = row;
  return { plan_id: planId(key), ...rest };
}
