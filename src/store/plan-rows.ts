import type { FeatureStatus, PlanEventType, PlanLocation } from '../records/plan.ts';

/** Where a plan lies now, or `gone` where no checkout has it any more. */
export type PlanPlace = PlanLocation | 'gone';

/** One plan as the store keeps it. */
export interface PlanRow {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly repository: string;
  readonly path: string;
  readonly location: PlanPlace;
  readonly generation: number;
  readonly activation: number;
  readonly firstSeenMs: number;
}

/** One activation: a time that the plan lay in `dev/active`. */
export interface ActivationRow {
  readonly plan: number;
  readonly number: number;
  readonly generation: number;
  readonly startedAtMs: number;
  readonly startBasis: 'plan_created' | 'moved_back' | 'first_seen';
  readonly orchestrated: number;
  readonly orchestratedAtMs: number | null;
  readonly completedAtMs: number | null;
}

/** One feature; `detail` is the JSON text of a {@link FeatureDetail}. */
export interface FeatureRow {
  readonly id: number;
  readonly plan: number;
  readonly generation: number;
  readonly name: string;
  readonly featureId: string;
  readonly position: number;
  readonly description: string | null;
  readonly promptFile: string | null;
  readonly detail: string;
  readonly status: FeatureStatus;
  readonly rawStatus: string | null;
  readonly regressions: number;
  readonly regressedFrom: FeatureStatus | null;
  readonly removedAtMs: number | null;
}

/** What a manifest says of a feature and nothing here depends on, under its public names. */
export interface FeatureDetail {
  readonly planned_files: readonly string[];
  readonly depends_on: readonly string[];
  readonly edge_cases: readonly string[];
  readonly decisions: readonly string[];
  readonly code_refs: readonly string[];
  readonly verification: string | null;
}

/** How an attempt ended. */
export type AttemptOutcome = 'completed' | 'failed' | 'reset' | 'removed' | 'unfinished';

/** One try at a feature. */
export interface AttemptRow {
  readonly id: number;
  readonly plan: number;
  readonly activation: number;
  readonly feature: number;
  readonly number: number;
  readonly startedAtMs: number;
  readonly inferred: number;
  readonly endedAtMs: number | null;
  readonly outcome: AttemptOutcome | null;
}

/** One plan event. */
export interface PlanEventRow {
  readonly id: number;
  readonly key: string;
  readonly plan: number;
  readonly activation: number;
  readonly type: PlanEventType;
  readonly attempt: number | null;
  readonly feature: number | null;
  readonly featureId: string | null;
  readonly featureDescription: string | null;
  readonly status: FeatureStatus | null;
  readonly path: string;
  readonly atMs: number;
  readonly fileAtMs: number;
  readonly timeSource: 'file' | 'observed' | 'tool_call' | 'transcript' | 'hook';
  readonly session: number | null;
  readonly sessionSource: 'tool_call' | 'time' | 'transcript' | 'hook' | null;
  readonly promptId: string | null;
  readonly agentId: string | null;
  readonly toolCallKey: string | null;
  readonly prUrl: string | null;
  readonly data: string;
  readonly revision: number;
}

/** What one branch of one checkout showed last. */
export interface CheckoutRow {
  readonly plan: number;
  readonly path: string;
  readonly branch: string;
  readonly location: PlanPlace;
  /** The last place that was not `gone`. */
  readonly lastLocation: PlanLocation;
  readonly hasPlan: number;
  readonly completeMark: string | null;
  readonly manifestModifiedMs: number | null;
  /** JSON of `{ [feature row id]: status }`. */
  readonly features: string;
  /** Device and inode of the folder. */
  readonly folderId: string | null;
  /** When the checkout was switched to this branch last. */
  readonly switchedMs: number | null;
  readonly seenAtMs: number;
}
