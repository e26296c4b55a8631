import { describe, expect, it } from 'vitest';
import { batch, prompt, request, toolCall } from '../ingest-fixture.ts';
import { createPlanStore, feature, minute, PROJECT } from './plan-store.ts';

const FOLDER = `${PROJECT}/dev/active/shop`;

describe('what a plan is made of', () => {
  it('stays when everything else leaves, so that it can be worked out again', () => {
    const plans = createPlanStore({ isRestored: false });
    plans.show({ atMs: minute(0), features: [feature('F001'), feature('F002')] });
    const work = (minutes: number, filePath: string, planPath: string | null): void => {
      const key = `msg_${minutes}`;
      const atMs = minute(minutes);
      plans.commit(
        batch([
          prompt({ key: `prompt:${minutes}`, atMs: atMs - 1 }),
          request({ key, atMs, endMs: atMs }),
          toolCall({
            key: `toolu_${minutes}`,
            requestKey: key,
            tool: 'Edit',
            filePath,
            planPath,
            callAtMs: atMs + 1,
            resultAtMs: atMs + 9,
          }),
          request({ key: `other_${minutes}`, sessionId: 'session-9', atMs, endMs: atMs }),
          prompt({ key: `prompt:other_${minutes}`, sessionId: 'session-9', atMs }),
        ]),
      );
    };
    work(1, `${FOLDER}/manifest.jsonl`, FOLDER);
    plans.show({
      atMs: minute(1) + 5,
      features: [feature('F001', 'in_progress'), feature('F002')],
    });
    work(2, `${PROJECT}/src/a.ts`, null);
    work(3, `${FOLDER}/manifest.jsonl`, FOLDER);
    plans.show({ atMs: minute(3) + 5, features: [feature('F001', 'completed'), feature('F002')] });
    work(4, '/elsewhere/b.ts', null);
    plans.recountPlans();
    const told = () => ({
      usage: plans.db.prepare('SELECT * FROM plan_usage ORDER BY 1, 2, 3').all(),
      requests: plans.db.prepare('SELECT * FROM plan_request ORDER BY request').all(),
      calls: plans.db.prepare('SELECT * FROM plan_tool_call ORDER BY tool_call').all(),
      sessions: plans.db.prepare('SELECT * FROM plan_session ORDER BY 1, 2, 3, 4').all(),
    });
    const before = told();
    expect(before.requests.length).toBeGreaterThan(1);
    const limits = {
      cutoffMs: Number.MAX_SAFE_INTEGER,
      archivedSeq: Number.MAX_SAFE_INTEGER,
      cursors: new Map(),
      backlogBytes: 0,
      lines: 7,
    };
    while (plans.store.prune(limits).isMore);
    const gone = plans.db
      .prepare(`SELECT count(*) FROM request WHERE key LIKE 'other_%'`)
      .pluck()
      .get();
    // The newest row of a table stays.
    expect(gone).toBe(1);
    plans.db.exec('UPDATE plan SET dirty = 1');
    plans.recountPlans();
    expect(told()).toEqual(before);
  });
});
