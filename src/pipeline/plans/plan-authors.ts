import path from 'node:path';
import { FEATURE_STATUSES, type FeatureStatus } from '../../records/plan.ts';
import type { PlanCall } from '../../store/plan-evidence.ts';
import type { PlanEventRow } from '../../store/plan-rows.ts';
import type { ToolCallRow } from '../../store/rows.ts';
import type { WriteStore } from '../../store/write-store.ts';
import {
  canChange,
  type Change,
  type Changed,
  checkoutOf,
  LONGEST_CALL_MS,
  PlanCalls,
  SLACK_MS,
} from './plan-calls.ts';
import type { PlanEdit } from './status-steps.ts';

/** Who did something, as far as anything tells. */
export type Author = Pick<
  PlanEventRow,
  'session' | 'sessionSource' | 'promptId' | 'agentId' | 'toolCallKey'
>;

/** When something happened and who did it; `fileAtMs` is what the file system says, whatever else is known. */
export type Moment = Author & Pick<PlanEventRow, 'atMs' | 'fileAtMs' | 'timeSource'>;

/** A session that did nothing for so long is at work no more. */
const AT_WORK_MS = 300_000;

const NOBODY: Author = {
  session: null,
  sessionSource: null,
  promptId: null,
  agentId: null,
  toolCallKey: null,
};

/** Finds out who changed a plan: the tool call that did, else the only session that was at work there. */
export class PlanAuthors {
  readonly #store: WriteStore;
  readonly #calls: PlanCalls;
  readonly #onSigned: (session: number) => void;

  /** `onSigned` is told of every session that did something to a plan, or turns out not to have. */
  constructor(store: WriteStore, onSigned: (session: number) => void) {
    this.#store = store;
    this.#onSigned = onSigned;
    this.#calls = new PlanCalls(store);
  }

  /** When a change was made and by whom, by what is known now. */
  momentOf(change: Change): Moment {
    const moment = this.#momentOf(change);
    if (moment.session !== null) this.#onSigned(moment.session);
    return moment;
  }

  #momentOf(change: Change): Moment {
    const { fileAtMs: exactMs, timeSource } = change;
    const fileAtMs = Math.round(exactMs);
    this.#flush();
    const call = this.#calls.causeOf(change);
    if (call !== undefined) {
      const endMs = call.resultAtMs ?? Number.POSITIVE_INFINITY;
      const atMs = Math.max(call.atMs, Math.min(fileAtMs, endMs));
      return { ...this.#signed(call), atMs, fileAtMs };
    }
    return { ...this.#atWork(change), atMs: fileAtMs, fileAtMs, timeSource };
  }

  /** What tool calls wrote to a manifest after a moment and until a change of it, in order. */
  editsOf(change: Change, afterMs: number): readonly PlanEdit[] {
    this.#flush();
    return this.#calls.editsOf(change, afterMs).map((call) => {
      const atMs = call.resultAtMs!;
      return { at: { ...this.#signed(call), atMs, fileAtMs: atMs }, statuses: statusesOf(call) };
    });
  }

  /** Looks again at the events that a tool call which was just told of may be the cause of. */
  noteCall({ planPath, tool, success, errorClass, atMs, resultAtMs }: ToolCallRow): void {
    if (planPath === null) return;
    const { plans, tools } = this.#store;
    const name = tool === null ? null : tools.name(tool);
    const mayHave = canChange({ tool: name, success, errorClass });
    for (const { id } of plans.plansNamed(path.posix.basename(planPath))) {
      plans.markDirty(id);
      const toMs = resultAtMs ?? atMs + LONGEST_CALL_MS;
      if (mayHave) this.#signAgain(plans.events.near(id, atMs - SLACK_MS, toMs + SLACK_MS));
    }
  }

  /** Signs events by what is known now, where that is better. */
  #signAgain(events: readonly PlanEventRow[]): void {
    const { plans } = this.#store;
    // Ten thousand features may have been written at once.
    const moments = new Map<string, Moment>();
    for (const event of events) {
      const { path: folder, fileAtMs } = event;
      const timeSource = event.timeSource === 'observed' ? 'observed' : 'file';
      const change: Change = { changed: changedBy(event), path: folder, fileAtMs, timeSource };
      const key = JSON.stringify(change);
      const moment = moments.get(key) ?? this.momentOf(change);
      moments.set(key, moment);
      if (moment.sessionSource !== 'tool_call' || !differs(event, moment)) continue;
      const signed = { ...event, ...moment };
      plans.events.change(signed);
      plans.retime(signed);
      for (const session of [event.session, moment.session])
        if (session !== null) this.#onSigned(session);
    }
  }

  #signed({
    session,
    agentId,
    key,
    atMs,
    promptId: told,
  }: PlanCall): Author & Pick<Moment, 'timeSource'> {
    const promptId = told ?? this.#store.planEvidence.promptAt(session, atMs);
    const by = { session, agentId, promptId, toolCallKey: key };
    return { ...by, sessionSource: 'tool_call', timeSource: 'tool_call' };
  }

  /** What was added in this transaction is looked for too. */
  #flush(): void {
    const { toolCalls, occurrences, requests } = this.#store;
    for (const table of [toolCalls, occurrences, requests]) table.flush();
  }

  #atWork({ path: folder, fileAtMs }: Change): Author {
    const { planEvidence } = this.#store;
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

/** What a call wrote; of statuses that are not known nothing follows. */
const statusesOf = ({ planEdit }: PlanCall): ReadonlyMap<string, FeatureStatus> => {
  const pairs = JSON.parse(planEdit ?? '[]') as readonly (readonly [string, string])[];
  return new Map(
    pairs.flatMap(([id, text]) => {
      const status = FEATURE_STATUSES.find((known) => known === text);
      return status === undefined ? [] : [[id, status] as const];
    }),
  );
};

const changedBy = ({ type }: PlanEventRow): Changed => {
  if (type === 'plan_created') return 'plan';
  return type === 'orchestration_completed' ? 'folder' : 'manifest';
};

const differs = (event: PlanEventRow, moment: Moment): boolean =>
  event.toolCallKey !== moment.toolCallKey ||
  event.atMs !== moment.atMs ||
  event.promptId !== moment.promptId ||
  event.agentId !== moment.agentId ||
  event.session !== moment.session;
