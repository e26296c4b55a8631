import { Option, type Command } from 'commander';
import { SETTINGS_SCOPES, type SettingsPlaces } from '../config/settings-places.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { InstallOptions } from './hooks/install.ts';
import type { UninstallOptions } from './hooks/uninstall.ts';
import type { Registry } from './program.ts';

/** Registers what has Claude Code tell us what happens while it happens: `hooks`. */
export function registerHooksCommands(registry: Registry): void {
  const hooks = registry.program
    .command('hooks')
    .description('have Claude Code tell what happens while it happens');
  registerInstall(hooks, registry);
  registerUninstall(hooks, registry);
  registerStatus(hooks, registry);
}

function registerInstall(hooks: Command, registry: Registry): void {
  withChange(hooks.command('install').description("add our hooks to Claude Code's settings"))
    .addOption(
      new Option(
        '--mode <mode>',
        'spool: files, also while no collector runs; http: to a collector',
      )
        .choices(['spool', 'http'])
        .default('spool'),
    )
    .option('--events <list>', 'usual, all, or names of events with commas', 'usual')
    .addHelpText('after', `\n${INSTALL_HELP}\n\n${EXIT_CODES_HELP}\n`)
    .action(
      registry.action(async (options: InstallOptions) => {
        const { runInstall } = await import('./hooks/install.ts');
        return await runInstall(options, await registry.contextWith(), await placesOf(registry));
      }),
    );
}

const INSTALL_HELP = `Examples:
  hall-monitor hooks install --dry-run                 show the change only
  hall-monitor hooks install                           in every project of yours
  hall-monitor hooks install --scope local             in this project, for you alone
  hall-monitor hooks install --events Stop,PostToolUse

The settings file is user: settings.json in ~/.claude or $CLAUDE_CONFIG_DIR; project:
.claude/settings.json here, which is shared; local: .claude/settings.local.json here.
Everything else in it stays, byte by byte, and a backup is kept in the data folder. A hook
never makes Claude Code wait for a collector, prints nothing and always succeeds. Events
whose registration alone changes what Claude Code does are refused.`;

function registerUninstall(hooks: Command, registry: Registry): void {
  withChange(hooks.command('uninstall').description('take our hooks out again'))
    .addHelpText('after', `\n${UNINSTALL_HELP}\n\n${EXIT_CODES_HELP}\n`)
    .action(
      registry.action(async (options: UninstallOptions) => {
        const { runUninstall } = await import('./hooks/uninstall.ts');
        return await runUninstall(options, await registry.contextWith(), await placesOf(registry));
      }),
    );
}

const UNINSTALL_HELP = `Examples:
  hall-monitor hooks uninstall --dry-run
  hall-monitor hooks uninstall --scope local

A settings file that nobody has changed since becomes what it was, byte by byte; from one
that was changed only our hooks are taken. What was heard stays in the store.`;

function registerStatus(hooks: Command, registry: Registry): void {
  hooks
    .command('status')
    .description('show which events are registered where, and what was heard of each')
    .option('--json', 'print JSON')
    .addHelpText('after', `\n${STATUS_HELP}\n\n${EXIT_CODES_HELP}\n`)
    .action(
      registry.action(async (options: { readonly json?: boolean }) => {
        const { runStatus } = await import('./hooks/status.ts');
        return await runStatus(options, await registry.contextWith(), await placesOf(registry));
      }),
    );
}

const STATUS_HELP = `Examples:
  hall-monitor hooks status
  hall-monitor hooks status --json | jq '.heard[] | select(.event == "Stop")'

It looks at your settings, those of the project in this folder, and our plugin. Payloads
wait in the spool until a collector runs: start one with hall-monitor serve.`;

function withChange(command: Command): Command {
  return command
    .addOption(
      new Option('--scope <scope>', 'whose settings').choices(SETTINGS_SCOPES).default('user'),
    )
    .option('--dry-run', 'show the change and write nothing')
    .option('--json', 'print JSON');
}

async function placesOf({ terminal }: Registry): Promise<SettingsPlaces> {
  const { settingsPlaces } = await import('../config/settings-places.ts');
  return settingsPlaces(terminal.env, process.cwd());
}
