import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { Registry } from './program.ts';

/** Registers what looks after the archive: `archive`. */
export function registerArchiveCommands({ program, contextWith, action }: Registry): void {
  const archive = program.command('archive').description('look after the archive');
  archive
    .command('verify')
    .description('examine every file of the archive for damage, also while a collector runs')
    .option('--json', 'print JSON')
    .addHelpText('after', `\n${VERIFY_HELP}\n\n${EXIT_CODES_HELP}\n`)
    .action(
      action(async (options: { readonly json?: boolean }) => {
        const { runVerify } = await import('./archive/verify.ts');
        return await runVerify(options, await contextWith());
      }),
    );
  archive
    .command('update')
    .description('bring the archive up to date once, where no collector runs')
    .option('--json', 'print JSON')
    .addHelpText('after', `\n${UPDATE_HELP}\n\n${EXIT_CODES_HELP}\n`)
    .action(
      action(async (options: { readonly json?: boolean }) => {
        const { runUpdate } = await import('./archive/update.ts');
        return await runUpdate(options, await contextWith());
      }),
    );
}

const VERIFY_HELP = `Works out the sha256 of each file and compares it with the chain of records in the
manifests. Needs no store. Exit code 1 where anything differs; each fault is named
with its file and place. A collector heals what its store still holds within a
minute.

Example:
  hall-monitor archive verify --json | jq .faults`;

const UPDATE_HELP = `A running collector does this all the time; this is for those who only use reports.
Archives what the store holds and the archive does not, heals damaged files,
compresses what is old enough and deletes what is too old. Transcripts are not
read: hall-monitor import does that.`;
