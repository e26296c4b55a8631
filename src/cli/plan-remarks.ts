import type { PlanAttempt, PlanFeatureDetail } from '../rollups/plan-features.ts';
import { countText, durationText } from './figures.ts';
import { costText } from './plan-text.ts';

/** What a person must know of a feature that its line does not show, in words. */
export const featureRemarks = (feature: PlanFeatureDetail, decimals: number): readonly string[] => [
  ...(feature.removed === null ? [] : ['is in the manifest no more']),
  ...(feature.raw_status === null
    ? []
    : [`the manifest says "${feature.raw_status}", which is no known status`]),
  ...(feature.regressions === 0 ? [] : [`went back ${timesText(feature.regressions)}`]),
  ...attemptRemarks(feature.attempts, decimals),
  ...fileRemarks(feature),
];

const timesText = (count: number): string => (count === 1 ? 'once' : `${countText(count)} times`);

/** Several attempts are told one by one; a single one needs words only where its start was not seen. */
function attemptRemarks(attempts: readonly PlanAttempt[], decimals: number): readonly string[] {
  if (attempts.length > 1) return attempts.map((attempt) => attemptText(attempt, decimals));
  return attempts.some(({ start_inferred: isInferred }) => isInferred)
    ? ['its start was not seen: how long it took is not known']
    : [];
}

function attemptText(attempt: PlanAttempt, decimals: number): string {
  const { activation, number, outcome, start_inferred: isInferred, usage } = attempt;
  const name = `attempt ${number}${activation === 1 ? '' : ` of activation ${activation}`}`;
  const known = attempt.duration_ms ?? attempt.elapsed_ms;
  const taken = known === null ? '' : ` after ${durationText(known)}`;
  const time = isInferred ? ', its start not seen' : taken;
  return `${name} ${outcome === null ? 'goes on' : OUTCOMES[outcome]}${time}: ${costText(usage, decimals)}`;
}

const OUTCOMES: Readonly<Record<NonNullable<PlanAttempt['outcome']>, string>> = {
  completed: 'completed',
  failed: 'failed',
  reset: 'set back to pending',
  removed: 'ended with the feature',
  unfinished: 'left unfinished as the plan was moved',
};

function fileRemarks(feature: PlanFeatureDetail): readonly string[] {
  const { planned_files: planned, touched_planned: touched, touched_unplanned: others } = feature;
  if (touched === null || others === null || feature.attempts.length === 0) return [];
  const more = others.length === 0 ? '' : ` and ${countText(others.length)} not planned`;
  return [`${touched.length} of ${planned.length} planned files written${more}`];
}
