import { describe, expect, it } from 'vitest';
import type { ToolCallRecord } from '../../../src/records/tool-call.ts';
import { batch, prompt, request, toolCall } from '../ingest-fixture.ts';
import { createPlanStore, feature, minute, PROJECT, type PlanStore } from './plan-store.ts';

const FOLDER = `${PROJECT}/dev/active/shop`;

/** A call that writes the manifest, from one second before a moment to one second after it. */
const edit = (atMs: number, stated: Partial<ToolCallRecord> = {}): ToolCallRecord =>
  toolCall({
    key: `toolu_${atMs}`,
    tool: 'Edit',
    filePath: `${FOLDER}/manifest.jsonl`,
    planPath: FOLDER,
    callAtMs: atMs - 1_000,
    resultAtMs: atMs + 1_000,
    ...stated,
  });

const asked = (atMs: number, promptId: string, sessionId = 'session-1') =>
  prompt({ key: `prompt:${promptId}`, sessionId, atMs, data: `{"prompt_id":"${promptId}"}` });

const begun = (plans: PlanStore): void => {
  plans.show({ atMs: minute(1), features: [feature('F000')] });
  plans.show({ atMs: minute(2), features: [feature('F000', 'in_progress')] });
};

const started = (plans: PlanStore) =>
  plans.events().find(({ words }) => words.startsWith('feature_started'));

const BY_CALL = {
  atMs: minute(2),
  session: 'session-1',
  sessionSource: 'tool_call',
  timeSource: 'tool_call',
  promptId: 'p1',
  agentId: 'agent-1',
};

describe('the author of a change', () => {
  it('is the call that wrote the file, told of before the change was seen', () => {
    const plans = createPlanStore();
    plans.commit(batch([asked(minute(1), 'p1'), edit(minute(2), { agentId: 'agent-1' })]));
    begun(plans);
    expect(started(plans)).toMatchObject({ ...BY_CALL, revision: 0 });
  });

  it('is the same where the call is told of afterwards, and the event is told again', () => {
    const plans = createPlanStore();
    begun(plans);
    expect(started(plans)).toMatchObject({ session: null, timeSource: 'file', revision: 0 });
    plans.commit(batch([asked(minute(1), 'p1'), edit(minute(2), { agentId: 'agent-1' })]));
    expect(started(plans)).toMatchObject({ ...BY_CALL, revision: 1 });
    plans.commit(batch([edit(minute(2), { agentId: 'agent-1' })]));
    expect(started(plans)).toMatchObject({ revision: 1 });
    const log = plans.db.prepare(
      'SELECT revision FROM event WHERE kind = 3 AND ref = ? ORDER BY seq',
    );
    expect(log.pluck().all(started(plans)?.id)).toEqual([0, 1]);
  });

  it('is not a call that only read the file, was denied, or wrote another one', () => {
    const plans = createPlanStore();
    plans.commit(
      batch([
        edit(minute(2), { key: 'toolu_a', tool: 'Read' }),
        edit(minute(2), { key: 'toolu_b', success: false, errorClass: 'denied' }),
        edit(minute(2), { key: 'toolu_c', filePath: `${FOLDER}/README.md` }),
        edit(minute(2), { key: 'toolu_d', planPath: '/home/dev/one/dev/active/other' }),
        edit(minute(20), { key: 'toolu_e' }),
      ]),
    );
    begun(plans);
    expect(started(plans)?.timeSource).toBe('file');
  });

  it('is a shell command that names the plan, and of two calls the one that writes the file', () => {
    const plans = createPlanStore();
    const shell = edit(minute(2), {
      key: 'toolu_a',
      tool: 'Bash',
      filePath: null,
      sessionId: 'shell',
    });
    plans.commit(batch([shell]));
    begun(plans);
    expect(started(plans)).toMatchObject({ session: 'shell', sessionSource: 'tool_call' });
    plans.commit(batch([edit(minute(2), { key: 'toolu_b' })]));
    expect(started(plans)).toMatchObject({ session: 'session-1' });
  });

  it('moves the time of an attempt where the file was dated outside the call', () => {
    const plans = createPlanStore();
    begun(plans);
    const late = { callAtMs: minute(2) + 200, resultAtMs: minute(2) + 900 };
    plans.commit(batch([edit(minute(2), late)]));
    expect(started(plans)?.atMs).toBe(minute(2) + 200);
    const start = plans.db.prepare('SELECT started_at_ms FROM plan_attempt').pluck().get();
    expect(start).toBe(minute(2) + 200);
  });

  it('is no call that was made later, nor one that failed', () => {
    const plans = createPlanStore();
    begun(plans);
    const later = { callAtMs: minute(2) + 1_000, resultAtMs: minute(2) + 2_000 };
    plans.commit(
      batch([
        edit(minute(2), { ...later, key: 'toolu_a', tool: 'Bash', filePath: null }),
        edit(minute(2), { ...later, key: 'toolu_b' }),
        edit(minute(2), { key: 'toolu_c', success: false, errorClass: 'other' }),
      ]),
    );
    expect(started(plans)).toMatchObject({ timeSource: 'file' });
  });

  it('is of two calls that nearly were under way the nearer one', () => {
    const plans = createPlanStore();
    begun(plans);
    const near = (key: string, fromMs: number, toMs: number, sessionId: string) =>
      edit(minute(2), {
        key,
        sessionId,
        callAtMs: minute(2) + fromMs,
        resultAtMs: minute(2) + toMs,
      });
    plans.commit(batch([near('toolu_a', 10, 90, 'near'), near('toolu_b', 200, 300, 'far')]));
    expect(started(plans)).toMatchObject({ session: 'near' });
  });

  it('is nobody where commands of two sessions name the plan at that time', () => {
    const plans = createPlanStore();
    const command = (sessionId: string) =>
      edit(minute(2), { key: `toolu_${sessionId}`, sessionId, tool: 'Bash', filePath: null });
    plans.commit(batch([command('one'), command('two')]));
    begun(plans);
    expect(started(plans)).toMatchObject({ session: null });
  });

  it('worked on the prompt that the hook itself told', () => {
    const plans = createPlanStore();
    plans.commit(batch([edit(minute(2), { promptId: 'told' })]));
    begun(plans);
    expect(started(plans)).toMatchObject({ promptId: 'told' });
  });

  it('is the only session that was at work there, where no call tells', () => {
    const plans = createPlanStore();
    plans.commit(
      batch([
        asked(minute(1), 'p1'),
        request({ atMs: minute(1.5), project: `${PROJECT}/src` }),
        request({ key: 'msg_2', atMs: minute(1.5), sessionId: 'else', project: '/home/dev/other' }),
      ]),
    );
    begun(plans);
    expect(started(plans)).toMatchObject({
      session: 'session-1',
      sessionSource: 'time',
      timeSource: 'file',
      promptId: 'p1',
    });
  });

  it('is nobody where two sessions were at work', () => {
    const plans = createPlanStore();
    plans.commit(
      batch([
        request({ atMs: minute(1.5) }),
        request({ key: 'msg_2', atMs: minute(1.5), sessionId: 'session-2' }),
      ]),
    );
    begun(plans);
    expect(started(plans)).toMatchObject({ session: null, sessionSource: null });
  });

  it('is looked for at the moment a folder was moved, too', () => {
    const plans = createPlanStore();
    begun(plans);
    const move = edit(minute(3), { tool: 'Bash', filePath: null });
    plans.show({
      atMs: minute(3),
      location: 'complete',
      features: [feature('F000', 'in_progress')],
      modifiedMs: minute(2),
    });
    plans.commit(batch([move]));
    expect(plans.events().at(-1)).toMatchObject({
      words: 'orchestration_completed',
      session: 'session-1',
      sessionSource: 'tool_call',
    });
  });
});
