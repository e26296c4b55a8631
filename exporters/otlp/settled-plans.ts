import { hasDirtyPlans } from '../../src/rollups/project-list.ts';
import type { PusherDeps } from '../../src/component.ts';
import { pause } from '../../src/runtime/pause.ts';
import type { Stored } from '../../src/store/store.ts';

const LOOK_AGAIN_MS = 250;
const LONGEST_MS = 10_000;

/** What a plan cost is worked out soon after something changed: waits for it where spans of plans are to be sent. */
export async function settledPlans(
  db: PusherDeps['reader']['db'],
  lines: readonly Stored[],
  signal: AbortSignal,
): Promise<void> {
  if (!lines.some(({ kind }) => kind === 'plan')) return;
  for (let waitedMs = 0; waitedMs < LONGEST_MS && hasDirtyPlans(db); waitedMs += LOOK_AGAIN_MS) {
    if (signal.aborted) return;
    await pause(LOOK_AGAIN_MS, signal);
  }
}
