import path from 'node:path';
import { PLAN_FOLDERS } from '../../records/plan.ts';
import type { PlanCall } from '../../store/plan-evidence.ts';
import type { PlanEventRow } from '../../store/plan-rows.ts';
import type { ToolCallRow } from '../../store/rows.ts';
import type { WriteStore } from '../../store/write-store.ts';

/** Who did something, as far as anything tells. */
export type Author = Pick<
  PlanEventRow,
  'session' | 'sessionSource' | 'promptId' | 'agentId' | 'toolCallKey'
>;

/** When something happened and who did it; `fileAtMs` is what the file system says, whatever else is known. */
export type Moment = Author & Pick<PlanEventRow, 'atMs' | 'fileAtMs' | 'timeSource'>;

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
const SLACK_MS = 2_000;
/** A command only names a plan: it has to have been under way, but for the tick of a clock. */
const TICK_MS = 50;
/** A person may let a call wait for long, but not for days. */
const LONGEST_CALL_MS = 24 * 3_600_000;
/** A session that did nothing for so long is at work no more. */
const AT_WORK_MS = 300_000;

const WRITERS: ReadonlySet<string | null> = new Set(['Edit', 'Write', 'MultiEdit', 'NotebookEdit']);
const READERS: ReadonlySet<string | null> = new Set([
  'Read',
  'NotebookRead',
  'Grep',
  'Glob',
  'LS',
  'Agent',
  'Task',
]);
const FILES: Readonly<Record<Changed, ReadonlySet<string>>> = {
  plan: new Set(['plan.md']),
  manifest: new Set(['manifest.jsonl', 'features.json']),
  folder: new Set(),
};

export const NOBODY: Author = {
  session: null,
  sessionSource: null,
  promptId: null,
  agentId: null,
  toolCallKey: null,
};

/** Finds out who changed a plan: the tool call that did, else the only session that was at work there. */
export class PlanAuthors {
  readonly #store: WriteStore;

  constructor(store: WriteStore) {
    this.#store = store;
  }

  /** When a change was made and by whom, by what is known now. */
  momentOf(change: Change): Moment {
    const { fileAtMs: exactMs, timeSource } = change;
    const fileAtMs = Math.round(exactMs);
    const { occurrences, planEvidence } = this.#store;
    occurrences.flush();
    const call = this.#callOf(change);
    if (call !== undefined) {
      const { session, agentId, key: toolCallKey } = call;
      const endMs = call.resultAtMs ?? Number.POSITIVE_INFINITY;
      return {
        atMs: Math.max(call.atMs, Math.min(fileAtMs, endMs)),
        fileAtMs,
        timeSource: 'tool_call',
        session,
        sessionSource: 'tool_call',
        promptId: planEvidence.promptAt(session, call.atMs),
        agentId,
        toolCallKey,
      };
    }
    return { ...this.#atWork(change), atMs: fileAtMs, fileAtMs, timeSource };
  }

  /** Looks again at the events that a tool call which was just told of may be the cause of. */
  noteCall({ planPath, atMs, resultAtMs }: ToolCallRow): void {
    if (planPath === null) return;
    const { plans } = this.#store;
    for (const { id } of plans.plansNamed(path.posix.basename(planPath))) {
      plans.markDirty(id);
      const toMs = resultAtMs ?? atMs + LONGEST_CALL_MS;
      for (const event of plans.events.near(id, atMs - SLACK_MS, toMs + SLACK_MS))
        this.#signAgain(event);
    }
  }

  #signAgain(event: PlanEventRow): void {
    const { plans } = this.#store;
    const { path: folder, fileAtMs } = event;
    const timeSource = event.timeSource === 'observed' ? 'observed' : 'file';
    const moment = this.momentOf({ changed: changedBy(event), path: folder, fileAtMs, timeSource });
    const isBetter = moment.sessionSource === 'tool_call' && differs(event, moment);
    if (!isBetter) return;
    plans.events.change({ ...event, ...moment });
    plans.retime(event, moment.atMs);
  }

  #callOf(change: Change): PlanCall | undefined {
    const { fileAtMs } = change;
    this.#store.toolCalls.flush();
    const calls = this.#store.planEvidence
      .calls(fileAtMs - LONGEST_CALL_MS, fileAtMs + SLACK_MS)
      .filter((call) => isAbout(call, change))
      .filter((call) => call.errorClass !== 'denied' && this.#mayHave(call, change));
    return calls.reduce<PlanCall | undefined>(
      (best, call) => (best === undefined || isLikelier(call, best, fileAtMs) ? call : best),
      undefined,
    );
  }

  /** Whether a call may have made a change: a writing tool by its file, any other by the plan that it names. */
  #mayHave(call: PlanCall, { changed, path: folder }: Change): boolean {
    if (READERS.has(call.tool)) return false;
    const name = path.posix.basename(folder);
    if (path.posix.basename(call.planPath) !== name) return false;
    if (WRITERS.has(call.tool)) {
      const file = call.file === null ? '' : path.posix.basename(call.file.replaceAll('\\', '/'));
      if (!FILES[changed].has(file)) return false;
    }
    const checkout = checkoutOf(folder);
    const isExact = Object.values(PLAN_FOLDERS).some(
      (place) => path.posix.join(checkout, place, name) === call.planPath,
    );
    // A link or a `cd` may hide the path: then the place where the session works tells, or that there is only one such plan.
    return isExact || isWithin(call.project, checkout) || this.#isOnlyOne(name, checkout);
  }

  #isOnlyOne(name: string, checkout: string): boolean {
    const { plans } = this.#store;
    const known = plans.plansNamed(name);
    return known.every(({ id, repository }) =>
      [repository, ...plans.checkouts(id).map((one) => one.path)].includes(checkout),
    );
  }

  #atWork({ path: folder, fileAtMs }: Change): Author {
    const { requests, planEvidence } = this.#store;
    requests.flush();
    const checkout = checkoutOf(folder);
    const [session, other] = planEvidence.sessionsAtWork(
      checkout,
      fileAtMs - AT_WORK_MS,
      fileAtMs + SLACK_MS,
    );
    if (session === undefined || other !== undefined) return NOBODY;
    const promptId = planEvidence.promptAt(session, fileAtMs);
    return { ...NOBODY, session, sessionSource: 'time', promptId };
  }
}

/** Whether a call was under way at the time of a change; one that was seen late may have been made a while before. */
const isAbout = (call: PlanCall, { fileAtMs, timeSource }: Change): boolean => {
  const slackMs = WRITERS.has(call.tool) ? SLACK_MS : TICK_MS;
  const lateMs = timeSource === 'observed' ? SLACK_MS : slackMs;
  const endMs = call.resultAtMs ?? Number.POSITIVE_INFINITY;
  return call.atMs - slackMs <= fileAtMs && fileAtMs <= endMs + lateMs;
};

/** Folder that holds `dev`. */
const checkoutOf = (folder: string): string => path.posix.dirname(path.posix.join(folder, '../..'));

const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(`${outer}/`);

const changedBy = ({ type }: PlanEventRow): Changed => {
  if (type === 'plan_created') return 'plan';
  return type === 'orchestration_completed' ? 'folder' : 'manifest';
};

/** A call that was under way at the time before one that only nearly was, a writing tool before a command, then the later one. */
const isLikelier = (call: PlanCall, best: PlanCall, atMs: number): boolean => {
  const rank = (one: PlanCall): number => {
    const isUnderWay = one.atMs <= atMs && (one.resultAtMs ?? atMs) >= atMs;
    return Number(isUnderWay) * 2 + Number(WRITERS.has(one.tool));
  };
  return rank(call) >= rank(best);
};

const differs = (event: PlanEventRow, moment: Moment): boolean =>
  event.toolCallKey !== moment.toolCallKey ||
  event.atMs !== moment.atMs ||
  event.promptId !== moment.promptId ||
  event.agentId !== moment.agentId ||
  event.session !== moment.session;
