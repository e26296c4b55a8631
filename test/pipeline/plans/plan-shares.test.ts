import { describe, expect, it } from 'vitest';
import type { MonitorRecord } from '../../../src/records/record.ts';
import type { ToolCallRecord } from '../../../src/records/tool-call.ts';
import { batch, prompt, request, toolCall } from '../ingest-fixture.ts';
import {
  createPlanStore,
  feature,
  minute,
  PROJECT,
  type PlanStore,
  type Shown,
} from './plan-store.ts';

const FOLDER = `${PROJECT}/dev/active/shop`;
const PRICE = 5 * 10 + 25 * 20 + 0.5 * 300 + 10 * 40;

let made = 0;
/** A request, and what it used the tool for. */
const turn = (
  minutes: number,
  stated: Partial<ToolCallRecord> = {},
  agentId: string | null = null,
): readonly MonitorRecord[] => {
  made += 1;
  const sessionId = stated.sessionId ?? 'session-1';
  const atMs = minute(minutes);
  const of = { sessionId, agentId };
  const key = `msg_${made}`;
  const call = {
    key: `toolu_${made}`,
    requestKey: key,
    callAtMs: atMs + 10,
    resultAtMs: atMs + 30,
  };
  return [
    request({ ...of, key, atMs, endMs: atMs }),
    toolCall({ ...of, ...call, ...stated }),
    { kind: 'session_activity', sessionId, stretchesMs: [atMs - 1_000, atMs + 100] },
  ];
};

const manifest = { filePath: `${FOLDER}/manifest.jsonl`, planPath: FOLDER, tool: 'Edit' };
const reads = (file: string) => ({ filePath: `${FOLDER}/${file}`, planPath: FOLDER, tool: 'Read' });

/** A turn that writes the manifest, and the manifest as it then is. */
const writes = (
  plans: PlanStore,
  minutes: number,
  shown: Omit<Shown, 'atMs'>,
  stated: Partial<ToolCallRecord> = {},
): void => {
  plans.commit(batch(turn(minutes, { ...manifest, ...stated })));
  plans.show({ ...shown, atMs: minute(minutes) + 20 });
};

/** Requests and their cost in micro-USD, calls and active milliseconds, of each feature and of the rest. */
const shares = (plans: PlanStore): Readonly<Record<string, readonly number[]>> => {
  plans.recountPlans();
  expect(plans.db.prepare('SELECT count(*) FROM plan WHERE dirty = 1').pluck().get()).toBe(0);
  const rows = plans.db
    .prepare<[], readonly [string, number, number, number, number]>(
      `SELECT coalesce(name || ' ' || a.number, 'rest'), requests, cost_nano_usd, tool_calls, active_ms
       FROM plan_usage u LEFT JOIN plan_attempt a ON a.id = u.attempt LEFT JOIN plan_feature f ON f.id = a.feature
       ORDER BY u.plan, u.activation, a.id`,
    )
    .raw()
    .all();
  return Object.fromEntries(
    rows.map(([name, requests, nanoUsd, calls, activeMs]) => [
      name,
      [requests, nanoUsd / 1_000, calls, activeMs],
    ]),
  );
};

const used = (requests: number): readonly unknown[] => [
  requests,
  requests * PRICE,
  requests,
  expect.any(Number),
];

describe('what a feature used', () => {
  it('is what its session did between its start and its end, and the rest is shown', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), features: [feature('F000'), feature('F001')] });
    plans.commit(batch([prompt({ atMs: minute(1) }), ...turn(1.5)]));
    writes(plans, 2, { features: [feature('F000', 'in_progress'), feature('F001')] });
    plans.commit(batch([...turn(3), ...turn(4), ...turn(4.5, { sessionId: 'stranger' })]));
    writes(plans, 5, { features: [feature('F000', 'completed'), feature('F001')] });
    plans.commit(batch(turn(6)));
    expect(shares(plans)).toEqual({ 'F000 1': used(3), rest: used(3) });
    // A person asks for something else.
    plans.commit(batch([prompt({ key: 'prompt:2', atMs: minute(7) }), ...turn(8)]));
    expect(shares(plans)).toEqual({ 'F000 1': used(3), rest: used(3) });
  });

  it('adds up to the whole, time included', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), features: [feature('F000')] });
    writes(plans, 2, { features: [feature('F000', 'in_progress')] });
    plans.commit(batch(turn(3)));
    writes(plans, 4, { features: [feature('F000', 'completed')] });
    plans.commit(batch(turn(5)));
    const parts = shares(plans);
    // From the request at 2:00 to 5:00.1, of which the feature had what lies between its events.
    const [whole, part] = [3 * 60_000 + 100, 2 * 60_000];
    expect(parts['F000 1']?.[3]).toBe(part);
    expect(parts['rest']?.[3]).toBe(whole - part);
  });

  it('is counted again when something is told late', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), features: [feature('F000')] });
    plans.show({ atMs: minute(2) + 20, features: [feature('F000', 'in_progress')] });
    plans.show({ atMs: minute(5) + 20, features: [feature('F000', 'completed')] });
    expect(shares(plans)).toEqual({});
    plans.commit(batch([...turn(5, manifest), ...turn(3)]));
    expect(shares(plans)).toEqual({ 'F000 1': used(2), rest: used(0) });
    plans.commit(batch(turn(2, manifest)));
    expect(shares(plans)).toEqual({ 'F000 1': used(2), rest: used(1) });
  });

  it('goes to the feature whose prompt an agent has read, where several are worked on at once', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), features: [feature('F000'), feature('F001')] });
    writes(plans, 1, {
      features: [feature('F000', 'in_progress'), feature('F001', 'in_progress')],
    });
    plans.commit(
      batch([
        ...turn(2, reads('prompts/F000.md'), 'agent-0'),
        ...turn(2.1, reads('prompts/F001.md'), 'agent-1'),
        ...turn(2.2, {}, 'agent-0'),
        ...turn(2.3, {}, 'agent-1'),
        ...turn(2.4, {}, 'agent-1'),
        ...turn(2.5, {}, 'agent-2'),
      ]),
    );
    writes(plans, 3, { features: [feature('F000', 'completed'), feature('F001', 'in_progress')] });
    plans.commit(batch(turn(3.5, {}, 'agent-0')));
    writes(plans, 4, { features: [feature('F000', 'completed'), feature('F001', 'completed')] });
    expect(shares(plans)).toEqual({
      'F000 1': used(2),
      // With what the main conversation and an agent that read no prompt did: F001 was begun last.
      'F001 1': used(6),
      rest: used(2),
    });
  });

  it('is split between the attempts of a feature', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), features: [feature('F000')] });
    writes(plans, 1, { features: [feature('F000', 'in_progress')] });
    writes(plans, 2, { features: [feature('F000', 'failed')] });
    plans.commit(batch(turn(2.5)));
    writes(plans, 3, { features: [feature('F000', 'in_progress')] });
    plans.commit(batch([...turn(3.5), ...turn(3.6)]));
    writes(plans, 4, { features: [feature('F000', 'completed')] });
    expect(shares(plans)).toEqual({ 'F000 1': used(1), 'F000 2': used(3), rest: used(3) });
  });

  it('belongs to one plan only, where a session works on two', () => {
    const plans = createPlanStore();
    const other = {
      ...manifest,
      filePath: `${PROJECT}/dev/active/two/manifest.jsonl`,
      planPath: `${PROJECT}/dev/active/two`,
    };
    plans.show({ atMs: minute(0), features: [feature('F000')] });
    plans.show({ atMs: minute(0), features: [feature('F000')], name: 'two' });
    writes(plans, 1, { features: [feature('F000', 'in_progress')] });
    writes(plans, 2, { features: [feature('F000', 'completed')] });
    plans.commit(batch(turn(3)));
    writes(plans, 4, { features: [feature('F000', 'in_progress')], name: 'two' }, other);
    plans.commit(batch(turn(5)));
    writes(plans, 6, { features: [feature('F000', 'completed')], name: 'two' }, other);
    plans.recountPlans();
    const requests = plans.db
      .prepare(
        'SELECT plan.name, sum(requests) FROM plan_usage JOIN plan ON plan.id = plan GROUP BY 1',
      )
      .raw();
    expect(requests.all()).toEqual([
      ['shop', 3],
      ['two', 3],
    ]);
    expect(plans.db.prepare('SELECT count(*) FROM plan_request').pluck().get()).toBe(6);
  });

  it('is shown for a plan that was done before anybody looked: all of it as the rest', () => {
    const plans = createPlanStore();
    plans.commit(batch([...turn(1, manifest), ...turn(2), ...turn(3, reads('prompts/F000.md'))]));
    plans.show({
      atMs: minute(100),
      location: 'complete',
      features: [feature('F000', 'completed')],
    });
    expect(shares(plans)).toEqual({ rest: used(3) });
  });

  it('is nothing where a session only looked at the manifest', () => {
    const plans = createPlanStore();
    plans.show({ atMs: minute(0), features: [feature('F000')] });
    plans.commit(batch([...turn(1, { ...manifest, tool: 'Read' }), ...turn(2)]));
    expect(shares(plans)).toEqual({});
  });
});

it('keeps how long attempts took whose start was seen, by outcome', () => {
  const plans = createPlanStore();
  plans.show({ atMs: minute(0), features: [feature('F000'), feature('F001')] });
  plans.show({ atMs: minute(1), features: [feature('F000', 'in_progress'), feature('F001')] });
  plans.show({
    atMs: minute(2),
    features: [feature('F000', 'completed'), feature('F001', 'failed')],
  });
  plans.show({ atMs: minute(3), features: [feature('F000', 'in_progress'), feature('F001')] });
  plans.show({ atMs: minute(603), features: [feature('F000', 'completed'), feature('F001')] });
  plans.recountPlans();
  const rows = plans.db.prepare('SELECT outcome, le_ms, value FROM plan_duration ORDER BY le_ms');
  expect(rows.raw().all()).toEqual([
    ['completed', -1, 601 * 60_000],
    ['completed', 0, 1],
    ['completed', 60_000, 1],
  ]);
});

it('counts some plans at a time, in turns', () => {
  const plans = createPlanStore();
  const names = Array.from({ length: 40 }, (_, index) => `plan-${index}`);
  const isDirty = plans.db.prepare('SELECT name FROM plan WHERE dirty = 1 ORDER BY id').pluck();
  for (const name of names) plans.show({ atMs: minute(0), features: [feature('F000')], name });
  const some = plans.recountSome();
  expect(some).toBe(true);
  const done = names.length - isDirty.all().length;
  expect(done).toBeGreaterThan(0);
  plans.db.exec('UPDATE plan SET dirty = 1');
  plans.recountSome();
  const next = names.filter((name) => !isDirty.all().includes(name));
  expect(next).toEqual(names.slice(done, 2 * done));
  plans.recountPlans();
  expect(isDirty.all()).toEqual([]);
});
