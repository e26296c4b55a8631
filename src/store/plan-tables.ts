import type { Database, Statement } from 'better-sqlite3';
import type { DocumentLog } from './document-log.ts';
import { PlanEventLog } from './plan-event-log.ts';
import type {
  ActivationRow,
  AttemptRow,
  CheckoutRow,
  FeatureRow,
  PlanEventRow,
  PlanRow,
} from './plan-rows.ts';
import { RowTable, type RowTableParts } from './row-table.ts';

/** A row that the table has not given an id yet. */
export type New<R extends { readonly id: number }> = Omit<R, 'id'>;

const PLANS: RowTableParts<PlanRow> = {
  table: 'plan',
  keys: ['id'],
  fields: [
    'key',
    'name',
    'repository',
    'path',
    'location',
    'generation',
    'activation',
    'firstSeenMs',
  ],
};

const ACTIVATIONS: RowTableParts<ActivationRow> = {
  table: 'plan_activation',
  keys: ['plan', 'number'],
  fields: [
    'generation',
    'startedAtMs',
    'startBasis',
    'orchestrated',
    'orchestratedAtMs',
    'completedAtMs',
  ],
};

const FEATURES: RowTableParts<FeatureRow> = {
  table: 'plan_feature',
  keys: ['id'],
  fields: [
    'plan',
    'generation',
    'name',
    'featureId',
    'position',
    'description',
    'promptFile',
    'detail',
    'status',
    'rawStatus',
    'regressions',
    'regressedFrom',
    'removedAtMs',
  ],
};

const ATTEMPTS: RowTableParts<AttemptRow> = {
  table: 'plan_attempt',
  keys: ['id'],
  fields: [
    'plan',
    'activation',
    'feature',
    'number',
    'startedAtMs',
    'inferred',
    'endedAtMs',
    'outcome',
  ],
};

const CHECKOUTS: RowTableParts<CheckoutRow> = {
  table: 'plan_checkout',
  keys: ['plan', 'path', 'branch'],
  fields: [
    'location',
    'lastLocation',
    'hasPlan',
    'completeMark',
    'manifestModifiedMs',
    'features',
    'folderId',
    'switchedMs',
    'seenAtMs',
  ],
};

/** Plans, their activations, features, attempts and checkouts, as the pipeline reads and writes them. */
export class PlanTables {
  readonly events: PlanEventLog;
  readonly #plans: RowTable<PlanRow>;
  readonly #activations: RowTable<ActivationRow>;
  readonly #features: RowTable<FeatureRow>;
  readonly #attempts: RowTable<AttemptRow>;
  readonly #checkouts: RowTable<CheckoutRow>;
  readonly #byKey: Statement<[string], PlanRow>;
  readonly #byId: Statement<[number], PlanRow>;
  readonly #byName: Statement<[string], PlanRow>;
  readonly #active: Statement<[], PlanRow>;
  readonly #activation: Statement<[number, number], ActivationRow>;
  readonly #ofGeneration: Statement<[number, number], FeatureRow>;
  readonly #names: Statement<[number], string>;
  readonly #open: Statement<[number, number], AttemptRow>;
  readonly #tried: Statement<[number, number], number>;
  readonly #removed: Statement<[number, number], AttemptRow>;
  readonly #checkout: Statement<[number, string, string], CheckoutRow>;
  readonly #ofPlan: Statement<[number], CheckoutRow>;
  readonly #orchestratedAt: Statement<[number, number, number]>;
  readonly #completedAt: Statement<[number, number, number]>;
  readonly #took: Statement<[number], number>;
  readonly #startAt: Statement<[number, number]>;
  readonly #endAt: Statement<[number, number]>;
  readonly #markDirty: Statement<[number]>;

  readonly #documents: DocumentLog;

  constructor(db: Database, documents: DocumentLog) {
    this.#documents = documents;
    this.events = new PlanEventLog(db);
    this.#plans = new RowTable(db, PLANS);
    this.#activations = new RowTable(db, ACTIVATIONS);
    this.#features = new RowTable(db, FEATURES);
    this.#attempts = new RowTable(db, ATTEMPTS);
    this.#checkouts = new RowTable(db, CHECKOUTS);
    this.#byKey = this.#plans.query('WHERE key = ?');
    this.#byId = this.#plans.query('WHERE id = ?');
    this.#byName = this.#plans.query('WHERE name = ? ORDER BY id');
    this.#active = this.#plans.query(`WHERE location = 'active' ORDER BY id`);
    this.#activation = this.#activations.query('WHERE plan = ? AND number = ?');
    this.#ofGeneration = this.#features.query(
      'WHERE plan = ? AND generation = ? ORDER BY position',
    );
    this.#names = db
      .prepare<[number], string>('SELECT name FROM plan_feature WHERE plan = ?')
      .pluck();
    this.#open = this.#attempts.query(
      'WHERE plan = ? AND activation = ? AND ended_at_ms IS NULL ORDER BY id',
    );
    this.#tried = db
      .prepare<[number, number], number>(
        'SELECT coalesce(max(number), 0) FROM plan_attempt WHERE feature = ? AND activation = ?',
      )
      .pluck();
    this.#removed = this.#attempts.query(
      `WHERE feature = ? AND activation = ? AND outcome = 'removed'`,
    );
    this.#checkout = this.#checkouts.query('WHERE plan = ? AND path = ? AND branch = ?');
    this.#ofPlan = this.#checkouts.query('WHERE plan = ? ORDER BY seen_at_ms DESC');
    const moved = (column: string): Statement<[number, number, number]> =>
      db.prepare(`UPDATE plan_activation SET ${column} = ? WHERE plan = ? AND number = ?`);
    this.#orchestratedAt = moved('orchestrated_at_ms');
    this.#completedAt = moved('completed_at_ms');
    this.#took = db
      .prepare<[number], number>(
        'SELECT ended_at_ms - started_at_ms FROM plan_attempt WHERE id = ? AND inferred = 0 AND ended_at_ms IS NOT NULL',
      )
      .pluck();
    this.#startAt = db.prepare('UPDATE plan_attempt SET started_at_ms = ? WHERE id = ?');
    this.#endAt = db.prepare(
      'UPDATE plan_attempt SET ended_at_ms = max(?, started_at_ms) WHERE id = ?',
    );
    this.#markDirty = db.prepare('UPDATE plan SET dirty = 1 WHERE id = ?');
  }

  plan(key: string): PlanRow | undefined {
    return this.#byKey.get(key);
  }

  planOf(id: number): PlanRow | undefined {
    return this.#byId.get(id);
  }

  plansNamed(name: string): readonly PlanRow[] {
    return this.#byName.all(name);
  }

  activePlans(): readonly PlanRow[] {
    return this.#active.all();
  }

  addPlan(plan: New<PlanRow>): PlanRow {
    const id = this.#plans.add({ ...plan, id: null } as never);
    this.#documents.touch('plan', id);
    return { ...plan, id };
  }

  changePlan(plan: PlanRow): void {
    this.#documents.touch('plan', plan.id);
    this.#plans.change(plan);
  }

  activation(plan: number, number: number): ActivationRow {
    return this.#activation.get(plan, number)!;
  }

  putActivation(activation: ActivationRow): void {
    this.#documents.touch('plan', activation.plan);
    this.#activations.put(activation);
  }

  features(plan: number, generation: number): readonly FeatureRow[] {
    return this.#ofGeneration.all(plan, generation);
  }

  /** Names of all features that a plan ever had. */
  featureNames(plan: number): readonly string[] {
    return this.#names.all(plan);
  }

  addFeature(feature: New<FeatureRow>): FeatureRow {
    this.#documents.touch('plan', feature.plan);
    return { ...feature, id: this.#features.add({ ...feature, id: null } as never) };
  }

  changeFeature(feature: FeatureRow): void {
    this.#documents.touch('plan', feature.plan);
    this.#features.change(feature);
  }

  openAttempts(plan: number, activation: number): readonly AttemptRow[] {
    return this.#open.all(plan, activation);
  }

  /** Number of the last attempt at a feature in an activation; 0 where there was none. */
  lastAttempt(feature: number, activation: number): number {
    return this.#tried.get(feature, activation) ?? 0;
  }

  /** The attempt that ended when its feature was removed, where that was the last one. */
  removedAttempt(feature: number, activation: number): AttemptRow | undefined {
    const last = this.lastAttempt(feature, activation);
    return this.#removed.all(feature, activation).find(({ number }) => number === last);
  }

  addAttempt(attempt: New<AttemptRow>): AttemptRow {
    this.#documents.touch('plan', attempt.plan);
    return { ...attempt, id: this.#attempts.add({ ...attempt, id: null } as never) };
  }

  changeAttempt(attempt: AttemptRow): void {
    this.#documents.touch('plan', attempt.plan);
    this.#attempts.change(attempt);
  }

  checkout(plan: number, path: string, branch: string): CheckoutRow | undefined {
    return this.#checkout.get(plan, path, branch);
  }

  /** All branches of all checkouts of a plan, the one that was seen last first. */
  checkouts(plan: number): readonly CheckoutRow[] {
    return this.#ofPlan.all(plan);
  }

  putCheckout(checkout: CheckoutRow): void {
    this.#documents.touch('plan', checkout.plan);
    this.#checkouts.put(checkout);
  }

  /** What an event began or ended did so at another moment than was thought. */
  retime({ attempt, type, plan, activation, atMs }: PlanEventRow): void {
    this.markDirty(plan);
    this.#documents.touch('plan', plan);
    if (type === 'orchestration_started') this.#orchestratedAt.run(atMs, plan, activation);
    if (type === 'orchestration_completed') this.#completedAt.run(atMs, plan, activation);
    if (attempt === null) return;
    if (type === 'feature_started') this.#startAt.run(atMs, attempt);
    if (type === 'feature_completed' || type === 'feature_failed') this.#endAt.run(atMs, attempt);
    const took = this.#took.get(attempt);
    const ending = took === undefined ? undefined : this.events.endingOf(attempt);
    if (took === undefined || ending === undefined) return;
    const data = { ...(JSON.parse(ending.data) as object), duration_ms: took };
    this.events.change({ ...ending, data: JSON.stringify(data) });
  }

  /** Has to be said of a plan whenever what belongs to it may have changed. */
  markDirty(plan: number): void {
    this.#markDirty.run(plan);
  }
}
