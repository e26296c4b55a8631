import type { OccurrenceRecord } from '../../records/occurrence.ts';
import type { PlanSnapshotRecord } from '../../records/plan.ts';
import type { PullRequestTold } from '../../store/plan-evidence.ts';
import type { ToolCallRow } from '../../store/rows.ts';
import type { WriteStore } from '../../store/write-store.ts';
import { PlanAuthors } from './plan-authors.ts';
import { PlanPullRequests } from './plan-pull-requests.ts';
import { PlanRecount } from './plan-recount.ts';
import { PlanSnapshots } from './plan-snapshots.ts';

interface Involved {
  readonly plan: number;
  readonly fromMs: number;
  readonly toMs: number | null;
}

/** So few that nothing else waits for long, and so many that the disk is not made to wait for each. */
const PLANS_AT_ONCE = 16;

const NOBODY: readonly Involved[] = [];

/** Everything about plans that the pipeline writes. */
export class Plans {
  readonly #store: WriteStore;
  readonly #authors: PlanAuthors;
  readonly #snapshots: PlanSnapshots;
  readonly #pullRequests: PlanPullRequests;
  readonly #recount: PlanRecount;
  readonly #marked = new Set<number>();
  readonly #calls = new Map<string, ToolCallRow>();
  #involved: ReadonlyMap<number, readonly Involved[]>;
  #lastCounted = 0;

  constructor(store: WriteStore) {
    this.#store = store;
    this.#authors = new PlanAuthors(store, (session) => this.noteSession(session));
    this.#snapshots = new PlanSnapshots(store, this.#authors);
    this.#pullRequests = new PlanPullRequests(store);
    this.#recount = new PlanRecount(store);
    this.#involved = this.#involvedSessions();
  }

  /** To be called at the start of every transaction. */
  begin(): void {
    this.#marked.clear();
    this.#calls.clear();
  }

  /** To be called at the end of every transaction: only then is known what was asked of who made a call. */
  end(): void {
    for (const call of this.#calls.values()) this.#authors.noteCall(call);
  }

  /** Compares a snapshot with what is known of its plan. */
  add(record: PlanSnapshotRecord): void {
    const met = this.#snapshots.add(record);
    if (met !== undefined) this.#pullRequests.claim(met);
  }

  /** A tool call that was added or changed: it may have changed a plan, or belong to one. */
  noteCall(row: ToolCallRow): void {
    if (row.planPath !== null) this.#calls.set(row.key, row);
    this.noteUse(row.session, row.atMs);
  }

  /** Something that a session did was added or changed. */
  noteUse(session: number, atMs: number): void {
    for (const { plan, fromMs, toMs } of this.#involved.get(session) ?? NOBODY) {
      const isWithin = atMs >= fromMs && (toMs === null || atMs < toMs);
      if (isWithin) this.#mark(plan);
    }
  }

  /** A prompt ends what a session did for a plan before, and may begin what it does for one. */
  notePrompt({ type, sessionId }: OccurrenceRecord): void {
    if (type === 'user_prompt' || type === 'slash_command')
      this.noteSession(this.#store.sessions.id(sessionId));
  }

  /** Something about a session as a whole has changed. */
  noteSession(session: number): void {
    for (const { plan } of this.#involved.get(session) ?? NOBODY) this.#mark(plan);
  }

  /** A pull request that a transcript or a hook told of. */
  notePullRequest(
    { sessionId, project, agentId, atMs, data }: OccurrenceRecord,
    by: PullRequestTold['by'],
  ): void {
    const session = this.#store.sessions.id(sessionId);
    this.#pullRequests.note({ by, session, project, agentId, atMs, data });
  }

  /** Works out anew what belongs to some plans of which something changed; false where no others wait for that. */
  recount(): boolean {
    const dirty = this.#store.planShares.dirtyPlans();
    if (dirty.length === 0) return false;
    // In turns, so that plans which change all the time do not keep others waiting.
    const inTurn = dirty.toSorted(
      (left, right) =>
        Number(left <= this.#lastCounted) - Number(right <= this.#lastCounted) || left - right,
    );
    const some = inTurn.slice(0, PLANS_AT_ONCE);
    this.#store.transaction(() => {
      for (const plan of some) this.#recount.recount(plan);
    });
    this.#lastCounted = some.at(-1) ?? 0;
    this.#involved = this.#involvedSessions();
    return dirty.length > PLANS_AT_ONCE;
  }

  #mark(plan: number): void {
    if (this.#marked.has(plan)) return;
    this.#marked.add(plan);
    this.#store.plans.markDirty(plan);
  }

  #involvedSessions(): ReadonlyMap<number, readonly Involved[]> {
    return Map.groupBy(this.#store.planShares.involvements(), ({ session }) => session);
  }
}
