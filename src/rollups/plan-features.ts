import type { Database } from 'better-sqlite3';
import type { FeatureStatus } from '../records/plan.ts';
import type { AttemptOutcome, AttemptRow, FeatureDetail, FeatureRow } from '../store/plan-rows.ts';
import { plannedFiles, type PlannedFiles, type TouchedFile } from './plan-files.ts';
import type { KnownPlan } from './plan-names.ts';
import { partFrom, type PlanPart, type Shares } from './plan-shares.ts';
import { durations, isoTime } from './plan-summary.ts';
import type { PlanUsage } from './plan-usage.ts';

/** One try at a feature. */
export interface PlanAttempt {
  readonly activation: number;
  readonly number: number;
  readonly started: string;
  /** Whether the start was not seen, so that it may have been earlier. */
  readonly start_inferred: boolean;
  readonly ended: string | null;
  readonly outcome: AttemptOutcome | null;
  /** Null where it goes on, or its start was not seen. */
  readonly duration_ms: number | null;
  readonly elapsed_ms: number | null;
  readonly usage: PlanUsage;
  readonly files: readonly TouchedFile[];
}

/** One feature with everything that is known of it. */
export interface PlanFeatureDetail extends FeatureDetail, PlannedFiles {
  readonly id: string;
  readonly description: string | null;
  /** The last status that was known. */
  readonly status: FeatureStatus;
  /** What the manifest says instead, where that is no known status. */
  readonly raw_status: string | null;
  /** Prompt of the feature, relative to the plan's folder. */
  readonly file: string | null;
  /** When it went from the manifest. */
  readonly removed: string | null;
  readonly regressions: number;
  readonly attempts: readonly PlanAttempt[];
  /** What all its attempts used. */
  readonly usage: PlanUsage;
}

type KnownFeature = Omit<FeatureRow, 'plan' | 'generation' | 'name' | 'position' | 'regressedFrom'>;
type KnownAttempt = Omit<AttemptRow, 'plan'>;

/** The features of a plan as it is written now, in the order of the manifest, those that were removed last. */
export function planFeatures(
  db: Database,
  { plan, nowMs, shares }: { plan: KnownPlan; nowMs: number; shares: Shares },
): { readonly features: readonly PlanFeatureDetail[]; readonly attemptIds: ReadonlySet<number> } {
  const attempts = attemptRows(db, plan);
  const byFeature = Map.groupBy(attempts, ({ feature }) => feature);
  const partOf = createParts(shares);
  const now = { nowMs, isOpen: plan.location === 'active' };
  const features = featureRows(db, plan).map((row) => {
    const own = byFeature.get(row.id) ?? [];
    const whole = partOf(own.map(({ id }) => id));
    const detail = JSON.parse(row.detail) as FeatureDetail;
    return {
      id: row.featureId,
      description: row.description,
      status: row.status,
      raw_status: row.rawStatus,
      file: row.promptFile,
      ...detailOf(detail),
      ...plannedFiles(detail.planned_files, whole.files, plan.name),
      removed: isoTime(row.removedAtMs),
      regressions: row.regressions,
      attempts: own.map((attempt) => ({
        ...attemptHead(attempt, now),
        ...partOf([attempt.id]),
      })),
      usage: whole.usage,
    };
  });
  return { features, attemptIds: new Set(attempts.map(({ id }) => id)) };
}

/** Looks parts up by the ids of their attempts, without going through all shares for each. */
function createParts({ usage, files }: Shares): (attempts: readonly number[]) => PlanPart {
  const usageOf = Map.groupBy(usage, ({ attempt }) => attempt);
  const filesOf = Map.groupBy(files, ({ attempt }) => attempt);
  return (attempts) =>
    partFrom({
      usage: attempts.flatMap((attempt) => usageOf.get(attempt) ?? []),
      files: attempts.flatMap((attempt) => filesOf.get(attempt) ?? []),
    });
}

function detailOf(detail: FeatureDetail): FeatureDetail {
  const { planned_files, depends_on, decisions, edge_cases, code_refs, verification } = detail;
  return { planned_files, depends_on, decisions, edge_cases, code_refs, verification };
}

function attemptHead(
  row: KnownAttempt,
  now: Parameters<typeof durations>[2],
): Omit<PlanAttempt, 'usage' | 'files'> {
  const isInferred = row.inferred === 1;
  return {
    activation: row.activation,
    number: row.number,
    started: new Date(row.startedAtMs).toISOString(),
    start_inferred: isInferred,
    ended: isoTime(row.endedAtMs),
    outcome: row.outcome,
    ...durations(isInferred ? null : row.startedAtMs, row.endedAtMs, now),
  };
}

function featureRows(db: Database, { id, generation }: KnownPlan): readonly KnownFeature[] {
  return db
    .prepare<[number, number], KnownFeature>(
      `SELECT id, feature_id AS featureId, description, prompt_file AS promptFile, detail, status,
         raw_status AS rawStatus, regressions, removed_at_ms AS removedAtMs
       FROM plan_feature WHERE plan = ? AND generation = ? ORDER BY removed_at_ms IS NOT NULL, position, id`,
    )
    .all(id, generation);
}

function attemptRows(db: Database, { id, generation }: KnownPlan): readonly KnownAttempt[] {
  return db
    .prepare<[number, number], KnownAttempt>(
      `SELECT a.id, a.feature, a.activation, a.number, a.started_at_ms AS startedAtMs, a.inferred,
         a.ended_at_ms AS endedAtMs, a.outcome
       FROM plan_attempt a JOIN plan_feature f ON f.id = a.feature
       WHERE a.plan = ? AND f.generation = ? ORDER BY a.activation, a.number, a.id`,
    )
    .all(id, generation);
}
