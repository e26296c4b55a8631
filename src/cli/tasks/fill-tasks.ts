import type { ReportedTotals } from '../../records/sessions-file.ts';
import type { ListedTask, TasksFile, TaskTotals } from '../../records/tasks-file.ts';
import { shortSessionIds } from '../../rollups/sessions-report.ts';
import type { WorkedSession } from '../../rollups/worked-sessions.ts';
import { roundParts } from './apportion.ts';
import { createUnion } from './stretch-union.ts';
import { splitCost, type Frame } from './split-cost.ts';
import { frameOf, isCompleted, type Clock } from './task-frame.ts';

/** What is known beside the file. */
export interface TaskFacts extends Clock {
  /** By their start. */
  readonly sessions: readonly WorkedSession[];
  readonly totals: ReportedTotals;
  /** Null where the file is in no repository. */
  readonly commits: number | null;
  /** Whether what somebody else wrote is replaced as well. */
  readonly recompute: boolean;
}

/** What a task is to say. */
export interface FilledTask {
  readonly index: number;
  readonly id: string;
  readonly cost_usd: number;
  readonly duration_minutes: number | null;
  readonly sessions: readonly string[];
  /** What was filled in by us, now or earlier; undefined where nothing was. */
  readonly hall_monitor: Readonly<Record<string, number>> | undefined;
  /** Its part of the cost of all sessions, in nano-USD. */
  readonly shareNanoUsd: number;
  readonly frame: Frame | null;
}

/** What the file is to say. */
export interface FilledTasks {
  readonly tasks: readonly FilledTask[];
  readonly totals: TaskTotals;
  readonly unassignedNanoUsd: number;
}

const CENT_NANO_USD = 10_000_000;

/** Works out what is missing in a list of tasks, and its totals. */
export function fillTasks(file: TasksFile, facts: TaskFacts): FilledTasks {
  const frames = file.tasks.map((task) => frameOf(task, facts));
  const known = frames.flatMap((frame, index) => (frame === null ? [] : [{ ...frame, index }]));
  const split = splitCost(known, facts.sessions);
  const cents = roundParts([...split.byFrame, split.unassigned], CENT_NANO_USD);
  const places = new Map(known.map(({ index }, place) => [index, place]));
  const shortIds = shortSessionIds(facts.sessions.map(({ sessionId }) => sessionId));
  const union = createUnion(facts.sessions.flatMap(({ stretches }) => stretches));
  const tasks = file.tasks.map((task, index): FilledTask => {
    const place = places.get(index);
    const frame = frames[index] ?? null;
    const own = frame === null ? [] : facts.sessions.filter((session) => overlaps(session, frame));
    // Of a time that no session is known of nobody can say how long it was worked in.
    const isTimed = frame !== null && own.length > 0 && isCompleted(task);
    return {
      index,
      id: task.id ?? '',
      ...filled(task, facts.recompute, {
        cost_usd: place === undefined ? 0 : (cents[place] ?? 0) / 100,
        duration_minutes: isTimed ? Math.round(union(frame) / 6_000) / 10 : null,
      }),
      sessions: sessionIds(task, own, shortIds),
      shareNanoUsd: place === undefined ? 0 : (split.byFrame[place] ?? 0),
      frame,
    };
  });
  return {
    tasks,
    totals: totalsOf(file, tasks, facts, (cents.at(-1) ?? 0) / 100),
    unassignedNanoUsd: split.unassigned,
  };
}

/** A session that starts as a task ends, or ends as it starts, is not of it. */
function overlaps({ startedMs, endedMs }: WorkedSession, { startMs, endMs }: Frame): boolean {
  return startedMs < endMs && Math.max(endedMs, startedMs + 1) > startMs;
}

interface Fillable {
  readonly cost_usd: number;
  readonly duration_minutes: number | null;
}

/** What was there stays, unless it was filled in by us; then what is known now takes its place. */
function filled(
  task: ListedTask,
  recompute: boolean,
  found: Fillable,
): Fillable & Pick<FilledTask, 'hall_monitor'> {
  const ours: Record<string, number> = {};
  const choose = (name: keyof Fillable): number | null => {
    const there = task[name] ?? null;
    const value = found[name];
    const isOurs = there === null || recompute || task.hall_monitor?.[name] === there;
    if (!isOurs || value === null) {
      return there;
    }
    ours[name] = value;
    return value;
  };
  const cost = choose('cost_usd') ?? 0;
  const duration = choose('duration_minutes');
  return {
    cost_usd: cost,
    duration_minutes: duration,
    hall_monitor: Object.keys(ours).length === 0 ? undefined : ours,
  };
}

/** Sessions of its time by their start; before them those that it names and nothing is known of. */
function sessionIds(
  task: ListedTask,
  own: readonly WorkedSession[],
  shortIds: ReadonlyMap<string, string>,
): readonly string[] {
  const isKnown = new Set([...shortIds].flat());
  const strangers = (task.sessions ?? []).filter((id) => !isKnown.has(id));
  return [
    ...new Set([...strangers, ...own.map(({ sessionId }) => shortIds.get(sessionId) ?? sessionId)]),
  ];
}

function totalsOf(
  file: TasksFile,
  tasks: readonly FilledTask[],
  { totals, commits }: TaskFacts,
  unassignedUsd: number,
): TaskTotals {
  const completed = tasks.filter(({ index }) => {
    const task = file.tasks[index];
    return task !== undefined && isCompleted(task);
  });
  const minutes = completed.reduce((sum, { duration_minutes }) => sum + (duration_minutes ?? 0), 0);
  return {
    total_tasks: completed.length,
    total_duration_minutes: Math.round(minutes * 10) / 10,
    total_tokens: totals.total_all_tokens,
    total_commits: commits ?? file.totals?.total_commits ?? 0,
    total_cost_usd: totals.total_cost_usd,
    total_sessions: totals.total_sessions,
    total_active_minutes: totals.total_active_min,
    total_messages: totals.total_messages,
    unassigned_cost_usd: unassignedUsd,
  };
}
