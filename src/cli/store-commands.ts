import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { Registry } from './program.ts';

/** Registers what looks after the store and the configuration: `db` and `config`. */
export function registerStoreCommands(registry: Registry): void {
  registerDb(registry);
  registerConfig(registry);
}

function registerDb({ program, contextWith, action }: Registry): void {
  const db = program.command('db').description('look after the store');
  db.command('check')
    .description('examine the store for damage and count what is in it')
    .option('--json', 'print JSON')
    .addHelpText('after', `\nExit code 1 where it is damaged.\n\n${EXIT_CODES_HELP}\n`)
    .action(
      action(async (options: { readonly json?: boolean }) => {
        const { runCheck } = await import('./db.ts');
        return await runCheck(options, await contextWith());
      }),
    );
  db.command('backup')
    .description('copy the store to a file, also while a collector runs')
    .argument('<file>', 'file to write, readable for its owner alone')
    .option('--force', 'replace the file if it exists')
    .addHelpText(
      'after',
      `\nExample:\n  hall-monitor db backup ~/hall-monitor-2026-11-20.db\n\n${EXIT_CODES_HELP}\n`,
    )
    .action(
      action(async (file: string, options: { readonly force?: boolean }) => {
        const { runBackup } = await import('./db.ts');
        return await runBackup(file, options, await contextWith());
      }),
    );
  db.command('rebuild')
    .description('put the store aside and build a new one from the archive and the transcripts')
    .option('--json', 'print the counts of the import as JSON')
    .addHelpText(
      'after',
      `\nThe old store is kept beside the new one, with the time in its name. What the\narchive holds comes back as it was, plans and what hooks told included; then the\ntranscripts that still exist are read. Without an archive the new store has plans\nas they are now, and nothing that only hooks or deleted transcripts told.\n\n${EXIT_CODES_HELP}\n`,
    )
    .action(
      action(async (options: { readonly json?: boolean }) => {
        const { runRebuild } = await import('./db.ts');
        return await runRebuild(options, await contextWith());
      }),
    );
}

function registerConfig({ program, terminal, action }: Registry): void {
  const load = async () => (await import('../config/load.ts')).loadConfig({ env: terminal.env });
  const config = program.command('config').description('show and write settings');
  config
    .command('show')
    .description('print every setting that holds and where it comes from; secrets are masked')
    .option('--json', 'print JSON')
    .addHelpText('after', `\n${EXIT_CODES_HELP}\n`)
    .action(
      action(async (options: { readonly json?: boolean }) => {
        const { runShow } = await import('./config.ts');
        return await runShow(options, await load(), terminal);
      }),
    );
  config
    .command('schema')
    .description('print the JSON schema of config.json')
    .option('--markdown', 'print the reference of all settings instead')
    .addHelpText('after', `\n${EXIT_CODES_HELP}\n`)
    .action(
      action(async (options: { readonly markdown?: boolean }) => {
        const { runSchema } = await import('./config.ts');
        return await runSchema(options, terminal);
      }),
    );
  config
    .command('init')
    .description('write config.json with every default into the data folder')
    .option('--force', 'replace the file if it exists')
    .addHelpText('after', `\n${EXIT_CODES_HELP}\n`)
    .action(
      action(async (options: { readonly force?: boolean }) => {
        const { runInit } = await import('./config.ts');
        return await runInit(options, await load(), terminal);
      }),
    );
}
