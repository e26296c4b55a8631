import type { Layer } from '../config/environment.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { Registry } from './program.ts';

/** What `--compat` means, for every command that archives. */
export const COMPAT_HELP =
  'compress closed days of the archive with gzip, which every tool reads, and not with zstd';

/** Settings that `--compat` stands for. */
export const compatFlags = (isCompat = false): Layer =>
  isCompat ? { archive: { compression: 'gzip' } } : {};

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
    .option('--compat', COMPAT_HELP)
    .option('--json', 'print JSON')
    .addHelpText('after', `\n${UPDATE_HELP}\n\n${EXIT_CODES_HELP}\n`)
    .action(
      action(async (options: { readonly compat?: boolean; readonly json?: boolean }) => {
        const { runUpdate } = await import('./archive/update.ts');
        return await runUpdate(options, await contextWith(compatFlags(options.compat)));
      }),
    );
  archive
    .command('restore')
    .description('build the store from the archive alone; one that is there is put aside')
    .option('--from <folder>', 'folder of the archive, where it is not that in the data folder')
    .option('--json', 'print JSON')
    .addHelpText('after', `\n${RESTORE_HELP}\n\n${EXIT_CODES_HELP}\n`)
    .action(
      action(async (options: { readonly from?: string; readonly json?: boolean }) => {
        const { runRestore } = await import('./archive/restore.ts');
        return await runRestore(options, await contextWith());
      }),
    );
}

const RESTORE_HELP = `Every request, tool call, prompt, session and plan that the archive holds is in the
new store as it was, with the same ids, revisions and costs; all sums are worked out
from them. Of files that are damaged the rest is used: they are named, and the exit
code is 1, and the next import reads all transcripts again, which counts nothing twice.
What does not come back: entries older than the archive keeps, which lines were
rejected, and, where the old store cannot be read, how far exporters had got.

Example:
  hall-monitor archive restore --from /backup/hall-monitor/archive`;

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
