import {
  PLAN_EVENT_TYPES,
  FEATURE_STATUSES,
  type FeatureStatus,
  PLAN_FOLDERS,
} from '../../records/plan.ts';
import type {
  ActivationRow,
  AttemptOutcome,
  PlanEventRow,
  PlanPlace,
} from '../../store/plan-rows.ts';
import type { WriteStore } from '../../store/write-store.ts';
import { type ArchiveFields, BadLineError } from './archive-fields.ts';

const LOCATIONS = Object.keys(PLAN_FOLDERS) as (keyof typeof PLAN_FOLDERS)[];
const PLACES: readonly PlanPlace[] = [...LOCATIONS, 'gone'];
const STARTS: readonly ActivationRow['startBasis'][] = ['plan_created', 'moved_back', 'first_seen'];
const OUTCOMES: readonly AttemptOutcome[] = [
  'completed',
  'failed',
  'reset',
  'removed',
  'unfinished',
];
const TIME_SOURCES: readonly PlanEventRow['timeSource'][] = [
  'file',
  'observed',
  'tool_call',
  'transcript',
  'hook',
];
const SESSION_SOURCES: readonly NonNullable<PlanEventRow['sessionSource']>[] = [
  'tool_call',
  'time',
  'transcript',
  'hook',
];

/** A plan that was written, with the ids of what its events name. */
export interface RestoredPlan {
  readonly id: number;
  readonly repository: string;
  readonly featureIds: ReadonlyMap<string, number>;
  readonly attemptIds: ReadonlyMap<string, number>;
}

const attemptName = (activation: number, feature: string, number: number): string =>
  `${activation}\n${number}\n${feature}`;

const orNull = <T>(fields: ArchiveFields, field: string, read: () => T): T | null =>
  fields.has(field) ? read() : null;

/** Writes a plan with its activations, features, attempts and checkouts; what belongs to it has to be counted anew. */
export const restorePlan = ({ plans }: WriteStore, line: ArchiveFields): RestoredPlan => {
  const repository = line.text('repository');
  const { id } = plans.addPlan({
    key: line.text('key'),
    name: line.text('plan_name'),
    repository,
    path: line.text('path'),
    location: line.oneOf('location', PLACES),
    generation: line.whole('generation'),
    activation: line.whole('activation'),
    firstSeenMs: line.whole('first_seen_ms'),
  });
  for (const one of line.rows('activations'))
    plans.putActivation({
      plan: id,
      number: one.whole('number'),
      generation: one.whole('generation'),
      startedAtMs: one.whole('started_at_ms'),
      startBasis: one.oneOf('start_basis', STARTS),
      orchestrated: one.whole('orchestrated'),
      orchestratedAtMs: one.wholeOrNull('orchestrated_at_ms'),
      completedAtMs: one.wholeOrNull('completed_at_ms'),
    });
  const featureIds = new Map<string, number>();
  const attemptIds = new Map<string, number>();
  const attempts: [feature: string, attempt: ArchiveFields][] = [];
  for (const one of line.rows('features')) {
    const name = one.text('name');
    featureIds.set(name, addFeature(plans, id, one));
    for (const attempt of one.rows('attempts')) attempts.push([name, attempt]);
  }
  // In the order in which they began, which is that of their ids.
  attempts.sort(([, a], [, b]) => a.whole('started_at_ms') - b.whole('started_at_ms'));
  for (const [name, attempt] of attempts) {
    const activation = attempt.whole('activation');
    const number = attempt.whole('number');
    const { id: attemptId } = plans.addAttempt({
      plan: id,
      activation,
      feature: featureIds.get(name)!,
      number,
      startedAtMs: attempt.whole('started_at_ms'),
      inferred: attempt.whole('inferred'),
      endedAtMs: attempt.wholeOrNull('ended_at_ms'),
      outcome: orNull(attempt, 'outcome', () => attempt.oneOf('outcome', OUTCOMES)),
    });
    attemptIds.set(attemptName(activation, name, number), attemptId);
  }
  for (const one of line.rows('checkouts')) putCheckout(plans, { id, featureIds }, one);
  return { id, repository, featureIds, attemptIds };
};

const addFeature = (plans: WriteStore['plans'], plan: number, one: ArchiveFields): number =>
  plans.addFeature({
    plan,
    generation: one.whole('generation'),
    name: one.text('name'),
    featureId: one.text('feature_id'),
    position: one.whole('position'),
    description: one.textOrNull('description'),
    promptFile: one.textOrNull('prompt_file'),
    detail: one.json('detail'),
    status: one.oneOf('status', FEATURE_STATUSES),
    rawStatus: one.textOrNull('raw_status'),
    regressions: one.whole('regressions'),
    regressedFrom: statusOf(one, 'regressed_from'),
    removedAtMs: one.wholeOrNull('removed_at_ms'),
  }).id;

const statusOf = (fields: ArchiveFields, field: string): FeatureStatus | null =>
  orNull(fields, field, () => fields.oneOf(field, FEATURE_STATUSES));

const putCheckout = (
  plans: WriteStore['plans'],
  { id, featureIds }: Pick<RestoredPlan, 'id' | 'featureIds'>,
  one: ArchiveFields,
): void => {
  const features = one.list('features').map((pair) => {
    const [name, status] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    const feature = typeof name === 'string' ? featureIds.get(name) : undefined;
    if (feature === undefined || typeof status !== 'string')
      throw new BadLineError('features of checkouts are not names with a status');
    return [String(feature), status] as const;
  });
  plans.putCheckout({
    plan: id,
    path: one.text('path'),
    branch: one.text('branch'),
    location: one.oneOf('location', PLACES),
    lastLocation: one.oneOf('last_location', LOCATIONS),
    hasPlan: one.whole('has_plan'),
    completeMark: one.textOrNull('complete_mark'),
    manifestModifiedMs: one.numberOrNull('manifest_modified_ms'),
    features: JSON.stringify(Object.fromEntries(features)),
    folderId: one.textOrNull('folder_id'),
    switchedMs: one.numberOrNull('switched_ms'),
    seenAtMs: one.whole('seen_at_ms'),
  });
};

/** Writes a plan event; returns its id. */
export const restorePlanEvent = (
  store: WriteStore,
  plan: RestoredPlan,
  line: ArchiveFields,
): number => {
  const [stored, data] = [line.fields('stored'), line.fields('data')];
  const session = stored.textOrNull('session');
  const feature = stored.textOrNull('feature');
  const type = line.oneOf('event_type', PLAN_EVENT_TYPES);
  const id = store.plans.events.restore({
    key: stored.text('key'),
    plan: plan.id,
    activation: data.whole('activation'),
    type,
    attempt: stored.has('attempt') ? attemptOf(plan, stored.fields('attempt')) : null,
    feature: feature === null ? null : (plan.featureIds.get(feature) ?? null),
    featureId: line.textOrNull('feature_id'),
    featureDescription: line.textOrNull('feature_description'),
    status: statusOf(line, 'status'),
    path: line.text('plan_path'),
    atMs: line.moment('timestamp'),
    fileAtMs: stored.whole('file_at_ms'),
    timeSource: data.oneOf('time_source', TIME_SOURCES),
    session: session === null ? null : store.sessions.id(session),
    sessionSource: orNull(data, 'session_source', () =>
      data.oneOf('session_source', SESSION_SOURCES),
    ),
    promptId: data.textOrNull('prompt_id'),
    agentId: data.textOrNull('agent_id'),
    toolCallKey: stored.textOrNull('tool_call_key'),
    prUrl: line.textOrNull('pr_url'),
    data: stored.json('data'),
    revision: line.count('revision'),
  });
  store.tallies.add('plan_events', `${type}\t${plan.repository}`, 1);
  return id;
};

const attemptOf = (plan: RestoredPlan, name: ArchiveFields): number | null =>
  plan.attemptIds.get(
    attemptName(name.whole('activation'), name.text('feature'), name.whole('number')),
  ) ?? null;
