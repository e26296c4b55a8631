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

/** So far may the time of a file be from that of the call which wrote this very file. */
export const SLACK_MS = 2_000;
/** A person may let a call wait for long, but not for days. */
export const LONGEST_CALL_MS = 24 * 3_600_000;
/** A command only names a plan: it has to have been under way, but for the tick of a clock. */
const TICK_MS = 50;

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

  /** The call that most likely made a change. */
  causeOf(change: Change): PlanCall | undefined {
    const { fileAtMs } = change;
    return this.#store.planEvidence
      .calls(fileAtMs - LONGEST_CALL_MS, fileAtMs + SLACK_MS)
      .filter((call) => isAbout(call, change) && this.#mayHave(call, change))
      .reduce<PlanCall | undefined>(
        (best, call) => (best === undefined || isLikelier(call, best, fileAtMs) ? call : best),
        undefined,
      );
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
    const { tool, errorClass, planPath, project } = call;
    if (!canChange(tool, errorClass)) return false;
    const name = path.posix.basename(folder);
    if (path.posix.basename(planPath) !== name) return false;
    if (isWritingTool(tool) && !FILES[changed].has(fileName(call))) return false;
    const checkout = checkoutOf(folder);
    const isExact = Object.values(PLAN_FOLDERS).some(
      (place) => path.posix.join(checkout, place, name) === planPath,
    );
    // A link or a `cd` may hide the path: then the place where the session works tells, or that there is only one such plan.
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

/** Whether a call can have changed anything at all. */
export const canChange = (tool: string | null, errorClass: string | null): boolean =>
  errorClass !== 'denied' && !isReadingTool(tool) && !IDLE_TOOLS.has(tool);

/** Folder that holds `dev`, of a plan's folder. */
export const checkoutOf = (folder: string): string =>
  path.posix.dirname(path.posix.join(folder, '../..'));

const fileName = ({ file }: PlanCall): string =>
  file === null ? '' : path.posix.basename(file.replaceAll('\\', '/'));

const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(`${outer}/`);

/** Whether a call was under way at the time of a change; one that was seen late may have been made a while before. */
const isAbout = (call: PlanCall, { fileAtMs, timeSource }: Change): boolean => {
  const slackMs = isWritingTool(call.tool) ? SLACK_MS : TICK_MS;
  const lateMs = timeSource === 'observed' ? SLACK_MS : slackMs;
  const endMs = call.resultAtMs ?? Number.POSITIVE_INFINITY;
  return call.atMs - slackMs <= fileAtMs && fileAtMs <= endMs + lateMs;
};

/** A call that was under way at the time before one that only nearly was, a writing tool before a command, then the later one. */
const isLikelier = (call: PlanCall, best: PlanCall, atMs: number): boolean => {
  const rank = (one: PlanCall): number => {
    const isUnderWay = one.atMs <= atMs && (one.resultAtMs ?? atMs) >= atMs;
    return Number(isUnderWay) * 2 + Number(isWritingTool(one.tool));
  };
  return rank(call) >= rank(best);
};
