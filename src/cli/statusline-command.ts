import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { Registry } from './program.ts';

/** Registers the command that Claude Code's status line starts: `statusline`. */
export function registerStatuslineCommand({ program, terminal, action }: Registry): void {
  program
    .command('statusline')
    .description("be Claude Code's status line, and take note of the rate limits it is told")
    .option('--quiet', 'print nothing; for a status line of your own')
    .addHelpText('after', `\n${HELP}\n\n${EXIT_CODES_HELP}\n`)
    .action(
      action(async ({ quiet = false }: { readonly quiet?: boolean }) => {
        const { runStatusline } = await import('./statusline/run-statusline.ts');
        await runStatusline({ isQuiet: quiet }, terminal, process.stdin);
      }),
    );
}

const HELP = `It reads the JSON that Claude Code gives a status line, and always succeeds. To switch it
on, put this into ~/.claude/settings.json yourself; nothing else does:
  "statusLine": { "type": "command", "command": "hall-monitor statusline" }

If you have a status line already, give it a copy in your script and stay silent:
  input=$(cat)
  printf '%s' "$input" | hall-monitor statusline --quiet
  printf '%s' "$input" | my-own-statusline`;
