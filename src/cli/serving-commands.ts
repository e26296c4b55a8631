import { InvalidArgumentError } from 'commander';
import { COMPAT_HELP, compatFlags } from './archive-commands.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { Registry } from './program.ts';

interface ServeFlags {
  readonly host?: string;
  readonly port?: number;
  readonly compat?: boolean;
}

/** Registers what fills the store: `serve` and `import`. */
export function registerServingCommands({ program, contextWith, action }: Registry): void {
  program
    .command('serve')
    .description(
      'collect what Claude Code does, and serve metrics, REST and live streams, until stopped',
    )
    .option(
      '--host <address>',
      'address to listen on; any but a loopback address needs HALL_MONITOR_TOKEN',
    )
    .option('--port <number>', 'port to listen on, 0 for any free one', portNumber)
    .option('--compat', COMPAT_HELP)
    .addHelpText('after', `\nExample:\n  hall-monitor serve --port 9500\n\n${EXIT_CODES_HELP}\n`)
    .action(
      action(async ({ host, port, compat }: ServeFlags) => {
        const context = await contextWith({ host, port, ...compatFlags(compat) });
        const { run } = await import('./serve.ts');
        return await run(context);
      }),
    );
  program
    .command('import')
    .description(
      'read all transcripts once into the store, then exit; what is known already is not read again',
    )
    .option('--json', 'print counts, duration and memory as JSON')
    .addHelpText('after', `\nExample:\n  hall-monitor import --json\n\n${EXIT_CODES_HELP}\n`)
    .action(
      action(async ({ json = false }: { readonly json?: boolean }) => {
        const { run } = await import('./import.ts');
        return await run({ ...(await contextWith()), json });
      }),
    );
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('Allowed is a whole number from 0 to 65535.');
  }
  return Number(text);
}
