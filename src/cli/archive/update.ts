import type { CommandContext, CommandResult } from '../context.ts';
export async function runUpdate(
  _options: { readonly json?: boolean },
  _context: CommandContext,
): CommandResult {}
