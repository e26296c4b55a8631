/** Statuses that the plan commands write. */
export const FEATURE_STATUSES = ['pending', 'in_progress', 'completed', 'failed'] as const;

/** One of the statuses. */
export type FeatureStatus = (typeof FEATURE_STATUSES)[number];

/** Everything that can happen to a plan; the seeds' closed list. */
export const PLAN_EVENT_TYPES = [
  'plan_created',
  'plan_optimized',
  'feature_created',
  'orchestration_started',
  'feature_started',
  'feature_completed',
  'feature_failed',
  'orchestration_completed',
  'pr_created',
] as const;

/** One of the events. */
export type PlanEventType = (typeof PLAN_EVENT_TYPES)[number];

/** Which of the two folders of a project a plan lies in: `dev/active` or `dev/complete`. */
export type PlanLocation = 'active' | 'complete';

/** Folders that plans lie in, by location, below the folder of a project. */
export const PLAN_FOLDERS: Readonly<Record<PlanLocation, string>> = {
  active: 'dev/active',
  complete: 'dev/complete',
};

/** One feature as a manifest states it; what the line does not say is null or empty. */
export interface PlanFeature {
  readonly id: string;
  /** Null where the manifest names none, or one that is not known. */
  readonly status: FeatureStatus | null;
  /** The status as it stands there, where it is not known. */
  readonly rawStatus: string | null;
  readonly description: string | null;
  /** Prompt of this feature, relative to the folder of the plan. */
  readonly promptFile: string | null;
  /** Files that the feature is to change, relative to the project. */
  readonly plannedFiles: readonly string[];
  readonly dependsOn: readonly string[];
  readonly edgeCases: readonly string[];
  readonly decisions: readonly string[];
  readonly codeRefs: readonly string[];
  /** Shell command; shown, never run. */
  readonly verification: string | null;
}

/** A manifest as it was read, in the order of its lines; of several lines with one id the fields of the last count. */
export interface PlanManifest {
  readonly path: string;
  readonly modifiedMs: number;
  readonly features: readonly PlanFeature[];
  /**
   * Whether the file has been left alone for long enough that a feature which is not in it is gone; else it may be half
   * written.
   */
  readonly isSettled: boolean;
}

/** One folder of a plan as it was read. */
export interface PlanFolder {
  readonly location: PlanLocation;
  readonly path: string;
  /** Device and inode: a folder that is moved keeps it. */
  readonly folderId: string;
  /** When the folder itself was changed last, which moving it does. */
  readonly changedMs: number;
  /** When `plan.md` was made, as far as the file system knows; null where there is none. */
  readonly planWrittenMs: number | null;
  /** Null where there is none, or none of whose lines could be read: what was known before then holds. */
  readonly manifest: PlanManifest | null;
}

/** Everything that one checkout shows of one plan at one moment; no folders at all where the plan is gone from it. */
export interface PlanSnapshotRecord {
  readonly kind: 'plan_snapshot';
  /** Name of the plan's folder. */
  readonly name: string;
  /** Folder that holds `dev`. */
  readonly checkout: string;
  /** The same folder in the repository's main checkout: all checkouts of one plan share it. */
  readonly repository: string;
  /** Branch of the checkout, `HEAD` where it is on none, null outside a git repository. */
  readonly branch: string | null;
  /** When the checkout was switched to another branch last. */
  readonly switchedMs: number | null;
  /** At most one for each location. */
  readonly folders: readonly PlanFolder[];
  readonly observedAtMs: number;
}

/** The public form of what happened to a plan; see also `MetricEntry`. */
export interface PlanEvent {
  readonly id: string;
  readonly revision: number;
  /** ISO 8601 in UTC with milliseconds. */
  readonly timestamp: string;
  /** `unknown` where nothing tells who did it. */
  readonly session_id: string;
  readonly event_type: PlanEventType;
  readonly plan_name: string;
  /** Absolute path of the plan's folder at that time. */
  readonly plan_path: string;
  readonly feature_id?: string;
  readonly feature_description?: string;
  readonly status?: FeatureStatus;
  readonly pr_url?: string;
  readonly data: Readonly<Record<string, unknown>>;
}
