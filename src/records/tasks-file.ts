/** What is looked at in a `tasks.json`; everything else in it is somebody else's and stays. */
import { z } from 'zod';

const MAX_TASKS = 10_000;

const amount = z.number().min(0).nullish();

/** One task. */
const listedTask = z.looseObject({
  id: z.string().max(1_000).nullish(),
  status: z.string().nullish(),
  started: z.string().max(100).nullish(),
  completed: z.string().max(100).nullish(),
  duration_minutes: amount,
  cost_usd: amount,
  sessions: z.array(z.string().max(1_000)).nullish(),
  /** What was filled in here, by name: a value that is still the same may be filled in anew. */
  hall_monitor: z.looseObject({ cost_usd: amount, duration_minutes: amount }).nullish(),
});

/** The sums of the file, none of which is ever null. */
const taskTotals = z.object({
  /** Completed ones. */
  total_tasks: z.int().min(0),
  /** Of the completed ones. */
  total_duration_minutes: z.number().min(0),
  /** Of all four kinds. */
  total_tokens: z.int().min(0),
  total_commits: z.int().min(0),
  total_cost_usd: z.number().min(0),
  total_sessions: z.int().min(0),
  total_active_minutes: z.number().min(0),
  total_messages: z.int().min(0),
  /** The part of the cost that no task's time covers. */
  unassigned_cost_usd: z.number().min(0),
});

/** The whole file. */
export const tasksFile = z.looseObject({
  tasks: z.array(listedTask).max(MAX_TASKS),
  totals: z.looseObject({ total_commits: amount }).nullish(),
});

export type ListedTask = z.infer<typeof listedTask>;
export type TaskTotals = z.infer<typeof taskTotals>;
export type TasksFile = z.infer<typeof tasksFile>;
