import { CommanderError } from 'commander';
import { ConfigError, InputError } from '../errors.ts';
import { withDiskHint } from './disk-error.ts';
import { escapeLines, escapeText } from './escape.ts';
import { EXIT } from './exit-codes.ts';
import { createProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command; its errors become a message, what to do, and an exit code. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = createProgram(terminal);
  try {
    await program.command.parseAsync([...args], { from: 'user' });
    return program.exitCode();
  } catch (error) {
    if (error instanceof CommanderError) {
      // It has said already what is wrong; help that was asked for is no error.
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    }
    const told = withDiskHint(error);
    terminal.note(errorText(told));
    return exitCodeOf(told);
  }
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) {
    return `hall-monitor: ${escapeText(String(error))}\n`;
  }
  const { hint } = error as { readonly hint?: unknown };
  const isForeseen = 'hint' in error;
  const said = escapeLines(isForeseen ? error.message : (error.stack ?? error.message));
  return `hall-monitor: ${said}\n${typeof hint === 'string' && hint !== '' ? `${escapeLines(hint)}\n` : ''}`;
}

function exitCodeOf(error: unknown): number {
  const { exitCode } = error as { readonly exitCode?: unknown };
  if (typeof exitCode === 'number') {
    return exitCode;
  }
  if (error instanceof ConfigError) {
    return EXIT.config;
  }
  return error instanceof InputError ? EXIT.usage : EXIT.failure;
}
