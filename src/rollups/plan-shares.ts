import type { Database } from 'better-sqlite3';
import { attemptFiles, mergeFiles, type AttemptFile, type TouchedFile } from './plan-files.ts';
import type { KnownPlan } from './plan-names.ts';
import {
  attemptUsage,
  planUsage,
  sumPlanUsage,
  type AttemptUsage,
  type PlanUsage,
} from './plan-usage.ts';

/** What was used and touched for a plan, by attempt. */
export interface Shares {
  readonly usage: readonly AttemptUsage[];
  readonly files: readonly AttemptFile[];
}

/** Usage and files of one part of a plan. */
export interface PlanPart {
  readonly usage: PlanUsage;
  readonly files: readonly TouchedFile[];
}

/** Everything that was used and touched for a plan. */
export function planShares(db: Database, plan: KnownPlan): Shares {
  return { usage: attemptUsage(db, plan.id), files: attemptFiles(db, plan) };
}

/** Those of them that belong to some activations or attempts. */
export function sharesOf(
  { usage, files }: Shares,
  isWanted: (share: { readonly activation: number; readonly attempt: number }) => boolean,
): Shares {
  return { usage: usage.filter(isWanted), files: files.filter(isWanted) };
}

/** Shares as one part, each file once. */
export function partFrom({ usage, files }: Shares): PlanPart {
  const merged = mergeFiles(files);
  return { usage: planUsage(sumPlanUsage(usage), merged.length), files: merged };
}
