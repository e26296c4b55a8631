import { describe, expect, it } from 'vitest';
import { fillTasks, type TaskFacts } from '../../../src/cli/tasks/fill-tasks.ts';
import type { ReportedTotals } from '../../../src/records/sessions-file.ts';
import type { ListedTask } from '../../../src/records/tasks-file.ts';
import { createTimeZone } from '../../../src/rollups/time-zone.ts';
import type { WorkedSession } from '../../../src/rollups/worked-sessions.ts';

const DAY = '2026-02-22';
const at = (time: string): number => Date.parse(`${DAY}T${time}Z`);
const worked = (
  sessionId: string,
  from: string,
  to: string,
  costNanoUsd = 1_000_000_000,
): WorkedSession => ({
  sessionId,
  startedMs: at(from),
  endedMs: at(to),
  costNanoUsd,
  stretches: [[at(from), at(to)]],
});
const totals = {
  total_sessions: 3,
  total_cost_usd: 3,
  total_active_min: 90.5,
  total_all_tokens: 1_000,
  total_messages: 12,
} as ReportedTotals;

const facts = (sessions: readonly WorkedSession[], more: Partial<TaskFacts> = {}): TaskFacts => ({
  zone: createTimeZone('UTC'),
  nowMs: at('20:00'),
  sessions,
  totals,
  commits: 44,
  recompute: false,
  ...more,
});
const task = (from: string, to: string | null, more: Partial<ListedTask> = {}): ListedTask => ({
  id: `${DAY}-task`,
  started: `${DAY}T${from}Z`,
  completed: to === null ? null : `${DAY}T${to}Z`,
  ...more,
});
const fill = (tasks: readonly ListedTask[], known: TaskFacts) =>
  fillTasks({ tasks: [...tasks] }, known);

describe('filling in tasks', () => {
  it('names the sessions whose time overlaps, edges excluded, by their start', () => {
    const sessions = [
      worked('before00-a', '09:00', '10:00'),
      worked('begin000-a', '09:30', '10:01'),
      worked('inside00-a', '10:10', '10:20'),
      worked('inside00-b', '10:15', '10:16'),
      worked('end00000-a', '10:59', '11:30'),
      worked('after000-a', '11:00', '11:10'),
    ];
    const { tasks } = fill([task('10:00', '11:00')], facts(sessions));
    expect(tasks[0]?.sessions).toEqual(['begin000', 'inside00-a', 'inside00-b', 'end00000']);
  });

  it('keeps names of sessions that nothing is known of, and drops known ones of other times', () => {
    const sessions = [
      worked('inside00-a', '10:10', '10:20'),
      worked('later000-a', '12:00', '13:00'),
    ];
    const named = ['gone0000', 'later000', 'inside00-a', 'inside00'];
    const { tasks } = fill([task('10:00', '11:00', { sessions: named })], facts(sessions));
    expect(tasks[0]?.sessions).toEqual(['gone0000', 'inside00']);
  });

  it('fills what is null, marks it as its own, and leaves what somebody wrote', () => {
    const sessions = [worked('a', '10:00', '10:30'), worked('b', '12:00', '12:30')];
    const { tasks } = fill(
      [
        task('10:00', '11:00', { cost_usd: null, duration_minutes: null }),
        task('12:00', '13:00', { cost_usd: 7, duration_minutes: 0 }),
      ],
      facts(sessions),
    );
    expect(tasks[0]).toMatchObject({
      cost_usd: 1,
      duration_minutes: 30,
      hall_monitor: { cost_usd: 1, duration_minutes: 30 },
    });
    expect(tasks[1]).toMatchObject({ cost_usd: 7, duration_minutes: 0, shareNanoUsd: 1e9 });
    expect(tasks[1]?.hall_monitor).toBeUndefined();
  });

  it('fills in anew what it filled in earlier, unless somebody changed it since', () => {
    const sessions = [worked('a', '10:00', '10:30')];
    const mark = { cost_usd: 0.5, duration_minutes: 12 };
    const { tasks } = fill(
      [task('10:00', '11:00', { cost_usd: 0.5, duration_minutes: 15, hall_monitor: mark })],
      facts(sessions),
    );
    expect(tasks[0]).toMatchObject({
      cost_usd: 1,
      duration_minutes: 15,
      hall_monitor: { cost_usd: 1 },
    });
  });

  it('replaces everything when told to', () => {
    const known = facts([worked('a', '10:00', '10:30')], { recompute: true });
    const { tasks } = fill([task('10:00', '11:00', { cost_usd: 7, duration_minutes: 9 })], known);
    expect(tasks[0]).toMatchObject({ cost_usd: 1, duration_minutes: 30 });
  });

  it('counts active time once where sessions overlap, and knows none where no session is known', () => {
    const sessions = [worked('a', '10:00', '10:30'), worked('b', '10:20', '10:40')];
    const { tasks } = fill([task('10:10', '11:00'), task('14:00', '14:45')], facts(sessions));
    expect(tasks.map(({ duration_minutes }) => duration_minutes)).toEqual([30, null]);
  });

  it('knows the cost so far of a task that goes on, and no duration', () => {
    const sessions = [worked('a', '19:00', '19:30')];
    const { tasks, totals: sums } = fill(
      [task('19:15', null, { status: 'in_progress' })],
      facts(sessions),
    );
    expect(tasks[0]).toMatchObject({ cost_usd: 0.5, duration_minutes: null, sessions: ['a'] });
    expect(sums.total_tasks).toBe(0);
  });

  it('gives 0 to a task without times, and never null', () => {
    const { tasks } = fill([{ id: 'x', cost_usd: null }], facts([worked('a', '10:00', '10:30')]));
    expect(tasks[0]).toMatchObject({ cost_usd: 0, sessions: [], frame: null });
  });

  it('has costs that add up to the cent with what is unassigned', () => {
    const sessions = [worked('a', '10:00', '10:30', 10_050_000)];
    const frames = [task('10:00', '10:10'), task('10:10', '10:20'), task('10:20', '10:25')];
    const { tasks, totals: sums, unassignedNanoUsd } = fill(frames, facts(sessions));
    const cents = tasks.map(({ cost_usd }) => Math.round(cost_usd * 100));
    const all = cents.reduce((sum, part) => sum + part, 0);
    expect(all + Math.round(sums.unassigned_cost_usd * 100)).toBe(1);
    const nano = tasks.reduce((sum, { shareNanoUsd }) => sum + shareNanoUsd, 0);
    expect(nano + unassignedNanoUsd).toBe(10_050_000);
  });
});

describe('the totals of a list of tasks', () => {
  it('count completed tasks and their minutes, and have everything else of the sessions', () => {
    const { totals: sums } = fill(
      [
        task('10:00', '11:00', { duration_minutes: 60.25 }),
        task('10:00', '11:00', { duration_minutes: 12, status: 'completed' }),
        task('10:00', '11:00', { duration_minutes: 99, status: 'cancelled' }),
      ],
      facts([]),
    );
    expect(sums).toEqual({
      total_tasks: 2,
      total_duration_minutes: 72.3,
      total_tokens: 1_000,
      total_commits: 44,
      total_cost_usd: 3,
      total_sessions: 3,
      total_active_minutes: 90.5,
      total_messages: 12,
      unassigned_cost_usd: 0,
    });
  });

  it('keep the commits they had outside of a repository, and are never null', () => {
    const known = facts([], { commits: null });
    expect(fillTasks({ tasks: [], totals: { total_commits: 9 } }, known).totals.total_commits).toBe(
      9,
    );
    const empty = fillTasks({ tasks: [], totals: { total_commits: null } }, known);
    expect(Object.values(empty.totals)).not.toContain(null);
    expect(empty.totals.total_commits).toBe(0);
  });
});
