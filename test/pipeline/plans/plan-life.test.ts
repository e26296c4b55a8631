import { describe, expect, it } from 'vitest';
import { createPlanStore, feature, folder, minute, type Shown } from './plan-store.ts';

describe('a plan that is seen for the first time', () => {
  it('tells of its making and of nothing that was done before', () => {
    const plans = createPlanStore();
    plans.show({
      atMs: minute(1),
      features: [feature('F000', 'completed'), feature('F001', 'in_progress'), feature('F002')],
    });
    expect(plans.words()).toEqual([
      'plan_created',
      'plan_optimized',
      'feature_created F000',
      'feature_created F001',
      'feature_created F002',
    ]);
  });

  it('tells nothing where it lies in dev/complete', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), location: 'complete', features: [feature('F000')] });
    expect(plans.words()).toEqual([]);
    expect(plans.db.prepare('SELECT location FROM plan').pluck().get()).toBe('complete');
  });

  it('completes what was going on with a span whose start is inferred, and no event of that start', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [feature('F001', 'in_progress')] });
    plans.show({ atMs: minute(2), features: [feature('F001', 'completed')] });
    expect(plans.words().slice(3)).toEqual(['feature_completed F001']);
    expect(plans.events().at(-1)?.data).not.toHaveProperty('duration_ms');
    expect(plans.db.prepare('SELECT inferred, outcome FROM plan_attempt').all()).toEqual([
      { inferred: 1, outcome: 'completed' },
    ]);
  });
});

describe('the features of a plan', () => {
  it('live as their manifest says, over a restart', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), features: null });
    plans.show({ atMs: minute(1), features: [feature('F000'), feature('F001')] });
    plans.show({ atMs: minute(2), features: [feature('F000', 'completed'), feature('F001')] });
    const at = (shown: Shown): void => {
      plans.reopen();
      plans.show(shown);
      plans.show(shown);
    };
    const done = feature('F000', 'completed');
    at({ atMs: minute(3), features: [done, feature('F001', 'in_progress')] });
    at({ atMs: minute(5), features: [done, feature('F001', 'failed')] });
    at({ atMs: minute(6), features: [done, feature('F001', 'in_progress')] });
    at({ atMs: minute(9), features: [done, feature('F001', 'completed')] });
    at({ atMs: minute(10), features: [done, feature('F001', 'pending')] });
    at({ atMs: minute(11), features: [done, feature('F001', 'in_progress')] });
    at({ atMs: minute(12), features: [done, feature('F001', 'completed')] });
    expect(
      plans
        .events()
        .map(({ words, data }) => [
          words,
          data['previous_status'],
          data['duration_ms'],
          data['inferred'],
          data['regression'],
          data['attempt'],
        ]),
    ).toEqual([
      ['plan_created', undefined, undefined, undefined, undefined, undefined],
      ['plan_optimized', undefined, undefined, undefined, undefined, undefined],
      ['feature_created F000', undefined, undefined, undefined, undefined, undefined],
      ['feature_created F001', undefined, undefined, undefined, undefined, undefined],
      ['orchestration_started', undefined, undefined, undefined, undefined, undefined],
      ['feature_started F000', 'pending', undefined, true, undefined, 1],
      ['feature_completed F000', 'pending', undefined, undefined, undefined, 1],
      ['feature_started F001', 'pending', undefined, undefined, undefined, 1],
      ['feature_failed F001', 'in_progress', 120_000, undefined, undefined, 1],
      ['feature_started F001', 'failed', undefined, undefined, undefined, 2],
      ['feature_completed F001', 'in_progress', 180_000, undefined, undefined, 2],
      ['feature_started F001', 'pending', undefined, undefined, true, 3],
      ['feature_completed F001', 'in_progress', 60_000, undefined, undefined, 3],
    ]);
    expect(plans.oddities()).toEqual({ regression: 1 });
    expect(new Set(plans.events().map(({ key }) => key)).size).toBe(plans.events().length);
  });

  it('are made, begun and done in one go where a manifest brings them so to a known plan', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), features: null });
    plans.show({ atMs: minute(1), features: [feature('F000', 'completed'), feature('F001')] });
    expect(plans.words()).toEqual([
      'plan_created',
      'plan_optimized',
      'feature_created F000',
      'feature_created F001',
      'orchestration_started',
      'feature_started F000',
      'feature_completed F000',
    ]);
  });

  it('keep what was known while a status is unknown, or the manifest cannot be read', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [feature('F001', 'in_progress')] });
    const before = plans.words();
    plans.show({ atMs: minute(2), features: [feature('F001', null, { rawStatus: 'blocked' })] });
    plans.show({ atMs: minute(3), features: null });
    plans.show({ atMs: minute(4), features: [] });
    plans.show({ atMs: minute(5), features: [feature('F001', 'in_progress')] });
    expect(plans.words()).toEqual(before);
    expect(plans.db.prepare('SELECT status FROM plan_feature').pluck().all()).toEqual([
      'in_progress',
    ]);
  });

  it('are gone only from a manifest that is left alone', () => {
    const plans = createPlanStore();
    const [a, b] = [feature('F000'), feature('F001', 'in_progress')];
    plans.show({ atMs: minute(1), features: [a, b] });
    plans.show({ atMs: minute(2), features: [a], isSettled: false });
    plans.show({ atMs: minute(3), features: [a, b] });
    expect(plans.oddities()).toEqual({});
    plans.show({ atMs: minute(4), features: [a] });
    expect(plans.oddities()).toEqual({ feature_removed: 1 });
    expect(plans.db.prepare('SELECT outcome FROM plan_attempt').pluck().all()).toEqual(['removed']);
    plans.show({ atMs: minute(5), features: [a, feature('F001', 'completed')] });
    // It had been going on all the time.
    expect(plans.words().slice(4)).toEqual(['feature_completed F001']);
    expect(
      plans.db.prepare('SELECT number, outcome, ended_at_ms AS ended FROM plan_attempt').all(),
    ).toEqual([{ number: 1, outcome: 'completed', ended: minute(5) }]);
  });

  it('are the same ones after they were renumbered', () => {
    const plans = createPlanStore();
    const words = (id: string) => ({
      description: `What ${id} is for`,
      promptFile: `prompts/${id}.md`,
    });
    plans.show({
      atMs: minute(1),
      features: [feature('F000', 'completed'), feature('F001', 'completed'), feature('F002')],
    });
    const before = plans.words();
    plans.show({
      atMs: minute(2),
      features: [
        feature('F000', 'completed'),
        feature('F001', 'pending', { description: 'Something new', promptFile: 'prompts/new.md' }),
        feature('F002', 'completed', words('F001')),
        feature('F003', 'pending', words('F002')),
      ],
    });
    expect(plans.words().slice(before.length)).toEqual(['feature_created F001']);
    expect(plans.oddities()).toEqual({ feature_renumbered: 2, feature_replaced: 1 });
  });
});

describe('the place of a plan', () => {
  const done = feature('F000', 'completed');

  it('completes it when it is moved, says what was left, and begins anew when it is moved back', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [done, feature('F001')] });
    plans.show({
      atMs: minute(2),
      features: [done, feature('F001')],
      location: 'complete',
      modifiedMs: minute(1),
    });
    plans.show({ atMs: minute(3), features: [done, feature('F001')], modifiedMs: minute(1) });
    plans.show({ atMs: minute(4), features: [done, feature('F001', 'in_progress')] });
    plans.show({ atMs: minute(5), features: [done, feature('F001', 'completed')] });
    plans.show({
      atMs: minute(6),
      features: [done, feature('F001', 'completed')],
      location: 'complete',
      modifiedMs: minute(5),
    });
    expect(plans.words().slice(4)).toEqual([
      'orchestration_completed',
      'orchestration_started',
      'feature_started F001',
      'feature_completed F001',
      'orchestration_completed',
    ]);
    const [first, second] = plans
      .events()
      .filter(({ words }) => words === 'orchestration_completed');
    expect(first?.data).toMatchObject({
      all_completed: false,
      counts: { pending: 1, completed: 1 },
    });
    expect(second?.data).toMatchObject({
      all_completed: true,
      counts: { pending: 0, completed: 2 },
    });
    expect(plans.db.prepare('SELECT number, start_basis FROM plan_activation').all()).toEqual([
      { number: 1, start_basis: 'plan_created' },
      { number: 2, start_basis: 'moved_back' },
    ]);
  });

  it('ends what was going on when it is moved', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [feature('F000')] });
    plans.show({ atMs: minute(2), features: [feature('F000', 'in_progress')] });
    plans.show({
      atMs: minute(4),
      location: 'complete',
      features: [feature('F000', 'in_progress')],
      modifiedMs: minute(2),
    });
    expect(
      plans.db.prepare('SELECT outcome, ended_at_ms AS ended FROM plan_attempt').all(),
    ).toEqual([{ outcome: 'unfinished', ended: minute(4) }]);
  });

  it('tells the last feature before the move where both are seen at once', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [feature('F000', 'pending')] });
    plans.show({ atMs: minute(3), location: 'complete', features: [done], modifiedMs: minute(2) });
    expect(plans.words().slice(3)).toEqual([
      'orchestration_started',
      'feature_started F000',
      'feature_completed F000',
      'orchestration_completed',
    ]);
    expect(plans.events().at(-1)?.data).toMatchObject({ all_completed: true });
    expect(plans.events().at(-2)?.path).toBe('/home/dev/one/dev/active/shop');
  });

  it('begins another generation where a plan is written anew under an old name', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [done] });
    const old: Shown = { atMs: minute(2), location: 'complete', features: [done] };
    plans.show(old);
    const beside = [folder(old, 'complete')];
    plans.show({ atMs: minute(3), features: null, beside });
    plans.show({
      atMs: minute(4),
      features: [feature('F000', 'pending', { description: 'Other', promptFile: 'prompts/o.md' })],
      beside,
    });
    expect(plans.words().slice(3)).toEqual([
      'orchestration_completed',
      'plan_created',
      'plan_optimized',
      'feature_created F000',
    ]);
    expect(plans.db.prepare('SELECT generation, activation FROM plan').get()).toEqual({
      generation: 2,
      activation: 2,
    });
    plans.show({ atMs: minute(5), features: null, location: 'gone', beside });
    // The old one is all that is left.
    expect(plans.words()).toHaveLength(7);
    expect(plans.db.prepare('SELECT location FROM plan').pluck().get()).toBe('complete');
  });

  it('is completed where it is copied first, and taken away later', () => {
    const plans = createPlanStore();
    const features = [done];
    const copy: Shown = { atMs: minute(2), features, location: 'complete' };
    plans.show({ atMs: minute(1), features });
    plans.show({
      atMs: minute(2),
      modifiedMs: minute(1),
      features,
      beside: [folder(copy, 'complete')],
    });
    plans.show({ ...copy, atMs: minute(3), modifiedMs: minute(2) });
    expect(plans.words().slice(3)).toEqual(['orchestration_completed']);
    expect(plans.db.prepare('SELECT location FROM plan').pluck().get()).toBe('complete');
  });

  it('is gone where its folder is, and comes back without an event', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [done] });
    plans.show({ atMs: minute(2), location: 'gone' });
    expect(plans.db.prepare('SELECT location FROM plan').pluck().get()).toBe('gone');
    plans.show({ atMs: minute(3), features: [done] });
    expect(plans.words()).toHaveLength(3);
    expect(plans.db.prepare('SELECT location FROM plan').pluck().get()).toBe('active');
  });
});
