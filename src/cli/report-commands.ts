import type { Command } from 'commander';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { ExportKpiOptions } from './export-kpi.ts';
import type { ExportStatsOptions } from './export-stats.ts';
import { MOMENT_FORMS } from './moment-forms.ts';
import type { Registry } from './program.ts';
import type { TasksSyncOptions } from './tasks/sync.ts';

type Zoned<T> = T & { readonly timezone?: string };

/** Registers what writes report files: `stats` and `kpi` of `export`, and `tasks sync`. */
export function registerReportCommands(registry: Registry, group: Command): void {
  registerStats(registry, group);
  registerKpi(registry, group);
  registerTasks(registry);
}

function registerStats({ contextWith, action }: Registry, group: Command): void {
  group
    .command('stats')
    .description('write the seven stats files and sessions.json')
    .option('--out <folder>', 'folder to write them to; it is made where it is missing')
    .option('--json', 'print them all, by their names')
    .option('--git-add', 'add the files that changed to the index of their repository')
    .option('--timezone <name>', "IANA zone that days and hours are told in (the system's)")
    .option('--no-sync', 'do not read new transcripts first')
    .addHelpText(
      'after',
      `
Examples:
  hall-monitor export stats --out ~/.claude/kernel
  hall-monitor export stats --json | jq '."error-stats.json".by_type'
  HALL_MONITOR_REPORTS_FOLDER=~/.claude/kernel hall-monitor serve    every minute

Each file is replaced in one step, so that nobody ever reads half of it, and left
alone where nothing in it changed. docs/reports.md says what every field means.

${EXIT_CODES_HELP}
`,
    )
    .action(
      action(async ({ timezone, ...options }: Zoned<ExportStatsOptions>) => {
        const { run } = await import('./export-stats.ts');
        return await run(options, await contextWith({ timezone }));
      }),
    );
}

function registerKpi({ contextWith, action }: Registry, group: Command): void {
  group
    .command('kpi')
    .description('print the totals of all sessions as a small table in Markdown')
    .option('--markdown', 'print Markdown, which it does anyway')
    .option('--into <file>', 'replace the block between the two marks of this file')
    .option('--json', 'print the totals of sessions.json instead')
    .option('--since <moment>', `sessions from this moment on: ${MOMENT_FORMS}`)
    .option('--until <moment>', 'up to, not including, this moment; the same forms')
    .option('--timezone <name>', "IANA zone that days are told in (the system's)")
    .option(
      '--project <path>',
      "only sessions that worked in this project: its path, or the path's last part",
    )
    .option('--no-sync', 'do not read new transcripts first')
    .addHelpText(
      'after',
      `
Examples:
  hall-monitor export kpi --project shop
  hall-monitor export kpi --project shop --into README.md

The marks are two lines of the file; what is between them is replaced, and nothing else:
  <!-- hall-monitor:kpi -->
  <!-- /hall-monitor:kpi -->

${EXIT_CODES_HELP}
`,
    )
    .action(
      action(async ({ timezone, ...options }: Zoned<ExportKpiOptions>) => {
        const { run } = await import('./export-kpi.ts');
        return await run(options, await contextWith({ timezone }));
      }),
    );
}

function registerTasks({ program, contextWith, action }: Registry): void {
  program
    .command('tasks')
    .description('keep a list of tasks, what each cost and how long it took')
    .command('sync')
    .description('fill in what is missing in a tasks.json, and its totals')
    .argument('<file>', 'a tasks.json')
    .option(
      '--project <path>',
      "only sessions of this folder and what is in it (the file's repository, else its folder)",
    )
    .option('--recompute', 'replace costs and durations that somebody else wrote, too')
    .option('--dry-run', 'say what would change, and write nothing')
    .option('--git-add', 'add the file to the index of its repository; nothing is committed')
    .option('--json', 'print what changed')
    .option('--timezone <name>', "IANA zone of times without an offset (the system's)")
    .option('--no-sync', 'do not read new transcripts first')
    .addHelpText(
      'after',
      `
Examples:
  hall-monitor tasks sync docs/metrics/tasks.json --dry-run
  hall-monitor tasks sync docs/metrics/tasks.json --git-add
  hall-monitor tasks sync docs/metrics/tasks.json --json | jq .unassigned_cost_usd

The cost of each session is split over tasks by the time for which the session was
active between a task's start and its end; where tasks overlap, they share that time
equally. What lies in no task is unassigned: tasks and it add up to the total, to
the cent. Keys that are not known, and the layout of the file, stay as they are.

${EXIT_CODES_HELP}
`,
    )
    .action(
      action(async (file: string, { timezone, ...options }: Zoned<TasksSyncOptions>) => {
        const { run } = await import('./tasks/sync.ts');
        return await run(file, options, await contextWith({ timezone }));
      }),
    );
}
