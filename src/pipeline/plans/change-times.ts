import type { PlanFolder, PlanSnapshotRecord } from '../../records/plan.ts';
import type { CheckoutRow } from '../../store/plan-rows.ts';
import type { Change } from './plan-calls.ts';

/** Clocks of file systems tick in steps. */
const TICK_MS = 100;

/**
 * The file's time where it can be when the change was made, after what was seen before and not in the future; else now.
 */
const dated = (
  fileAtMs: number,
  { afterMs, observedAtMs }: { readonly afterMs: number; readonly observedAtMs: number },
): Pick<Change, 'fileAtMs' | 'timeSource'> =>
  fileAtMs > 0 && fileAtMs >= afterMs && fileAtMs <= observedAtMs + TICK_MS
    ? { fileAtMs, timeSource: 'file' }
    : { fileAtMs: observedAtMs, timeSource: 'observed' };

/** When a manifest was changed. */
export const manifestChangedAt = (
  { path, manifest }: PlanFolder,
  before: CheckoutRow | undefined,
  { observedAtMs }: PlanSnapshotRecord,
): Change => {
  const afterMs = before?.manifestModifiedMs ?? 0;
  const time = dated(manifest?.modifiedMs ?? 0, { afterMs, observedAtMs });
  return { changed: 'manifest', path, ...time };
};

/** When a plan was written; without a `plan.md`, when its folder was changed last. */
export const writtenAt = (
  { path, planWrittenMs, changedMs }: PlanFolder,
  { observedAtMs }: PlanSnapshotRecord,
): Change => ({
  changed: 'plan',
  path,
  ...dated(planWrittenMs ?? changedMs, { afterMs: 0, observedAtMs }),
});

/** When a folder was moved; a folder that is gone tells no time. */
export const changedAt = (
  current: PlanFolder | undefined,
  before: CheckoutRow,
  { observedAtMs }: PlanSnapshotRecord,
): Change => ({
  changed: 'folder',
  path: current?.path ?? before.path,
  ...dated(current?.changedMs ?? 0, { afterMs: before.seenAtMs, observedAtMs }),
});
