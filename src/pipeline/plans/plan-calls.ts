import path from 'node:path';
import { PLAN_FOLDERS } from '../../records/plan.ts';
import { isReadingTool, isWritingTool } from '../../records/tool-names.ts';
import type { PlanCall } from '../../store/plan-evidence.ts';
import type { WriteStore } from '../../store/write-store.ts';

/** What was changed: `plan.md`, the manifest, or where the folder lies. */
export type Changed = 'plan' | 'manifest' | 'folder';

/** A change as the file system shows it. */
export interface Change {
  readonly changed: Changed;
  /** Folder of the plan. */
  readonly path: string;
  readonly fileAtMs: number;
  readonly timeSource: 'file' | 'observed';
}

/** A change that was seen late may have been made so long before. */
export const SLACK_MS = 2_000;
/** Ticks of the clocks that date files and calls: a call was under way but for this. */
const TICK_MS = 50;
/** A call that wrote this very file may be told of so much late. */
const LATE_MS = 250;
/** A person may let a call wait for long, but not for days. */
export const LONGEST_CALL_MS = 24 * 3_600_000;
/** Tools that look for files, or leave the work to an agent whose own calls tell of it. */
const IDLE_TOOLS: ReadonlySet<string | null> = new Set(['Grep', 'Glob', 'LS', 'Agent', 'Task']);

const FILES: Readonly<Record<Changed, ReadonlySet<string>>> = {
  plan: new Set(['plan.md']),
  manifest: new Set(['manifest.jsonl', 'features.json']),
  folder: new Set(),
};

/** Finds the tool calls that may have changed a plan. What was added in this transaction must be flushed first. */
export class PlanCalls {
  readonly #store: WriteStore;

  constructor(store: WriteStore) {
    this.#store = store;
  }

  /** The call that most likely made a change; none where commands of two sessions may have. */
  causeOf(change: Change): PlanCall | undefined {
    const { fileAtMs } = change;
    const calls = this.#store.planEvidence
      .calls(fileAtMs - LONGEST_CALL_MS, fileAtMs + SLACK_MS)
      .filter((call) => isAbout(call, change) && this.#mayHave(call, change));
    const best = calls.reduce<PlanCall | undefined>(
      (one, call) => (one === undefined || isLikelier(call, one, fileAtMs) ? call : one),
      undefined,
    );
    const isSure = best === undefined || isWritingTool(best.tool);
    return isSure || calls.every(({ session }) => session === best.session) ? best : undefined;
  }

  /** Calls that tell what they wrote to a manifest after a moment and until a change of it, in order. */
  editsOf(change: Change, afterMs: number): readonly PlanCall[] {
    return this.#store.planEvidence
      .calls(afterMs - LONGEST_CALL_MS, change.fileAtMs + SLACK_MS)
      .filter(({ planEdit, resultAtMs }) => planEdit !== null && (resultAtMs ?? 0) > afterMs)
      .filter((call) => this.#mayHave(call, change) && !this.#isElsewhere(call, change))
      .sort((left, right) => left.resultAtMs! - right.resultAtMs!);
  }

  /** Whether a call may have made a change: a writing tool by its file, any other by the plan that it names. */
  #mayHave(call: PlanCall, { changed, path: folder }: Change): boolean {
    const { tool, planPath, project } = call;
    if (!canChange(call)) return false;
    const name = path.posix.basename(folder);
    if (path.posix.basename(planPath) !== name) return false;
    if (isWritingTool(tool) && !FILES[changed].has(fileName(call))) return false;
    const checkout = checkoutOf(folder);
    const isExact = Object.values(PLAN_FOLDERS).some(
      (place) => path.posix.join(checkout, place, name) === planPath,
    );
    // A link or a `cd` may hide the path: then the place where the session works tells, or that there is only one such
    // plan.
    return isExact || isWithin(project, checkout) || this.#isOnlyOne(name, checkout);
  }

  /** Whether a call names the plan in another checkout, and so tells nothing of this one's files. */
  #isElsewhere({ planPath }: PlanCall, { path: folder }: Change): boolean {
    const { plans } = this.#store;
    const named = checkoutOf(planPath);
    if (named === checkoutOf(folder)) return false;
    return plans
      .plansNamed(path.posix.basename(folder))
      .some(({ id }) => plans.checkouts(id).some((one) => one.path === named));
  }

  #isOnlyOne(name: string, checkout: string): boolean {
    const { plans } = this.#store;
    const known = plans.plansNamed(name);
    return known.every(({ id, repository }) =>
      [repository, ...plans.checkouts(id).map((one) => one.path)].includes(checkout),
    );
  }
}

/** Whether a call can have changed anything at all: a writing tool that failed wrote nothing, a command may have. */
export const canChange = ({
  tool,
  success,
  errorClass,
}: Pick<PlanCall, 'tool' | 'success' | 'errorClass'>): boolean =>
  errorClass !== 'denied' &&
  !isReadingTool(tool) &&
  !IDLE_TOOLS.has(tool) &&
  !(isWritingTool(tool) && success === 0);

/** Folder that holds `dev`, of a plan's folder. */
export const checkoutOf = (folder: string): string =>
  path.posix.dirname(path.posix.join(folder, '../..'));

const fileName = ({ file }: PlanCall): string =>
  file === null ? '' : path.posix.basename(file.replaceAll('\\', '/'));

const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(`${outer}/`);

/** How far a moment is from the time that a call was under way. */
const distanceMs = ({ atMs, resultAtMs }: PlanCall, momentMs: number): number =>
  Math.max(0, atMs - momentMs, momentMs - (resultAtMs ?? momentMs));

/** Whether a call may have been under way at the time of a change. */
const isAbout = (call: PlanCall, { fileAtMs, timeSource }: Change): boolean => {
  const isLate = timeSource === 'observed' && call.atMs <= fileAtMs;
  const slackMs = isWritingTool(call.tool) ? LATE_MS : TICK_MS;
  return distanceMs(call, fileAtMs) <= (isLate ? SLACK_MS : slackMs);
};

/**
 * A call that was under way before one that only nearly was, of these the nearer; a writing tool before a command; the
 * later one.
 */
const isLikelier = (call: PlanCall, best: PlanCall, momentMs: number): boolean => {
  const rank = (one: PlanCall): readonly number[] => {
    const farMs = distanceMs(one, momentMs);
    return [farMs <= TICK_MS ? 0 : farMs, Number(!isWritingTool(one.tool)), farMs, -one.atMs];
  };
  const [left, right] = [rank(call), rank(best)];
  const difference = left.map((part, index) => part - right[index]!).find((part) => part !== 0);
  return (difference ?? 0) <= 0;
};
