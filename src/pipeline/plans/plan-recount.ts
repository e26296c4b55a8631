import type { ActivationRow, PlanRow } from '../../store/plan-rows.ts';
import type {
  ActiveShare,
  Involvement,
  Share,
  ShareTable,
  Touch,
} from '../../store/plan-shares.ts';
import type { WriteStore } from '../../store/write-store.ts';
import { activeShares } from './active-shares.ts';
import { type SessionTouch, stretchesOf } from './involvement.ts';
import { PlanFolders } from './plan-folders.ts';
import { ShareOut, type Work } from './share-out.ts';

/** Works out which requests, calls and times belong to which attempt at a feature. */
export class PlanRecount {
  readonly #store: WriteStore;

  constructor(store: WriteStore) {
    this.#store = store;
  }

  /** Brings the shares of a plan up to date. */
  recount(id: number): void {
    const plan = this.#store.plans.planOf(id);
    if (plan !== undefined) this.#recountOne(plan);
  }

  #recountOne(plan: PlanRow): void {
    const { planShares, plans } = this.#store;
    const isOnlyOne = plans.plansNamed(plan.name).length === 1;
    const checkouts = plans.checkouts(plan.id).map(({ path }) => path);
    const folders = new PlanFolders(plan, { checkouts, isOnlyOne });
    const touching = planShares.touchesOf(plan.id, plan.name).filter((one) => folders.isTouch(one));
    const sessions = [...new Set(touching.map(({ session }) => session))];
    const touches = planShares.touchesBy(sessions).filter((one) => folders.isTouchOfAny(one));
    const works = planShares.attempts(plan.id).map((attempt): Work => {
      const known = JSON.parse(attempt.sessions) as readonly number[];
      return { ...attempt, sessions: new Set(known) };
    });
    const shareOut = new ShareOut(works, folders.promptsReadIn(touching));
    const involved = sessions.flatMap((session) =>
      this.#involvementsOf(session, { plan, folders, touches, works }),
    );
    planShares.requests.keep(
      plan.id,
      this.#sharesOf(plan, involved, shareOut, planShares.requests),
    );
    planShares.toolCalls.keep(
      plan.id,
      this.#sharesOf(plan, involved, shareOut, planShares.toolCalls),
    );
    planShares.keep(plan.id, involved, this.#activeIn(plan, involved, shareOut));
  }

  #involvementsOf(session: number, { plan, folders, touches, works }: Course): Involvement[] {
    const { planShares } = this.#store;
    const own = touches
      .filter((touch) => touch.session === session)
      .map((touch): SessionTouch => ({
        atMs: touch.atMs,
        requestedAtMs: touch.requestedAtMs ?? touch.atMs,
        isOwn: folders.isOf(touch),
      }));
    const begun = works.filter(({ sessions }) => sessions.has(session));
    const stretches = stretchesOf(own, {
      promptBefore: (atMs) => planShares.promptBefore(session, atMs),
      promptAfter: (atMs) => planShares.promptAfter(session, atMs),
      workSince: (atMs) => workedSince(begun, atMs),
      workUntil: (atMs) => workedUntil(begun, atMs),
    });
    const activations = planShares.activations(plan.id);
    return stretches.map(({ fromMs, toMs }) => {
      const activation = activationAt(activations, fromMs);
      return { session, activation, fromMs, toMs };
    });
  }

  #sharesOf(
    { id }: PlanRow,
    involved: readonly Involvement[],
    shareOut: ShareOut,
    table: ShareTable,
  ): readonly Share[] {
    const activations = this.#store.planShares.activations(id);
    return involved.flatMap(({ session, fromMs, toMs }) => {
      const items = table.within(session, fromMs, toMs ?? Number.MAX_SAFE_INTEGER);
      const works = shareOut.workOf(session, items);
      return items.map((item, index): Share => {
        const work = works[index];
        const activation = work?.activation ?? activationAt(activations, item.atMs);
        return { id: item.id, activation, attempt: work?.id ?? 0 };
      });
    });
  }

  #activeIn(
    { id }: PlanRow,
    involved: readonly Involvement[],
    shareOut: ShareOut,
  ): readonly ActiveShare[] {
    const { planShares } = this.#store;
    const activations = planShares.activations(id);
    return activeShares(involved, {
      activityOf: (session) => planShares.activity(session),
      workAt: (session, atMs) => shareOut.at(session, atMs),
      boundsOf: (session) =>
        shareOut.ownOf(session).flatMap((work) => [work.startedAtMs, work.endedAtMs ?? 0]),
      activationAt: (atMs) => activationAt(activations, atMs),
    });
  }
}

interface Course {
  readonly plan: PlanRow;
  readonly folders: PlanFolders;
  readonly touches: readonly Touch[];
  readonly works: readonly Work[];
}

/**
 * Beginning of the first of the works that go on at a moment and that no other session is known to have had part in.
 */
const workedSince = (works: readonly Work[], atMs: number): number =>
  works
    .filter(({ startedAtMs, endedAtMs }) => startedAtMs < atMs && (endedAtMs ?? atMs) >= atMs)
    .filter(({ sessions }) => sessions.size === 1)
    .reduce((sinceMs, { startedAtMs }) => Math.min(sinceMs, startedAtMs), atMs);

/** End of the work that goes on at a moment, and of what was begun meanwhile; the moment itself where there is none. */
const workedUntil = (works: readonly Work[], atMs: number): number | null => {
  let untilMs = atMs;
  for (const { startedAtMs, endedAtMs } of works) {
    if (startedAtMs > untilMs) continue;
    if (endedAtMs === null) return null;
    untilMs = Math.max(untilMs, endedAtMs);
  }
  return untilMs;
};

/** The activation at a moment: the last one that had begun; what was before the first one led to it. */
const activationAt = (activations: readonly ActivationRow[], atMs: number): number =>
  (activations.findLast(({ startedAtMs }) => startedAtMs <= atMs) ?? activations[0])?.number ?? 1;
