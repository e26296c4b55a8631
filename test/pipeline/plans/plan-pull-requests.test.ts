import { describe, expect, it } from 'vitest';
import type { OccurrenceRecord } from '../../../src/records/occurrence.ts';
import { batch, prompt } from '../ingest-fixture.ts';
import { createPlanStore, feature, minute, PROJECT } from './plan-store.ts';

const URL = 'https://github.com/acme/shop/pull/7';

const link = (
  atMs: number,
  stated: Partial<OccurrenceRecord> & { branch?: string; url?: string } = {},
): OccurrenceRecord => {
  const { branch = 'plan/shop', url = URL, ...rest } = stated;
  const sessionId = rest.sessionId ?? 'session-1';
  const data = { pr_url: url, pr_number: 7, pr_repository: 'acme/shop', git_branch: branch };
  return prompt({
    key: `pr:${sessionId}:${url}`,
    type: 'pr_created',
    category: 'custom',
    atMs,
    data: JSON.stringify(data),
    ...rest,
  });
};

const told = (plans: ReturnType<typeof createPlanStore>) =>
  plans.events().filter(({ words }) => words === 'pr_created');

describe('a pull request of a plan', () => {
  it('is one event however often it is told, at the earliest time', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [feature('F000')] });
    plans.commit(batch([link(minute(5))]));
    plans.commit(batch([link(minute(6))]));
    plans.commit(batch([link(minute(4), { sessionId: 'session-2' })]));
    expect(told(plans)).toMatchObject([
      {
        atMs: minute(4),
        session: 'session-2',
        revision: 1,
        data: { pr_number: 7, git_branch: 'plan/shop' },
      },
    ]);
  });

  it('is found where it was told of before its plan was known', () => {
    const plans = createPlanStore();
    plans.commit(
      batch([link(minute(0)), link(minute(0), { branch: 'plan/other', url: `${URL}1` })]),
    );
    plans.show({ atMs: minute(1), location: 'complete', features: [feature('F000', 'completed')] });
    expect(told(plans)).toMatchObject([{ atMs: minute(0), session: 'session-1' }]);
  });

  it('belongs to the only plan that is active in its folder where the branch does not tell', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [feature('F000')] });
    plans.show({ atMs: minute(1), features: [feature('F000')], checkout: '/home/dev/two' });
    plans.commit(batch([link(minute(5), { branch: 'main', project: `${PROJECT}/src` })]));
    expect(told(plans)).toHaveLength(1);
    plans.show({ atMs: minute(6), features: [feature('F000')], name: 'second' });
    plans.commit(batch([link(minute(7), { branch: 'main', url: `${URL}2` })]));
    expect(told(plans)).toHaveLength(1);
  });

  it('goes to the plan that its branch names, where another one was thought of first', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [feature('F000')] });
    plans.commit(batch([link(minute(5), { branch: 'main' })]));
    plans.show({ atMs: minute(6), features: [feature('F000')], name: 'other' });
    plans.commit(batch([link(minute(7), { branch: 'plan/other', sessionId: 'session-2' })]));
    plans.commit(batch([link(minute(8), { branch: 'main', sessionId: 'session-3' })]));
    expect(told(plans)).toMatchObject([
      { atMs: minute(5), path: `${PROJECT}/dev/active/other`, revision: 1 },
    ]);
  });

  it('belongs to no plan of another repository', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(1), features: [feature('F000')] });
    plans.commit(batch([link(minute(5), { project: '/home/dev/elsewhere' })]));
    expect(told(plans)).toEqual([]);
  });
});
