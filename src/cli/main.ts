import { processTerminal } from './terminal.ts';

/** The command line of this process: runs one command and leaves its exit code behind. */
export async function main(args: readonly string[]): Promise<void> {
  // Whoever reads has seen enough, such as `head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      process.exit(0);
    }
    throw error;
  });
  const terminal = processTerminal();
  if (isStatusline(args)) {
    // Started several times a second: nothing of the other commands is loaded.
    const { runStatusline } = await import('./statusline/run-statusline.ts');
    await runStatusline({ isQuiet: args.length > 1 }, terminal, process.stdin);
    return;
  }
  const { runCli } = await import('./run-cli.ts');
  process.exitCode = await runCli(args, terminal);
}

const isStatusline = ([command, ...options]: readonly string[]): boolean =>
  command === 'statusline' && options.every((option) => option === '--quiet');
