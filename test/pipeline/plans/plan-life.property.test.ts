import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FEATURE_STATUSES, type FeatureStatus } from '../../../src/records/plan.ts';
import { createPlanStore, feature, minute, planBatch, snapshot, type Shown } from './plan-store.ts';

const IDS = ['F000', 'F001', 'F002'] as const;

const statuses = fc.array(fc.constantFrom(...FEATURE_STATUSES), {
  minLength: IDS.length,
  maxLength: IDS.length,
});

/** What follows from a row of statuses of one feature, worked out without any store. */
const wordsOf = (id: string, life: readonly FeatureStatus[]): readonly string[] => {
  const words: string[] = [];
  let before: FeatureStatus = life[0]!;
  let isOpen = before === 'in_progress';
  for (const status of life.slice(1)) {
    if (status === before) continue;
    const isStart = status !== 'pending' && !isOpen;
    if (isStart) words.push(`feature_started ${id}`);
    if (status === 'completed' || status === 'failed') words.push(`feature_${status} ${id}`);
    isOpen = status === 'in_progress';
    before = status;
  }
  return words;
};

it('tells the same, whatever is committed together and whenever the store is opened anew', () => {
  const life = fc.array(
    fc.record({
      statuses,
      isTogether: fc.boolean(),
      isReopened: fc.boolean(),
      isTwice: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(life, (steps) => {
      const plans = createPlanStore({ isRestored: false });
      let waiting: Shown[] = [];
      const commit = (): void => {
        plans.commit(...waiting.map((shown) => planBatch(snapshot(shown))));
        waiting = [];
      };
      for (const [index, step] of steps.entries()) {
        const features = IDS.map((id, at) => feature(id, step.statuses[at]));
        const shown: Shown = { atMs: minute(index), features };
        waiting.push(shown, ...(step.isTwice ? [shown] : []));
        if (step.isTogether) continue;
        commit();
        if (step.isReopened) plans.reopen();
      }
      commit();
      const told = plans.words();
      for (const [at, id] of IDS.entries()) {
        const expected = wordsOf(
          id,
          steps.map((step) => step.statuses[at]!),
        );
        const isIts = (word: string): boolean => word.endsWith(id) && !word.includes('created');
        expect(told.filter(isIts)).toEqual(expected);
      }
      expect(new Set(plans.events().map(({ key }) => key)).size).toBe(told.length);
      expect(
        plans.db.prepare('SELECT status FROM plan_feature ORDER BY position').pluck().all(),
      ).toEqual(steps.at(-1)?.statuses);
      const odd = `SELECT count(*) FROM plan_attempt WHERE ended_at_ms < started_at_ms
        OR (ended_at_ms IS NULL) <> (outcome IS NULL)`;
      expect(plans.db.prepare(odd).pluck().get()).toBe(0);
      plans.remove();
    }),
    { numRuns: 60 },
  );
});
