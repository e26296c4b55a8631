import { describe, expect, it } from 'vitest';
import type { FeatureStatus } from '../../../src/records/plan.ts';
import type { MonitorRecord } from '../../../src/records/record.ts';
import { batch, request, toolCall } from '../ingest-fixture.ts';
import { createPlanStore, feature, minute, PROJECT, type PlanStore } from './plan-store.ts';

const FOLDER = `${PROJECT}/dev/active/shop`;

/** A turn that writes statuses to the manifest, as its own result tells. */
const writes = (
  minutes: number,
  ...pairs: readonly (readonly [string, string])[]
): readonly MonitorRecord[] => {
  const key = `msg_${minutes}`;
  const atMs = minute(minutes);
  return [
    request({ key, atMs: atMs - 20, endMs: atMs - 20 }),
    toolCall({
      key: `toolu_${minutes}`,
      requestKey: key,
      tool: 'Edit',
      filePath: `${FOLDER}/manifest.jsonl`,
      planPath: FOLDER,
      planEdit: JSON.stringify(pairs),
      callAtMs: atMs - 10,
      resultAtMs: atMs,
    }),
  ];
};

const shows = (plans: PlanStore, minutes: number, ...statuses: readonly FeatureStatus[]): void =>
  plans.show({
    atMs: minute(minutes),
    features: statuses.map((status, index) => feature(`F00${index}`, status)),
  });

const told = (plans: PlanStore) =>
  plans
    .events()
    .filter(({ words }) => !/created|optimized/.test(words))
    .map(({ words, atMs, data, session }) => [
      words,
      (atMs - minute(0)) / 60_000,
      session,
      data['duration_ms'] ?? data['inferred'] ?? null,
    ]);

describe('changes of a manifest that nobody saw', () => {
  it('are told as the calls that made them tell them, each at its time, with what it cost', () => {
    const plans = createPlanStore();
    shows(plans, 0, 'pending', 'pending');
    plans.commit(
      batch([
        ...writes(2, ['F000', 'in_progress']),
        request({ key: 'msg_work', atMs: minute(3), endMs: minute(3) }),
        ...writes(4, ['F000', 'completed']),
        ...writes(5, ['F001', 'in_progress']),
      ]),
    );
    shows(plans, 5, 'completed', 'in_progress');
    expect(told(plans)).toEqual([
      ['orchestration_started', 2, 'session-1', null],
      ['feature_started F000', 2, 'session-1', null],
      ['feature_completed F000', 4, 'session-1', 120_000],
      ['feature_started F001', 5, 'session-1', null],
    ]);
    plans.recountPlans();
    const requests = plans.db.prepare('SELECT attempt, requests FROM plan_usage ORDER BY attempt');
    expect(requests.raw().all()).toEqual([
      [0, 2],
      [1, 2],
    ]);
    // Seen again, nothing is new.
    const before = plans.words();
    plans.reopen();
    shows(plans, 5, 'completed', 'in_progress');
    expect(plans.words()).toEqual(before);
  });

  it('are told too where the status is in the end what it was', () => {
    const plans = createPlanStore();
    shows(plans, 0, 'completed');
    plans.commit(
      batch([
        ...writes(2, ['F000', 'pending']),
        ...writes(3, ['F000', 'in_progress']),
        ...writes(4, ['F000', 'completed']),
      ]),
    );
    shows(plans, 4, 'completed');
    expect(told(plans)).toEqual([
      ['feature_started F000', 3, 'session-1', null],
      ['feature_completed F000', 4, 'session-1', 60_000],
    ]);
    expect(plans.oddities()).toEqual({ regression: 1 });
  });

  it('are one change where what was written does not lead to what is seen', () => {
    const plans = createPlanStore();
    shows(plans, 0, 'pending');
    plans.commit(
      batch([
        ...writes(2, ['F000', 'in_progress'], ['F007', 'failed']),
        ...writes(3, ['F000', 'failed'], ['F000', 'odd']),
      ]),
    );
    shows(plans, 4, 'completed');
    expect(told(plans)).toEqual([
      ['orchestration_started', 4, 'session-1', null],
      ['feature_started F000', 4, 'session-1', true],
      ['feature_completed F000', 4, 'session-1', null],
    ]);
  });

  it('are not told again where each was seen when it was made', () => {
    const plans = createPlanStore();
    shows(plans, 0, 'pending');
    plans.commit(batch(writes(2, ['F000', 'in_progress'])));
    shows(plans, 2, 'in_progress');
    plans.commit(batch(writes(3, ['F000', 'completed'])));
    shows(plans, 3, 'completed');
    expect(told(plans)).toEqual([
      ['orchestration_started', 2, 'session-1', null],
      ['feature_started F000', 2, 'session-1', null],
      ['feature_completed F000', 3, 'session-1', 60_000],
    ]);
  });

  it('tell nothing of a plan that is seen for the first time', () => {
    const plans = createPlanStore();
    plans.commit(
      batch([...writes(2, ['F000', 'in_progress']), ...writes(3, ['F000', 'completed'])]),
    );
    shows(plans, 4, 'completed');
    expect(told(plans)).toEqual([]);
  });
});
