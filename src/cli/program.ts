import { Command } from 'commander';
import type { Layer } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { CommandContext } from './context.ts';
import { registerArchiveCommands } from './archive-commands.ts';
import { registerDoctorCommand } from './doctor-command.ts';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.ts';
import { registerExportCommands } from './export-commands.ts';
import { registerHooksCommands } from './hooks-commands.ts';
import { registerReadingCommands } from './reading-commands.ts';
import { registerReportCommands } from './report-commands.ts';
import { registerServingCommands } from './serving-commands.ts';
import { registerStatuslineCommand } from './statusline-command.ts';
import { registerStoreCommands } from './store-commands.ts';
import type { Terminal } from './terminal.ts';
import { packageVersion } from './version.ts';

/** What commands are registered with. */
export interface Registry {
  readonly program: Command;
  readonly terminal: Terminal;
  /** Loads the configuration with what flags set in it. */
  readonly contextWith: (flags?: Layer) => Promise<CommandContext>;
  /** Wraps a command's work: its result becomes the exit code. */
  readonly action: <A extends unknown[]>(
    work: (...args: A) => Promise<number | void>,
  ) => (...args: A) => Promise<void>;
}

/** The whole command line; each command's code is loaded when it is called. */
export function createProgram(terminal: Terminal): {
  readonly command: Command;
  readonly exitCode: () => number;
} {
  let code: number = EXIT.ok;
  const program = new Command('hall-monitor')
    .description(
      'What your Claude Code agents cost, where the time goes, and why you can believe the number.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({
      writeOut: terminal.print,
      writeErr: terminal.note,
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    })
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('Add --help to see what is allowed.')
    .exitOverride()
    .addHelpText('after', `\n${EXAMPLES}\n\n${EXIT_CODES_HELP}\n`);
  const registry: Registry = {
    program,
    terminal,
    contextWith: async (flags = {}) => ({
      ...(await loadConfig({ env: terminal.env, flags })),
      terminal,
    }),
    action:
      (work) =>
      async (...args) => {
        code = (await work(...args)) ?? EXIT.ok;
      },
  };
  registerServingCommands(registry);
  registerReadingCommands(registry);
  registerReportCommands(registry, registerExportCommands(registry));
  registerStoreCommands(registry);
  registerArchiveCommands(registry);
  registerHooksCommands(registry);
  registerStatuslineCommand(registry);
  registerDoctorCommand(registry);
  return { command: program, exitCode: () => code };
}

const EXAMPLES = `Examples:
  hall-monitor serve                        collect, and answer on http://127.0.0.1:9464
  hall-monitor report daily --since 7d      what each of the last days cost
  hall-monitor report model --json          the same by model, for a script
  hall-monitor sessions                     the newest sessions
  hall-monitor explain <session>            where a session's figures come from

Nothing but serve needs the collector to run. Settings come from config.json, the
environment and flags, later ones winning: see hall-monitor config show.`;
