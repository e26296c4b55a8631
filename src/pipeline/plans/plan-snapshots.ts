import path from 'node:path';
import { PLAN_FOLDERS, type PlanFolder, type PlanSnapshotRecord } from '../../records/plan.ts';
import type { CheckoutRow, PlanRow } from '../../store/plan-rows.ts';
import type { WriteStore } from '../../store/write-store.ts';
import { changedAt, manifestChangedAt, writtenAt } from './change-times.ts';
import { followLocation, hasStayed, markOf } from './follow-location.ts';
import { followManifest, type Statuses } from './follow-manifest.ts';
import type { PlanAuthors } from './plan-authors.ts';
import { PlanDraft } from './plan-draft.ts';

/** One snapshot, with what has been worked out of it. */
export interface View {
  readonly record: PlanSnapshotRecord;
  readonly active: PlanFolder | undefined;
  readonly complete: PlanFolder | undefined;
  /** The folder that counts; undefined where the plan is gone. */
  readonly current: PlanFolder | undefined;
}

const viewOf = (record: PlanSnapshotRecord): View => {
  const active = record.folders.find(({ location }) => location === 'active');
  const complete = record.folders.find(({ location }) => location === 'complete');
  return { record, active, complete, current: active ?? complete };
};

/** Compares what checkouts show of plans with what is known of them; all that follows is written in one transaction. */
export class PlanSnapshots {
  readonly #store: WriteStore;
  readonly #authors: PlanAuthors;

  constructor(store: WriteStore, authors: PlanAuthors) {
    this.#store = store;
    this.#authors = authors;
  }

  /** The plan that was new with this snapshot; undefined where it was known. */
  add(record: PlanSnapshotRecord): PlanRow | undefined {
    const view = viewOf(record);
    const known = this.#store.plans.plan(keyOf(record));
    if (known === undefined) return this.#meet(view);
    const { plans } = this.#store;
    const draft = this.#draft(known);
    const branch = record.branch ?? '';
    const seen = plans.checkout(known.id, record.checkout, branch);
    const isOther = seen !== undefined && isOtherCommit(seen, view);
    const checkout = isOther ? undefined : (seen ?? this.#continued(known, view));
    if (checkout === undefined) this.#takeOver(draft, view);
    else this.#followAll(draft, view, { ...checkout, branch });
    return undefined;
  }

  #draft(plan: PlanRow): PlanDraft {
    const activation = this.#store.plans.activation(plan.id, plan.activation);
    return new PlanDraft({ store: this.#store, plan, activation });
  }

  /** A plan that nobody has seen before. Of one that is complete all that happened lies in the past. */
  #meet(view: View): PlanRow | undefined {
    const { record, current } = view;
    if (current === undefined) return undefined;
    const { plans } = this.#store;
    const { name, repository, observedAtMs } = record;
    const { location, path: folder } = current;
    const { fileAtMs: writtenMs } = writtenAt(current, record);
    const plan = plans.addPlan({
      key: keyOf(record),
      name,
      repository,
      path: folder,
      location,
      generation: 1,
      activation: 1,
      firstSeenMs: observedAtMs,
    });
    plans.putActivation({
      plan: plan.id,
      number: 1,
      generation: 1,
      startedAtMs: Math.round(writtenMs),
      startBasis:
        location === 'active' && current.planWrittenMs !== null ? 'plan_created' : 'first_seen',
      orchestrated: 0,
      orchestratedAtMs: null,
      completedAtMs: null,
    });
    // Those of the same name can no longer be told from it by the name alone.
    for (const { id } of plans.plansNamed(name)) plans.markDirty(id);
    const draft = this.#draft(plan);
    this.#tellCreated(draft, view, false);
    this.#takeOver(draft, view);
    return plan;
  }

  /** A checkout of a known plan that is looked at for the first time: nothing has happened in it yet. */
  #takeOver(draft: PlanDraft, view: View): void {
    const { current, record } = view;
    const statuses: Statuses = new Map();
    if (current !== undefined && current.manifest !== null) {
      followManifest(draft, {
        manifest: current.manifest,
        statuses,
        at: this.#authors.momentOf(manifestChangedAt(current, undefined, record)),
        edits: [],
        path: current.path,
        branch: record.branch,
        isTold: current.location === 'active',
        isFirstSight: true,
      });
      const { location } = draft.plan;
      if (location === 'gone') draft.change({ location: current.location, path: current.path });
    }
    this.#keep(draft, view, undefined, statuses);
  }

  /**
   * What the checkout showed on the branch before, where the manifest was changed after the switch: `git checkout -b`
   * keeps the files, and what is done to them then is work. Switching itself writes files first and the branch last.
   */
  #continued({ id }: PlanRow, { record, current }: View): CheckoutRow | undefined {
    const before = this.#store.plans.checkouts(id).find((one) => one.path === record.checkout);
    if (before === undefined) return undefined;
    const { branch, switchedMs } = record;
    const isFirstGit = before.branch === '' || branch === null;
    if (isFirstGit || isWorkedOn(current, switchedMs)) return before;
    this.#store.tallies.add('plan_oddities', 'branch_switched', 1);
    return undefined;
  }

  /**
   * Where the plan was moved on and another one written in its place while nobody looked, these are two things that
   * happened.
   */
  #followAll(draft: PlanDraft, view: View, checkout: CheckoutRow): void {
    const { active, complete, record } = view;
    const isMovedOn =
      checkout.lastLocation === 'active' &&
      complete !== undefined &&
      active !== undefined &&
      complete.folderId === checkout.folderId &&
      active.folderId !== checkout.folderId;
    if (!isMovedOn) return this.#follow(draft, view, checkout);
    const { plans } = this.#store;
    this.#follow(draft, { ...view, active: undefined, current: complete }, checkout);
    const moved = plans.checkout(draft.plan.id, record.checkout, checkout.branch);
    this.#follow(draft, view, moved ?? checkout);
  }

  #follow(draft: PlanDraft, view: View, checkout: CheckoutRow): void {
    const { current, record } = view;
    const { branch } = record;
    const statuses: Statuses = new Map(
      Object.entries(JSON.parse(checkout.features) as Record<string, never>).map(([id, status]) => [
        Number(id),
        status,
      ]),
    );
    const isMovedOn = current?.location === 'complete' && checkout.lastLocation === 'active';
    const follow = (): void => {
      const manifest = current?.manifest ?? null;
      if (current === undefined || manifest === null) return;
      const change = manifestChangedAt(current, checkout, record);
      followManifest(draft, {
        manifest,
        statuses,
        at: this.#authors.momentOf(change),
        edits: this.#authors.editsOf(change, this.#seenUntil(checkout)),
        path: isMovedOn
          ? path.posix.join(record.checkout, PLAN_FOLDERS.active, record.name)
          : current.path,
        branch,
        isTold: true,
        isFirstSight: false,
      });
    };
    const move = (): void => {
      const at = (): ReturnType<PlanAuthors['momentOf']> =>
        this.#authors.momentOf(changedAt(current, checkout, record));
      const isAnew = followLocation(draft, view, { checkout, at });
      if (isAnew) statuses.clear();
      if (isAnew || checkout.hasPlan === 0) this.#tellCreated(draft, view, isAnew);
    };
    // What was done before the folder was moved on comes before it, what was done since it was moved back comes after.
    if (isMovedOn) {
      if (!hasStayed(view, checkout)) follow();
      move();
    } else {
      move();
      follow();
    }
    this.#keep(draft, view, checkout, statuses);
  }

  /** Up to when the manifest of a checkout was seen, on whatever branch. */
  #seenUntil({ plan, path: folder }: CheckoutRow): number {
    return this.#store.plans
      .checkouts(plan)
      .filter((one) => one.path === folder)
      .reduce((lastMs, one) => Math.max(lastMs, one.manifestModifiedMs ?? one.seenAtMs), 0);
  }

  #tellCreated(draft: PlanDraft, { active, record }: View, isAnew: boolean): void {
    if (active === undefined || active.planWrittenMs === null) return;
    const at = this.#authors.momentOf(writtenAt(active, record));
    const created = new Date(at.fileAtMs).toISOString();
    const { branch } = record;
    const data = { created, branch, ...(isAnew && { generation: draft.plan.generation }) };
    draft.tell({ type: 'plan_created', at, path: active.path, ordinal: 1, data });
  }

  /** What lay in `dev/complete` when the plan began to be active: what comes there later is the plan itself. */
  #markBeside({ current, complete }: View, before: CheckoutRow | undefined): string | null {
    const isStillActive = current?.location === 'active' && before?.location === 'active';
    if (isStillActive) return before.completeMark;
    return complete === undefined ? null : markOf(complete);
  }

  #keep(draft: PlanDraft, view: View, before: CheckoutRow | undefined, statuses: Statuses): void {
    const { current, complete, active, record } = view;
    const { id, location } = draft.plan;
    const place = current?.location ?? 'gone';
    this.#store.plans.putCheckout({
      plan: id,
      path: record.checkout,
      branch: record.branch ?? '',
      location: place,
      lastLocation: current?.location ?? before?.lastLocation ?? 'active',
      hasPlan: Number(before?.hasPlan === 1 || typeof current?.planWrittenMs === 'number'),
      completeMark: this.#markBeside(view, before),
      manifestModifiedMs: current?.manifest?.modifiedMs ?? before?.manifestModifiedMs ?? null,
      features: JSON.stringify(Object.fromEntries(statuses)),
      folderId: current?.folderId ?? before?.folderId ?? null,
      switchedMs: record.switchedMs,
      seenAtMs: record.observedAtMs,
    });
    // The folder of the place where the plan lies.
    const folder = location === 'active' ? active : complete;
    if (folder !== undefined && folder.path !== draft.plan.path)
      draft.change({ path: folder.path });
  }
}

/**
 * Whether the manifest was changed after the checkout was switched; switching writes files first and the branch last.
 */
const isWorkedOn = (current: PlanFolder | undefined, switchedMs: number | null): boolean => {
  const modifiedMs = current?.manifest?.modifiedMs ?? current?.changedMs;
  return modifiedMs !== undefined && switchedMs !== null && modifiedMs > switchedMs;
};

/** Without a branch each switch may lead to another commit, whose files are no work on those before. */
const isOtherCommit = ({ branch, switchedMs }: CheckoutRow, { record, current }: View): boolean =>
  branch === 'HEAD' && record.switchedMs !== switchedMs && !isWorkedOn(current, record.switchedMs);

const keyOf = ({ repository, name }: PlanSnapshotRecord): string => `${repository}\n${name}`;
