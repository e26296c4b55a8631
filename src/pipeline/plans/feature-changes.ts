import type { FeatureStatus, PlanFeature } from '../../records/plan.ts';
import type { FeatureDetail, FeatureRow } from '../../store/plan-rows.ts';
import type { Moment } from './plan-authors.ts';
import type { PlanDraft } from './plan-draft.ts';

/** How far on a status is; going back is a regression, unless a failed feature is tried again. */
const STAGES: Readonly<Record<FeatureStatus, number>> = {
  pending: 0,
  in_progress: 1,
  failed: 2,
  completed: 3,
};

/** One change of a feature's status, as a manifest shows it. */
export interface StatusChange {
  readonly from: FeatureStatus;
  readonly to: FeatureStatus;
  readonly at: Moment;
  /** Folder of the plan. */
  readonly path: string;
  readonly branch: string | null;
}

const isBackwards = (from: FeatureStatus, to: FeatureStatus): boolean =>
  from !== 'failed' && STAGES[to] < STAGES[from];

/** Tells what a change of status means: work that begins, ends, or is to be done again. */
export const changeStatus = (draft: PlanDraft, known: FeatureRow, change: StatusChange): void => {
  const { from, to, at } = change;
  const isRegression = isBackwards(from, to);
  if (isRegression) draft.odd('regression');
  const feature = draft.changeFeature(known, {
    status: to,
    ...(isRegression && { regressions: known.regressions + 1, regressedFrom: from }),
  });
  if (to === 'pending') {
    draft.end(feature, at.atMs, 'reset');
    return;
  }
  startOrchestration(draft, change);
  if (to === 'in_progress') begin(draft, feature, change, false);
  else finish(draft, feature, change, to);
  // The next event of the feature has told that it went back.
  if (feature.regressedFrom !== null) draft.changeFeature(feature, { regressedFrom: null });
};

const startOrchestration = (draft: PlanDraft, { at, path, branch }: StatusChange): void => {
  if (draft.activation.orchestrated === 1) return;
  draft.changeActivation({ orchestrated: 1, orchestratedAtMs: at.atMs });
  draft.tell({ type: 'orchestration_started', at, path, ordinal: 1, data: { branch } });
};

const begin = (
  draft: PlanDraft,
  feature: FeatureRow,
  { from, at, path, branch }: StatusChange,
  isInferred: boolean,
): void => {
  if (draft.openAttempt(feature) !== undefined) return;
  const attempt = draft.start(feature, at.atMs, isInferred);
  draft.tell({
    type: 'feature_started',
    at,
    path,
    ordinal: attempt.number,
    feature,
    attempt,
    status: 'in_progress',
    data: {
      previous_status: from,
      attempt: attempt.number,
      inferred: isInferred || null,
      retry: from === 'failed' || null,
      ...regressionOf(feature),
      branch,
    },
  });
};

const finish = (
  draft: PlanDraft,
  feature: FeatureRow,
  change: StatusChange,
  to: 'completed' | 'failed',
): void => {
  const { from, at, path, branch } = change;
  begin(draft, feature, change, true);
  const attempt = draft.end(feature, at.atMs, to);
  if (attempt === undefined) return;
  draft.tell({
    type: to === 'completed' ? 'feature_completed' : 'feature_failed',
    at,
    path,
    ordinal: attempt.number,
    feature,
    attempt,
    status: to,
    data: {
      previous_status: from,
      attempt: attempt.number,
      duration_ms: attempt.inferred === 1 ? null : attempt.endedAtMs! - attempt.startedAtMs,
      ...regressionOf(feature),
      branch,
    },
  });
};

const regressionOf = ({ regressedFrom }: FeatureRow) =>
  regressedFrom === null ? {} : { regression: true, regressed_from: regressedFrom };

/** Tells that a feature was seen for the first time. */
export const tellCreated = (
  draft: PlanDraft,
  feature: FeatureRow,
  { at, path, branch }: Pick<StatusChange, 'at' | 'path' | 'branch'>,
): void => {
  const { depends_on: dependencies, ...detail } = JSON.parse(feature.detail) as FeatureDetail;
  draft.tell({
    type: 'feature_created',
    at,
    path,
    ordinal: 1,
    feature,
    status: feature.status,
    data: { file: feature.promptFile, dependencies, ...detail, branch },
  });
};

/** What a manifest's line says of a feature and its status does not follow from. */
export const wordingOf = (line: PlanFeature, known: FeatureRow | undefined, position: number) => ({
  featureId: line.id,
  position,
  description: line.description ?? known?.description ?? null,
  promptFile: line.promptFile ?? known?.promptFile ?? null,
  detail: JSON.stringify({
    planned_files: line.plannedFiles,
    depends_on: line.dependsOn,
    edge_cases: line.edgeCases,
    decisions: line.decisions,
    code_refs: line.codeRefs,
    verification: line.verification,
  } satisfies FeatureDetail),
  rawStatus: line.rawStatus,
});
