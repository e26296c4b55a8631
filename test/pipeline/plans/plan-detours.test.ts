import { describe, expect, it } from 'vitest';
import type { MonitorRecord } from '../../../src/records/record.ts';
import { batch, prompt, request, toolCall } from '../ingest-fixture.ts';
import {
  createPlanStore,
  feature,
  folder,
  minute,
  PROJECT,
  type PlanStore,
  type Shown,
} from './plan-store.ts';

const FOLDER = `${PROJECT}/dev/active/shop`;

const writes = (
  minutes: number,
  pairs: readonly (readonly [string, string])[],
  place = FOLDER,
): readonly MonitorRecord[] => [
  toolCall({
    key: `toolu_${minutes}`,
    requestKey: null,
    tool: 'Edit',
    filePath: `${place}/manifest.jsonl`,
    planPath: place,
    planEdit: JSON.stringify(pairs),
    callAtMs: minute(minutes) - 10,
    resultAtMs: minute(minutes),
  }),
];

/** What was told after the plan's making. */
const told = (plans: PlanStore): readonly string[] =>
  plans.words().filter((words) => !/optimized|created/.test(words));

const ONCE = ['orchestration_started', 'feature_started F000', 'feature_completed F000'];

describe('work that several checkouts show', () => {
  const on = (branch: string, minutes: number, more: Partial<Shown>): Shown => ({
    atMs: minute(minutes),
    branch,
    switchedMs: minute(0),
    ...more,
  });
  const [pending, going, done] = (['pending', 'in_progress', 'completed'] as const).map(
    (status) => [feature('F000', status)],
  );

  it('is told once where a branch that was left before shows it, though its edits are known', () => {
    const plans = createPlanStore();
    plans.show(on('main', 0, { features: pending! }));
    plans.commit(batch(writes(2, [['F000', 'in_progress']])));
    plans.show(on('plan/shop', 2, { features: going! }));
    plans.commit(batch(writes(3, [['F000', 'completed']])));
    plans.show(on('plan/shop', 3, { features: done! }));
    plans.show(on('main', 4, { features: done! }));
    plans.show(on('plan/shop', 5, { features: done! }));
    expect(told(plans)).toEqual(ONCE);
  });

  it('is told once where another worktree shows it', () => {
    const plans = createPlanStore();
    const tree = { checkout: '/home/dev/tree', repository: PROJECT };
    plans.show(on('main', 0, { features: pending! }));
    plans.show(on('plan/shop', 0, { ...tree, features: pending! }));
    plans.commit(
      batch([...writes(2, [['F000', 'in_progress']]), ...writes(3, [['F000', 'completed']])]),
    );
    plans.show(on('main', 3, { features: done! }));
    plans.show(on('plan/shop', 4, { ...tree, features: done! }));
    expect(told(plans)).toEqual(ONCE);
  });

  it('is no work where git steps through commits without a branch', () => {
    const plans = createPlanStore();
    plans.show(on('main', 0, { features: done! }));
    for (const [step, features] of [done, pending, done, pending].entries())
      plans.show(on('HEAD', 1 + step, { features: features!, switchedMs: minute(1 + step) + 1 }));
    plans.show(on('main', 9, { features: done!, modifiedMs: minute(0) }));
    expect(told(plans)).toEqual([]);
    expect(plans.db.prepare('SELECT status FROM plan_feature').pluck().get()).toBe('completed');
  });

  it('is not begun by a look at an old branch of a plan that is done', () => {
    const plans = createPlanStore();
    plans.show(on('main', 0, { features: done! }));
    plans.show(on('main', 1, { features: done!, location: 'complete' }));
    plans.show(on('old', 0, { features: going! }));
    expect(plans.db.prepare('SELECT count(*) FROM plan_attempt').pluck().get()).toBe(0);
  });
});

describe('a plan that was changed a lot while nobody looked', () => {
  it('has no feature that did what another one of its id had done', () => {
    const plans = createPlanStore();
    const [first, second] = [feature('F001'), feature('F002')];
    plans.show({ atMs: minute(0), features: [first, second] });
    plans.commit(
      batch([...writes(2, [['F002', 'in_progress']]), ...writes(3, [['F002', 'completed']])]),
    );
    plans.show({
      atMs: minute(4),
      features: [
        first,
        feature('F002', 'pending', { description: 'New', promptFile: 'prompts/new.md' }),
        { ...second, id: 'F003', status: 'completed' },
      ],
    });
    expect(told(plans)).toEqual([
      'orchestration_started',
      'feature_started F003',
      'feature_completed F003',
    ]);
  });

  it('is completed, and the one written in its place is another', () => {
    const plans = createPlanStore();
    const old: Shown = {
      atMs: minute(2),
      features: [feature('F000', 'completed')],
      modifiedMs: minute(1),
    };
    plans.show({ ...old, atMs: minute(1) });
    const anew: Shown = {
      atMs: minute(3),
      folderId: '1:9',
      features: [feature('F000', 'pending', { description: 'Other', promptFile: 'prompts/o.md' })],
      beside: [folder({ ...old, location: 'complete' }, 'complete')],
    };
    plans.show(anew);
    expect(plans.words().slice(3)).toEqual([
      'orchestration_completed',
      'plan_created',
      'plan_optimized',
      'feature_created F000',
    ]);
    const { generation, activation } = plans.db
      .prepare('SELECT generation, activation FROM plan')
      .get() as never;
    expect([generation, activation]).toEqual([2, 2]);
    plans.show({ ...anew, atMs: minute(4), modifiedMs: minute(3) });
    expect(plans.words()).toHaveLength(7);
  });

  it('has nothing that goes on while its folder is gone, and goes on when it is back', () => {
    const plans = createPlanStore();
    const features = [feature('F000', 'in_progress')];
    plans.show({ atMs: minute(0), features: [feature('F000')] });
    plans.show({ atMs: minute(1), features });
    plans.show({ atMs: minute(2), location: 'gone' });
    const attempt = plans.db.prepare('SELECT outcome FROM plan_attempt').pluck();
    expect(attempt.all()).toEqual(['removed']);
    plans.show({ atMs: minute(3), features });
    expect(attempt.all()).toEqual([null]);
    plans.show({ atMs: minute(4), location: 'gone' });
    plans.show({
      atMs: minute(5),
      features: [feature('F000', 'pending', { description: 'Other', promptFile: 'p.md' })],
    });
    expect(plans.words().slice(3)).toEqual([
      'orchestration_started',
      'feature_started F000',
      'plan_created',
      'plan_optimized',
      'feature_created F000',
    ]);
  });

  it('is dated now where the file system tells a time before all times', () => {
    const plans = createPlanStore();
    plans.commit({
      source: 'plan',
      origin: { path: FOLDER, firstAtMs: null, writtenAtMs: 0 },
      rejects: [],
      entries: new Map(),
      newestAtMs: null,
      records: [
        {
          kind: 'plan_snapshot',
          name: 'shop',
          checkout: PROJECT,
          repository: PROJECT,
          branch: null,
          switchedMs: null,
          observedAtMs: minute(1),
          folders: [
            {
              ...folder({ atMs: -9e15, features: [feature('F000')] }, 'active'),
              planWrittenMs: -9e15,
            },
          ],
        },
      ],
    });
    expect(plans.events().map(({ atMs, timeSource }) => [atMs, timeSource])).toEqual(
      Array.from({ length: 3 }, () => [minute(1), 'observed']),
    );
    expect(plans.events()[0]?.data['created']).toBe(new Date(minute(1)).toISOString());
  });

  it('tells how long an attempt took by when it is known to have ended', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), features: [feature('F000')] });
    plans.show({ atMs: minute(1), features: [feature('F000', 'in_progress')] });
    plans.show({ atMs: minute(2), features: [feature('F000', 'completed')] });
    const late = { callAtMs: minute(2) - 4_000, resultAtMs: minute(2) - 200 };
    const [call] = writes(2, [['F000', 'completed']]);
    plans.commit(batch([Object.assign(call!, late)]));
    expect(plans.events().at(-1)).toMatchObject({ revision: 1, data: { duration_ms: 59_800 } });
  });
});

describe('what belongs to plans', () => {
  const reads = (
    key: string,
    minutes: number,
    place: string,
    file: string,
  ): readonly MonitorRecord[] => [
    request({ key: `msg_${key}`, atMs: minute(minutes) - 20, endMs: minute(minutes) - 20 }),
    toolCall({
      key: `toolu_${key}`,
      requestKey: `msg_${key}`,
      tool: 'Read',
      filePath: `${place}/${file}`,
      planPath: place,
      callAtMs: minute(minutes) - 10,
      resultAtMs: minute(minutes),
    }),
  ];
  const counts = (plans: PlanStore): readonly unknown[] => {
    plans.recountPlans();
    return plans.db
      .prepare(
        'SELECT name, sum(requests) FROM plan JOIN plan_usage ON plan_usage.plan = plan.id GROUP BY plan.id',
      )
      .raw()
      .all();
  };

  it('does so once, where a second plan of the name turns up', () => {
    const plans = createPlanStore();
    const place = '/home/dev/b/dev/active/shop';
    plans.show({ atMs: minute(0), features: [feature('F000')] });
    plans.commit(batch(reads('1', 1, place, 'prompts/F000.md')));
    expect(counts(plans)).toEqual([['shop', 1]]);
    plans.show({ atMs: minute(2), features: [feature('F000')], checkout: '/home/dev/b' });
    expect(counts(plans)).toEqual([['shop', 1]]);
    expect(plans.db.prepare('SELECT plan FROM plan_request').pluck().all()).toEqual([2]);
  });

  it('ends where another plan is read, whatever its prompts are called', () => {
    const plans = createPlanStore();
    const prompts = { promptFile: 'tasks/01.md' };
    plans.show({ atMs: minute(0), features: [feature('F000')] });
    plans.show({ atMs: minute(0), features: [feature('F000', 'pending', prompts)], name: 'two' });
    plans.commit(
      batch([
        ...reads('1', 1, FOLDER, 'prompts/F000.md'),
        ...reads('2', 2, `${PROJECT}/dev/active/two`, 'tasks/01.md'),
      ]),
    );
    plans.commit(batch([request({ key: 'msg_3', atMs: minute(3), endMs: minute(3) })]));
    expect(counts(plans)).toEqual([
      ['shop', 1],
      ['two', 2],
    ]);
  });

  it('ends with a prompt that is told of late', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), features: [feature('F000')] });
    plans.commit(
      batch([
        ...reads('1', 1, FOLDER, 'prompts/F000.md'),
        request({ key: 'msg_3', atMs: minute(3), endMs: minute(3) }),
      ]),
    );
    expect(counts(plans)).toEqual([['shop', 2]]);
    plans.commit(batch([prompt({ atMs: minute(2) })]));
    expect(counts(plans)).toEqual([['shop', 1]]);
  });
});
