import type { Command } from 'commander';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { ReplayOptions } from './export-replay.ts';
import type { Registry } from './program.ts';

/** Registers `export replay`. */
export function registerReplayCommand({ contextWith, action }: Registry, group: Command): void {
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
