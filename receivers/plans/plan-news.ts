import { type Checkout, isGitBusy } from './git-checkout.ts';
import { canBeGone, type PlanSight } from './plan-sight.ts';
import type { PlanState } from './plan-states.ts';
import { signatureOf } from './position.ts';

/**
 * What is to be done about a plan: nothing, `read` it, `retry` what could not be read, read it again to `settle` what
 * may have been half written, tell that it is `gone`, or look again `later`.
 */
export type PlanNews = 'none' | 'read' | 'retry' | 'settle' | 'gone' | 'later';

/** A manifest that was left alone for so long is not being written any more. */
export const SETTLED_AFTER_MS = 1000;

/** What a look at a plan means, given what was told of it; nothing is opened. */
export const newsOf = (
  checkout: Checkout,
  sight: PlanSight,
  state: PlanState | undefined,
  nowMs: number,
): PlanNews => {
  const news = plainNewsOf(checkout, sight, state, nowMs);
  return news !== 'none' && isGitBusy(checkout, nowMs) ? 'later' : news;
};

const plainNewsOf = (
  checkout: Checkout,
  sight: PlanSight,
  state: PlanState | undefined,
  nowMs: number,
): PlanNews => {
  if (sight.isPartial) return 'none';
  const standing = state?.position.standing ?? 'refused';
  const isNothing = sight.folders.length === 0 && sight.rejects.length === 0;
  if (isNothing) {
    if (standing === 'refused' || standing === 'gone') return 'none';
    return canBeGone(checkout) ? 'gone' : 'none';
  }
  if (standing === 'refused' && !isPlan(sight)) return 'none';
  if (signatureOf(sight, checkout) !== state?.position.signature) return 'read';
  if (standing === 'blocked') return 'retry';
  if (standing !== 'open') return 'none';
  return hasSettled(state, nowMs) ? 'settle' : 'later';
};

/** A folder without any of a plan's files is none, unless it was one before. */
const isPlan = ({ folders, rejects }: PlanSight): boolean =>
  rejects.length > 0 ||
  folders.some(({ planWrittenMs, manifest }) => planWrittenMs !== null || manifest !== null);

/** Whether a plan that looks as it did when it was read has looked so for long enough. */
const hasSettled = ({ readAtMs, position }: PlanState, nowMs: number): boolean =>
  (readAtMs !== undefined && performance.now() - readAtMs >= SETTLED_AFTER_MS) ||
  Math.abs(nowMs - position.sinceMs) >= SETTLED_AFTER_MS;
