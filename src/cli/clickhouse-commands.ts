import type { Command } from 'commander';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { ReplayOptions } from './export-replay.ts';
import type { Registry } from './program.ts';

/** Registers what `export` does with ClickHouse: its schema, and what it refused. */
export function registerClickHouseCommands(registry: Registry, group: Command): void {
  registerSchema(registry, group);
  registerReplay(registry, group);
}

function registerSchema({ contextWith, action, terminal }: Registry, group: Command): void {
  group
    .command('clickhouse-schema')
    .description('print the statements that make the tables of ClickHouse, for an administrator')
    .addHelpText(
      'after',
      `
Example:
  hall-monitor export clickhouse-schema | clickhouse-client --multiquery

They follow the settings clickhouse.database, cluster, replicated and ttlDays. Nothing
is sent. With clickhouse.migrate false, collectors need no more than SELECT and INSERT.

${EXIT_CODES_HELP}
`,
    )
    .action(
      action(async () => {
        const { schemaStatements } = await import('../../exporters/clickhouse/schema.ts');
        const { config } = await contextWith();
        terminal.print(
          schemaStatements(config.clickhouse)
            .map((sql) => `${sql};\n`)
            .join('\n'),
        );
      }),
    );
}

function registerReplay({ contextWith, action }: Registry, group: Command): void {
  const replay = group
    .command('replay')
    .description('send again what a far side refused, as it is known now');
  replay
    .command('clickhouse')
    .description('rows that ClickHouse refused')
    .option('--list', 'only list them')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  hall-monitor export replay clickhouse --list
  hall-monitor export replay clickhouse

What lands is forgotten here; what is refused again stays, and the exit code is 1.
The collector must not run meanwhile, for it holds the store.

${EXIT_CODES_HELP}
`,
    )
    .action(
      action(async (options: ReplayOptions) => {
        const { run } = await import('./export-replay.ts');
        return await run(options, await contextWith());
      }),
    );
}
