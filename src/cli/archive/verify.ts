import type { CommandContext, CommandResult } from '../context.ts';
export async function runVerify(
  _options: { readonly json?: boolean },
  _context: CommandContext,
): CommandResult {}
