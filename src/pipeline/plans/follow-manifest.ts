import type { FeatureStatus, PlanManifest } from '../../records/plan.ts';
import type { FeatureRow } from '../../store/plan-rows.ts';
import { changeStatus, tellCreated, wordingOf } from './feature-changes.ts';
import { matchFeatures, type Matched } from './match-features.ts';
import { stepsOf, type PlanEdit, type StatusStep } from './status-steps.ts';
import type { Moment } from './plan-authors.ts';
import type { PlanDraft } from './plan-draft.ts';

/** Status of each feature, by the id of its row, as one checkout showed it last. */
export type Statuses = Map<number, FeatureStatus>;

/** How a manifest is to be understood. */
export interface ManifestView {
  readonly manifest: PlanManifest;
  /** What the same checkout showed before; brought up to date. */
  readonly statuses: Statuses;
  readonly at: Moment;
  /** What tool calls wrote to it since it was seen last, in order. */
  readonly edits: readonly PlanEdit[];
  readonly path: string;
  readonly branch: string | null;
  /** Whether events of the plan's making are told: they are not of one that was made before anybody looked. */
  readonly isTold: boolean;
  /** Whether this is the first that is seen of the plan here, so that no status has changed. */
  readonly isFirstSight: boolean;
}

/** Compares a manifest with what is known of the plan's features, and tells what that means. */
export const followManifest = (draft: PlanDraft, view: ManifestView): void => {
  const { manifest, isTold, at, path, branch } = view;
  if (manifest.features.length === 0) return;
  const known = draft.features;
  if (known.length === 0 && isTold) {
    const data = { feature_count: manifest.features.length, manifest_path: manifest.path, branch };
    draft.tell({ type: 'plan_optimized', at, path, ordinal: 1, data });
  }
  // What was removed is found again when it comes back; what is there counts before it.
  const removedFirst = known.toSorted(
    (left, right) => Number(right.removedAtMs !== null) - Number(left.removedAtMs !== null),
  );
  const matches = matchFeatures(removedFirst, manifest.features);
  const ids = new Set(known.map(({ featureId }) => featureId));
  const seen: (readonly [FeatureRow, Matched<FeatureRow>])[] = matches.map((match, position) => [
    word(draft, view, { match, position, isIdTaken: ids.has(match.line.id) }),
    match,
  ]);
  if (view.isFirstSight) for (const [feature, match] of seen) takeOver(draft, view, feature, match);
  else {
    // Where ids have moved, those that were written do not tell which features were meant.
    const isMoved = matches.some(
      ({ line, known: match, isRenumbered }) =>
        isRenumbered || (match === undefined && ids.has(line.id)),
    );
    const edits = isMoved ? [] : view.edits;
    const steps = seen.flatMap(([feature, match]) =>
      stepsSeen(draft, { ...view, edits }, [feature, match]),
    );
    // Those of one moment stay in the order of the manifest.
    for (const step of steps.sort((left, right) => left.at.atMs - right.at.atMs))
      take(draft, view, step);
  }
  if (manifest.isSettled) removeOthers(draft, view, new Set(seen.map(([{ id }]) => id)));
};

interface Line {
  readonly match: Matched<FeatureRow>;
  readonly position: number;
  /** Whether another feature has or had this id. */
  readonly isIdTaken: boolean;
}

/** Keeps the words of a line; a feature that is not known is added as pending. */
const word = (
  draft: PlanDraft,
  view: ManifestView,
  { match, position, isIdTaken }: Line,
): FeatureRow => {
  const { line, known, isRenumbered } = match;
  const wording = wordingOf(line, known, position);
  if (known !== undefined) {
    if (isRenumbered) draft.odd('feature_renumbered');
    if (known.removedAtMs !== null) draft.resume(known);
    const isSame =
      known.removedAtMs === null &&
      Object.entries(wording).every(([name, value]) => known[name as keyof FeatureRow] === value);
    return isSame ? known : draft.changeFeature(known, { ...wording, removedAtMs: null });
  }
  if (isIdTaken) draft.odd('feature_replaced');
  // Of a plan that is new, or of which this is another copy, the status is where it begins.
  const status = view.isFirstSight ? (line.status ?? 'pending') : 'pending';
  const fresh = { regressions: 0, regressedFrom: null, removedAtMs: null };
  const feature = draft.addFeature({ ...wording, ...fresh, status });
  if (view.isTold) tellCreated(draft, feature, view);
  view.statuses.set(feature.id, status);
  return feature;
};

/** Status of a feature in a checkout that is looked at for the first time: nothing has changed. */
const takeOver = (
  draft: PlanDraft,
  { statuses, at }: ManifestView,
  feature: FeatureRow,
  { line }: Matched<FeatureRow>,
): void => {
  const status = line.status ?? feature.status;
  statuses.set(feature.id, status);
  const isAhead = feature.status === 'pending' && status !== 'pending';
  const known = isAhead ? draft.changeFeature(feature, { status }) : feature;
  if (status === 'pending') return;
  // The work began before anybody looked.
  if (draft.activation.orchestrated === 0) draft.changeActivation({ orchestrated: 1 });
  const isGoingOn = known.status === 'in_progress' && draft.plan.location === 'active';
  if (isGoingOn && draft.openAttempt(known) === undefined) draft.start(known, at.atMs, true);
};

type FeatureStep = StatusStep & { readonly feature: number };

/** The changes of a feature's status since it was seen last in this checkout. */
const stepsSeen = (
  draft: PlanDraft,
  { statuses, edits, at }: ManifestView,
  [{ id, status }, { line }]: readonly [FeatureRow, Matched<FeatureRow>],
): readonly FeatureStep[] => {
  const { id: featureId, status: to } = line;
  if (to === null) return [];
  const from = statuses.get(id) ?? status;
  statuses.set(id, to);
  if (status === to && from !== to) {
    // Another checkout has told how it came to this.
    draft.odd('already_told');
    return [];
  }
  return stepsOf({ featureId, from, to }, edits, at).map((step) => ({ ...step, feature: id }));
};

const take = (
  draft: PlanDraft,
  { path, branch }: ManifestView,
  { feature: id, from, to, at }: FeatureStep,
): void => {
  const feature = draft.feature(id);
  if (feature.status !== to) changeStatus(draft, feature, { from, to, at, path, branch });
};

const removeOthers = (
  draft: PlanDraft,
  { at, statuses }: ManifestView,
  seen: ReadonlySet<number>,
): void => {
  for (const feature of draft.features) {
    if (seen.has(feature.id) || feature.removedAtMs !== null) continue;
    // Another checkout may have features that this one never had.
    if (!statuses.delete(feature.id)) continue;
    draft.odd('feature_removed');
    draft.end(feature, at.atMs, 'removed');
    draft.changeFeature(feature, { removedAtMs: at.atMs });
  }
};
