import { runCli } from './run-cli.ts';
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
  process.exitCode = await runCli(args, processTerminal());
}
