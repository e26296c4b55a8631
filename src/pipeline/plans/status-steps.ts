import type { FeatureStatus } from '../../records/plan.ts';
import type { Moment } from './plan-authors.ts';

/** What one tool call wrote to a manifest: the statuses of features, by their ids. */
export interface PlanEdit {
  readonly at: Moment;
  readonly statuses: ReadonlyMap<string, FeatureStatus>;
}

/** A status that a feature came to. */
export interface StatusStep {
  readonly from: FeatureStatus;
  readonly to: FeatureStatus;
  readonly at: Moment;
}

/** A feature's status as it was before and as the manifest has it now. */
export interface StatusSeen {
  readonly featureId: string;
  readonly from: FeatureStatus;
  readonly to: FeatureStatus;
}

/**
 * How a feature came from one status to another: through those that tool calls wrote meanwhile, where these lead to
 * what is seen; else in one step. Nobody may have looked in between.
 */
export const stepsOf = (
  { featureId, from, to }: StatusSeen,
  edits: readonly PlanEdit[],
  seenAt: Moment,
): readonly StatusStep[] => {
  const steps: StatusStep[] = [];
  let status = from;
  for (const { at, statuses } of edits) {
    const written = statuses.get(featureId);
    if (written === undefined || written === status) continue;
    // Of the call that made the last change the file tells the time better.
    const isLast = at.toolCallKey === seenAt.toolCallKey;
    steps.push({ from: status, to: written, at: isLast ? seenAt : at });
    status = written;
  }
  if (status === to) return steps;
  return from === to ? [] : [{ from, to, at: seenAt }];
};
