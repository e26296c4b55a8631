import type { PlanFeature, PlanFolder } from '../../records/plan.ts';
import type { CheckoutRow, PlanPlace } from '../../store/plan-rows.ts';
import { matchFeatures } from './match-features.ts';
import type { Moment } from './plan-authors.ts';
import type { PlanDraft } from './plan-draft.ts';
import type { View } from './plan-snapshots.ts';

/** What a checkout showed before, and when the folder was moved. */
export interface Move {
  readonly checkout: CheckoutRow;
  readonly at: () => Moment;
}

/** Tells two writings of a folder in `dev/complete` apart. */
export const markOf = ({ folderId, manifest }: PlanFolder): string =>
  `${folderId} ${manifest?.modifiedMs ?? ''}`;

/**
 * Whether all that is left is what lay in `dev/complete` before: the folder in `dev/active` was not moved but removed.
 */
export const hasStayed = ({ active, complete }: View, { completeMark }: CheckoutRow): boolean =>
  active === undefined && complete !== undefined && markOf(complete) === completeMark;

/** Follows a plan from one place to the other; true where it was written anew under its old name. */
export const followLocation = (draft: PlanDraft, view: View, { checkout, at }: Move): boolean => {
  const { current } = view;
  const before = checkout.lastLocation;
  if (current === undefined) {
    if (checkout.location !== 'gone') leave(draft, { checkout, at }, 'gone');
    return false;
  }
  if (draft.plan.location === 'gone') {
    draft.change({ location: before });
    if (before === current.location) return comeBack(draft, view, at);
  }
  if (before === current.location) return false;
  if (current.location === 'complete') {
    if (hasStayed(view, checkout)) leave(draft, { checkout, at }, 'complete');
    else if (draft.plan.location === 'complete') draft.odd('already_told');
    else complete(draft, current, { checkout, at });
    return false;
  }
  if (draft.plan.location === 'active') {
    draft.odd('already_told');
    return false;
  }
  return takeUp(draft, view, at());
};

/**
 * The plan is gone, but for an old one of its name that may lie in `dev/complete`. Another checkout, or another branch
 * of this one, may still have it.
 */
const leave = (draft: PlanDraft, { checkout, at }: Move, left: PlanPlace): void => {
  draft.odd('folder_gone');
  const isElsewhere = draft
    .checkouts()
    .some(
      ({ path, branch, location }) =>
        location !== 'gone' && (path !== checkout.path || branch !== checkout.branch),
    );
  if (isElsewhere) return;
  // Nobody goes on with what is not there; should it come back, this ended nothing.
  draft.endAll('removed', at().atMs);
  draft.change({ location: left });
};

/** The folder is where it was before it was gone; true where another plan of that name lies in it now. */
const comeBack = (draft: PlanDraft, view: View, at: () => Moment): boolean => {
  const lines = view.current?.manifest?.features ?? [];
  const isAnew =
    view.active !== undefined &&
    lines.length > 0 &&
    draft.features.length > 0 &&
    !knows(draft, lines);
  if (isAnew) draft.activate(at().atMs, true);
  else for (const feature of draft.features) draft.resume(feature);
  return isAnew;
};

/** Whether any of these lines is a feature that is known, in the same words. */
const knows = (draft: PlanDraft, lines: readonly PlanFeature[]): boolean =>
  matchFeatures(draft.features, lines).some(
    ({ line, known }) => known !== undefined && known.description === line.description,
  );

const complete = (draft: PlanDraft, { path }: PlanFolder, { checkout, at }: Move): void => {
  const moment = at();
  const present = draft.features.filter(({ removedAtMs }) => removedAtMs === null);
  const counts = { pending: 0, in_progress: 0, completed: 0, failed: 0 };
  for (const { status } of present) counts[status] += 1;
  const isAllCompleted = counts.completed === present.length;
  if (!isAllCompleted) draft.odd('completed_unfinished');
  draft.endAll('unfinished', moment.atMs);
  draft.change({ location: 'complete', path });
  draft.changeActivation({ completedAtMs: moment.atMs });
  const branch = checkout.branch === '' ? null : checkout.branch;
  const data = { all_completed: isAllCompleted, counts, branch };
  draft.tell({ type: 'orchestration_completed', at: moment, path, ordinal: 1, data });
};

/** The plan lies in `dev/active` again: moved back, or written anew while the old one lies in `dev/complete`. */
const takeUp = (draft: PlanDraft, { active, complete: old }: View, at: Moment): boolean => {
  const lines = active?.manifest?.features ?? [];
  const isAnew = old !== undefined && draft.features.length > 0 && !knows(draft, lines);
  draft.activate(at.atMs, isAnew);
  if (active !== undefined) draft.change({ path: active.path });
  for (const feature of draft.features)
    if (feature.status === 'in_progress') draft.start(feature, at.atMs, true);
  return isAnew;
};
