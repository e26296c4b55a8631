import type { FeatureStatus, PlanEventType } from '../../records/plan.ts';
import type {
  ActivationRow,
  AttemptOutcome,
  AttemptRow,
  CheckoutRow,
  FeatureRow,
  PlanEventRow,
  PlanRow,
} from '../../store/plan-rows.ts';
import type { WriteStore } from '../../store/write-store.ts';
import type { Moment } from './plan-authors.ts';

/** What is told of one event; what a plan event has beside comes from the draft. */
export interface Telling {
  readonly type: PlanEventType;
  readonly at: Moment;
  readonly path: string;
  /** Tells events of one type, feature and activation apart. */
  readonly ordinal: number;
  readonly feature?: FeatureRow;
  readonly attempt?: AttemptRow;
  readonly status?: FeatureStatus;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Why something odd was seen; a closed list, because it becomes a metric label. */
export type PlanOddity =
  | 'regression'
  | 'already_told'
  | 'branch_switched'
  | 'feature_removed'
  | 'feature_renumbered'
  | 'feature_replaced'
  | 'folder_gone'
  | 'completed_unfinished';

/** What a draft is made of. */
export interface DraftParts {
  readonly store: WriteStore;
  readonly plan: PlanRow;
  readonly activation: ActivationRow;
}

/** A plan while one snapshot of it is worked in: what changes is written at once, in the transaction at hand. */
export class PlanDraft {
  readonly #store: WriteStore;
  readonly #open = new Map<number, AttemptRow>();
  #names: Set<string> | undefined;
  plan: PlanRow;
  activation: ActivationRow;
  readonly #features = new Map<number, FeatureRow>();

  constructor({ store, plan, activation }: DraftParts) {
    this.#store = store;
    this.plan = plan;
    this.activation = activation;
    for (const feature of store.plans.features(plan.id, plan.generation))
      this.#features.set(feature.id, feature);
    for (const attempt of store.plans.openAttempts(plan.id, activation.number))
      this.#open.set(attempt.feature, attempt);
  }

  /** Features of this generation, removed ones too. */
  get features(): readonly FeatureRow[] {
    return [...this.#features.values()];
  }

  /** Branches of the checkouts that have shown the plan. */
  checkouts(): readonly CheckoutRow[] {
    return this.#store.plans.checkouts(this.plan.id);
  }

  feature(id: number): FeatureRow {
    return this.#features.get(id)!;
  }

  change(values: Partial<PlanRow>): void {
    this.plan = { ...this.plan, ...values };
    this.#store.plans.changePlan(this.plan);
  }

  changeActivation(values: Partial<ActivationRow>): void {
    this.activation = { ...this.activation, ...values };
    this.#store.plans.putActivation(this.activation);
    this.#store.plans.markDirty(this.plan.id);
  }

  /** Begins the next activation, of a new generation where the plan was written anew. */
  activate(startedAtMs: number, isAnew: boolean): void {
    const number = this.plan.activation + 1;
    const generation = this.plan.generation + Number(isAnew);
    this.endAll('unfinished', startedAtMs);
    this.change({ activation: number, generation, location: 'active' });
    const startBasis = isAnew ? 'plan_created' : 'moved_back';
    const begun = { plan: this.plan.id, number, generation, startedAtMs, startBasis } as const;
    this.changeActivation({
      ...begun,
      orchestrated: 0,
      orchestratedAtMs: null,
      completedAtMs: null,
    });
    if (isAnew) this.#features.clear();
  }

  addFeature(feature: Omit<FeatureRow, 'id' | 'plan' | 'generation' | 'name'>): FeatureRow {
    const { plans } = this.#store;
    const { id: plan, generation } = this.plan;
    const name = this.#freeName(feature.featureId);
    const added = plans.addFeature({ ...feature, plan, generation, name });
    this.#features.set(added.id, added);
    return added;
  }

  /** What a feature keeps when it is renumbered: the id it has now, and which one of that id it is. */
  #freeName(featureId: string): string {
    this.#names ??= new Set(this.#store.plans.featureNames(this.plan.id));
    let name = featureId;
    for (let count = 2; this.#names.has(name); count += 1) name = `${featureId}#${count}`;
    this.#names.add(name);
    return name;
  }

  changeFeature(known: FeatureRow, values: Partial<FeatureRow>): FeatureRow {
    const changed = { ...known, ...values };
    this.#features.set(known.id, changed);
    this.#store.plans.changeFeature(changed);
    return changed;
  }

  openAttempt(feature: FeatureRow): AttemptRow | undefined {
    return this.#open.get(feature.id);
  }

  /** Begins an attempt at a feature. */
  start(feature: FeatureRow, startedAtMs: number, isInferred: boolean): AttemptRow {
    const { plans } = this.#store;
    const { id: plan, activation } = this.plan;
    const attempt = plans.addAttempt({
      plan,
      activation,
      feature: feature.id,
      number: plans.lastAttempt(feature.id, activation) + 1,
      startedAtMs,
      inferred: Number(isInferred),
      endedAtMs: null,
      outcome: null,
    });
    this.#open.set(feature.id, attempt);
    plans.markDirty(plan);
    return attempt;
  }

  /** Ends the attempt that is open at a feature, which may be none; returns how it ended. */
  end(feature: FeatureRow, endedAtMs: number, outcome: AttemptOutcome): AttemptRow | undefined {
    const { plans } = this.#store;
    const open = this.#open.get(feature.id);
    if (open === undefined) return undefined;
    this.#open.delete(feature.id);
    // A clock that went back must not make a time below zero.
    const ended = { ...open, endedAtMs: Math.max(endedAtMs, open.startedAtMs), outcome };
    plans.changeAttempt(ended);
    plans.markDirty(this.plan.id);
    return ended;
  }

  /** The feature is back: its removal ended nothing. */
  resume(feature: FeatureRow): void {
    const { plans } = this.#store;
    const { id, activation } = this.plan;
    const removed = plans.removedAttempt(feature.id, activation);
    if (removed === undefined) return;
    const open = { ...removed, endedAtMs: null, outcome: null };
    this.#open.set(feature.id, open);
    plans.changeAttempt(open);
    plans.markDirty(id);
  }

  endAll(outcome: AttemptOutcome, endedAtMs: number): void {
    for (const feature of this.features) this.end(feature, endedAtMs, outcome);
  }

  /** Tells an event, unless the very same was told before. */
  tell({ type, at, path, ordinal, feature, attempt, status, data }: Telling): void {
    const { plans, tallies } = this.#store;
    const { key, id, activation, repository } = this.plan;
    const eventKey = [key, activation, type, feature?.name ?? '', ordinal].join('\n');
    if (plans.events.find(eventKey) !== undefined) return;
    const event: Omit<PlanEventRow, 'id' | 'revision'> = {
      key: eventKey,
      plan: id,
      activation,
      type,
      attempt: attempt?.id ?? null,
      feature: feature?.id ?? null,
      featureId: feature?.featureId ?? null,
      featureDescription: feature?.description ?? null,
      status: status ?? null,
      path,
      prUrl: null,
      ...at,
      data: JSON.stringify(data, withoutNulls),
    };
    plans.events.add(event);
    tallies.add('plan_events', `${type}\t${repository}`, 1);
    plans.markDirty(id);
  }

  odd(reason: PlanOddity): void {
    this.#store.tallies.add('plan_oddities', reason, 1);
  }
}

const withoutNulls = (_key: string, value: unknown): unknown => value ?? undefined;
