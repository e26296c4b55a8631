import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, resolve, sep } from 'node:path';
import type { Database } from 'better-sqlite3';
import { InputError } from '../../errors.ts';
import { usdFromNano } from '../../records/money.ts';
import { tasksFile, type TasksFile } from '../../records/tasks-file.ts';
import { listSessions } from '../../rollups/sessions.ts';
import { reportSessions } from '../../rollups/sessions-report.ts';
import { workedSessions } from '../../rollups/worked-sessions.ts';
import { countCommits, gitAdd, repositoryOf } from '../../runtime/git.ts';
import type { CommandContext, CommandResult } from '../context.ts';
import { escapeText, jsonText } from '../escape.ts';
import { EXIT } from '../exit-codes.ts';
import { readNamedFile, writeNamedFile } from '../named-file.ts';
import { readStore } from '../read-store.ts';
import { zoneOf } from '../time-options.ts';
import { editTasks, type EditedTasks } from './edit-tasks.ts';
import { fillTasks, type FilledTasks, type TaskFacts } from './fill-tasks.ts';

/** Flags of `hall-monitor tasks sync`. */
export interface TasksSyncOptions {
  readonly project?: string;
  readonly recompute?: boolean;
  readonly dryRun?: boolean;
  readonly gitAdd?: boolean;
  readonly json?: boolean;
  readonly sync: boolean;
}

const BOM = '\ufeff';

/** Fills in what is missing in a `tasks.json` and its totals, and says what changed. */
export async function run(
  path: string,
  options: TasksSyncOptions,
  context: CommandContext,
): CommandResult {
  const { terminal } = context;
  const file = resolve(path);
  const text = await readNamedFile(file, 'Name a tasks.json that exists.');
  const tasks = parseTasks(text, path);
  const folder = dirname(file);
  const root = options.project ?? (await repositoryOf(folder)) ?? folder;
  const acceptsProject = await projectTest(root);
  const clock = { zone: zoneOf(context), nowMs: terminal.nowMs() };
  const commits = await countCommits(folder);
  const facts = await readStore(context, options, (db): TaskFacts => ({
    ...clock,
    ...sessionFacts(db, clock, acceptsProject),
    commits,
    recompute: options.recompute === true,
  }));
  const filled = fillTasks(tasks, facts);
  const edited = editText(text, filled, path);
  const isChanged = edited.text !== text;
  const isWritten = isChanged && options.dryRun !== true;
  if (isWritten) {
    await replace(file, text, edited.text);
  }
  if (options.json === true) {
    terminal.print(jsonText(changes({ file, root, isWritten }, filled, edited)));
  } else {
    const { tasksTable } = await import('./task-table.ts');
    terminal.print(tasksTable({ filled, edited, root }, clock.zone, terminal));
  }
  terminal.note(whatWasDone(file, { isChanged, isWritten }));
  const refusal =
    isWritten && options.gitAdd === true ? await gitAdd(folder, [basename(file)]) : undefined;
  if (refusal === undefined) {
    return EXIT.ok;
  }
  terminal.note(`hall-monitor: git does not take the file: ${escapeText(refusal)}\n`);
  return EXIT.failure;
}

function sessionFacts(
  db: Database,
  { zone, nowMs }: Pick<TaskFacts, 'zone' | 'nowMs'>,
  acceptsProject: (project: string) => boolean,
): Pick<TaskFacts, 'sessions' | 'totals'> {
  const query = { timezone: zone.name, nowMs, limit: null, acceptsProject };
  const own = listSessions(db, query).sessions.toSorted(
    (a, b) => Date.parse(a.started) - Date.parse(b.started),
  );
  return {
    sessions: workedSessions(db, own),
    totals: reportSessions(db, own, zone.name).totals,
  };
}

/** Whether a project is this folder or lies in it; a name alone is the last part of a path. */
async function projectTest(root: string): Promise<(project: string) => boolean> {
  const isName = !isAbsolute(root) && !/[\\/]/.test(root) && root !== '.' && root !== '..';
  const absolute = resolve(root);
  const roots = [absolute, await realpath(absolute).catch(() => absolute)];
  return (project) =>
    roots.some(
      (one) => project === one || project.startsWith(one.endsWith(sep) ? one : one + sep),
    ) ||
    (isName && project.split(/[\\/]/).at(-1) === root);
}

/** @throws InputError where it is no tasks file. */
function parseTasks(text: string, path: string): TasksFile {
  const hint =
    'It must be JSON such as {"tasks": [{"id": "…", "started": "…", "completed": "…"}]}.';
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith(BOM) ? text.slice(1) : text);
  } catch (cause) {
    throw new InputError(`${path} is no JSON.`, { hint, cause });
  }
  const { data, error } = tasksFile.safeParse(value);
  if (error !== undefined) {
    const [issue] = error.issues;
    const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    throw new InputError(`${path} is no tasks file: ${place}${issue?.message}.`, {
      hint,
      cause: error,
    });
  }
  return data;
}

function editText(text: string, filled: FilledTasks, path: string): EditedTasks {
  const mark = text.startsWith(BOM) ? BOM : '';
  try {
    const edited = editTasks(text.slice(mark.length), filled);
    return { ...edited, text: mark + edited.text };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(`${path} is nested too deeply.`, {
      hint: 'No list of tasks needs thousands of brackets inside of each other.',
      cause: error,
    });
  }
}

/** Writes the file, unless somebody else wrote it meanwhile. */
async function replace(file: string, before: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8')) !== before) {
    throw new InputError(`${file} was changed by somebody else meanwhile.`, {
      hint: 'Run the command again.',
    });
  }
  await writeNamedFile(file, text);
}

function changes(
  {
    file,
    root,
    isWritten,
  }: { readonly file: string; readonly root: string; readonly isWritten: boolean },
  { tasks, totals, unassignedNanoUsd }: FilledTasks,
  { changed }: EditedTasks,
) {
  const assigned = tasks.reduce((sum, { shareNanoUsd }) => sum + shareNanoUsd, 0);
  return {
    file,
    project: root,
    written: isWritten,
    tasks: tasks.map((task, index) => ({
      id: task.id,
      cost_usd: task.cost_usd,
      duration_minutes: task.duration_minutes,
      sessions: task.sessions,
      /** Its part of the cost of all sessions, unrounded, also where the file keeps another one. */
      assigned_cost_usd: usdFromNano(task.shareNanoUsd),
      has_times: task.frame !== null,
      changed: changed[index] ?? [],
    })),
    totals,
    total_cost_usd: usdFromNano(assigned + unassignedNanoUsd),
    assigned_cost_usd: usdFromNano(assigned),
    unassigned_cost_usd: usdFromNano(unassignedNanoUsd),
  };
}

function whatWasDone(
  file: string,
  { isChanged, isWritten }: { readonly isChanged: boolean; readonly isWritten: boolean },
): string {
  const name = escapeText(file);
  if (!isChanged) return `Nothing changed in ${name}.\n`;
  return isWritten ? `Wrote ${name}.\n` : `Nothing was written; ${name} would change.\n`;
}
