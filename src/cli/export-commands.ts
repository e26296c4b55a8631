import { Option, type Command } from 'commander';
import { registerClickHouseCommands } from './clickhouse-commands.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { ExportEntriesOptions } from './export-entries.ts';
import type { ExportOpenMetricsOptions } from './export-openmetrics.ts';
import { MOMENT_FORMS } from './moment-forms.ts';
import type { Registry } from './program.ts';

const SOURCES = ['hook', 'transcript', 'telemetry', 'custom'];
const CATEGORIES = ['tool', 'api', 'session', 'user', 'custom'];

const FORMATS = {
  jsonl: 'write entries as JSON, one per line',
  csv: 'write entries as a table, for a spreadsheet or a data frame',
} as const;

/** A file format that entries are exported in. */
export type EntryFormat = keyof typeof FORMATS;

/** Registers `export` and what can be exported, and returns the command for more of it. */
export function registerExportCommands(registry: Registry): Command {
  const group = registry.program
    .command('export')
    .description('write what is recorded to files that other programs read');
  registerEntries(registry, group, 'jsonl');
  registerEntries(registry, group, 'csv');
  registerOpenMetrics(registry, group);
  registerClickHouseCommands(registry, group);
  return group;
}

function registerEntries(
  { contextWith, action }: Registry,
  group: Command,
  format: EntryFormat,
): void {
  withTarget(group.command(format).description(FORMATS[format]))
    .option('--project <path>', "only this project: its path, or the path's last part")
    .option('--model <id>', 'only requests to this model')
    .option('--session <id>', 'only this session: its id or the beginning of it')
    .addOption(new Option('--source <kind>', 'only what this kind of input told').choices(SOURCES))
    .option('--event-type <type>', 'only this type, such as api_response or user_prompt')
    .addOption(new Option('--event-category <name>', 'only this category').choices(CATEGORIES))
    .option('--tool <name>', 'only calls of this tool')
    .addOption(
      new Option('--success <yes>', 'only tool calls that went this way').choices([
        'true',
        'false',
      ]),
    )
    .option('--tag <tag...>', 'only entries with all of these tags')
    .addHelpText(
      'after',
      `
Examples:
  hall-monitor export ${format} --since 30d --out november.${format}
  hall-monitor export ${format} --event-type api_response --project hall-monitor | head
${format === 'jsonl' ? `  hall-monitor export jsonl --tool Bash --success false | jq -r .data.command | sort | uniq -c\n` : ''}
Oldest first, each entry once, as of one moment. The fields are those of
GET /api/metrics.${format === 'csv' ? ' Text that a spreadsheet would run as a formula gets an\napostrophe in front.' : ''}

${EXIT_CODES_HELP}
`,
    )
    .action(
      action(
        async ({ timezone, ...options }: ExportEntriesOptions & { readonly timezone?: string }) => {
          const { run } = await import('./export-entries.ts');
          return await run(format, options, await contextWith({ timezone }));
        },
      ),
    );
}

function registerOpenMetrics({ contextWith, action }: Registry, group: Command): void {
  withTarget(
    group
      .command('openmetrics')
      .description('write the past of the metrics, for promtool to bring into Prometheus'),
  )
    .addOption(
      new Option('--step <time>', 'distance of two samples while a series grows')
        .choices(['1m', '5m', '15m', '1h'])
        .default('5m'),
    )
    .addOption(
      new Option('--fill <when>', 'when a value that stays the same is written again')
        .choices(['day', 'hour', 'step'])
        .default('day'),
    )
    .option('--project <path>', 'only series of this project')
    .option('--model <id>', 'only series of this model')
    .option('--metric <name...>', 'only these metrics, such as hall_monitor_cost_usd_total')
    .option(
      '--label <name=value...>',
      'labels that the scrape adds (job=hall-monitor, instance=127.0.0.1:9464)',
    )
    .addHelpText(
      'after',
      `
Examples:
  hall-monitor export openmetrics --out history.om
  promtool tsdb create-blocks-from openmetrics --max-block-duration=744h history.om data/
  hall-monitor export openmetrics --since 2026-01 --until 2026-11-20T09:00 --label job=agents

The values are those that /metrics would have shown: they change when a quarter of
an hour is over, and the last one is that of now, or of --until. Each series has a
sample one step before it grows, at every step until an hour after, and at the
beginning of each day in --timezone, which is enough for the dashboards. With --fill
step there are no gaps at all, and a file many times as large. docs/export.md shows
the way into Prometheus.

${EXIT_CODES_HELP}
`,
    )
    .action(
      action(
        async ({
          timezone,
          ...options
        }: ExportOpenMetricsOptions & { readonly timezone?: string }) => {
          const { run } = await import('./export-openmetrics.ts');
          return await run(options, await contextWith({ timezone }));
        },
      ),
    );
}

function withTarget(command: Command): Command {
  return command
    .option('--out <file>', 'write to this file, readable for its owner alone (standard output)')
    .option('--force', 'replace the file if it exists')
    .option('--since <moment>', `from this moment on: ${MOMENT_FORMS}`)
    .option('--until <moment>', 'up to, not including, this moment; the same forms')
    .option('--timezone <name>', "IANA zone that days and hours are told in (the system's)")
    .option('--no-sync', 'do not read new transcripts first');
}
