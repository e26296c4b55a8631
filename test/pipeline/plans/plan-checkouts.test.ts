import { describe, expect, it } from 'vitest';
import { createPlanStore, feature, minute, PROJECT } from './plan-store.ts';

const WORKTREE = '/home/dev/one-shop';

describe('a plan in several checkouts', () => {
  it('is one plan, whose news is told once, wherever it is seen later', () => {
    const plans = createPlanStore();
    const main = { repository: PROJECT, branch: 'main', switchedMs: minute(0) };
    const tree = { ...main, checkout: WORKTREE, branch: 'plan/shop' };
    plans.show({ ...main, atMs: minute(1), features: [feature('F000')] });
    plans.show({ ...tree, atMs: minute(1), features: [feature('F000')] });
    plans.show({ ...tree, atMs: minute(2), features: [feature('F000', 'in_progress')] });
    plans.show({ ...tree, atMs: minute(3), features: [feature('F000', 'completed')] });
    const told = plans.words();
    // Merged into main, and pulled there.
    plans.show({ ...main, atMs: minute(4), features: [feature('F000', 'completed')] });
    expect(plans.words()).toEqual(told);
    expect(told.slice(3)).toEqual([
      'orchestration_started',
      'feature_started F000',
      'feature_completed F000',
    ]);
    expect(plans.oddities()).toEqual({ already_told: 1 });
    expect(plans.db.prepare('SELECT count(*) FROM plan').pluck().get()).toBe(1);
  });

  it('is completed once', () => {
    const plans = createPlanStore();
    const main = { repository: PROJECT, branch: 'main', switchedMs: minute(0) };
    const tree = { ...main, checkout: WORKTREE, branch: 'plan/shop' };
    const features = [feature('F000', 'completed')];
    for (const checkout of [main, tree]) plans.show({ ...checkout, atMs: minute(1), features });
    for (const checkout of [tree, main])
      plans.show({ ...checkout, atMs: minute(2), features, location: 'complete' });
    expect(plans.words().slice(3)).toEqual(['orchestration_completed']);
  });

  it('does not go back and forth when branches are switched', () => {
    const plans = createPlanStore();
    const at = (branch: string, minutes: number, features: Parameters<typeof feature>[1]) =>
      plans.show({
        atMs: minute(minutes),
        modifiedMs: minute(minutes),
        branch,
        switchedMs: minute(minutes) + 1,
        features: [feature('F000', features)],
      });
    at('plan/shop', 1, 'pending');
    plans.show({
      atMs: minute(2),
      branch: 'plan/shop',
      switchedMs: minute(1),
      features: [feature('F000', 'completed')],
    });
    const told = plans.words();
    at('main', 3, 'pending');
    at('plan/shop', 4, 'completed');
    at('main', 5, 'pending');
    at('main', 6, 'completed');
    expect(plans.words()).toEqual(told);
  });

  it('goes on where a branch was made of the files as they are', () => {
    const plans = createPlanStore();
    plans.show({
      atMs: minute(1),
      branch: 'main',
      switchedMs: minute(0),
      features: [feature('F000')],
    });
    plans.show({
      atMs: minute(3),
      branch: 'plan/shop',
      switchedMs: minute(2),
      features: [feature('F000', 'in_progress')],
    });
    expect(plans.words().slice(3)).toEqual(['orchestration_started', 'feature_started F000']);
  });

  it('is another plan in another repository', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [feature('F000')] });
    plans.show({ atMs: minute(1), features: [feature('F000')], checkout: '/home/dev/two' });
    expect(plans.db.prepare('SELECT repository FROM plan ORDER BY id').pluck().all()).toEqual([
      PROJECT,
      '/home/dev/two',
    ]);
    expect(new Set(plans.events().map(({ key }) => key)).size).toBe(6);
  });
});
