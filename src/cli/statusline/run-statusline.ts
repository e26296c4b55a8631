/**
 * The command of Claude Code's status line. The client starts it at every refresh, so it opens no store, checks no schema
 * and loads next to nothing.
 */
import { homedir } from 'node:os';
import type { Readable } from 'node:stream';
import { keepLimits } from '../../../receivers/statusline/kept-limits.ts';
import { absolutePath, defaultHome, set } from '../../config/platform.ts';
import { escapeText } from '../escape.ts';
import { statuslineFolderOf } from '../spool-place.ts';
import type { Terminal } from '../terminal.ts';
import { lineText } from './line-text.ts';
import { readInput } from './read-input.ts';

/** What the client tells is some kilobytes long, and there at once. */
const LIMITS = { maxBytes: 1024 * 1024, withinMs: 2_000 };

/** How it was called. */
export interface StatuslineOptions {
  /** Prints nothing: the person's own status line does. */
  readonly isQuiet: boolean;
}

/**
 * Reads one payload, prints one line, and leaves what it says of rate limits to the collector. What goes wrong is said on
 * stderr, which the client does not show, and is no failure: a status line must never be in anybody's way.
 */
export async function runStatusline(
  { isQuiet }: StatuslineOptions,
  terminal: Pick<Terminal, 'env' | 'print' | 'note' | 'nowMs'>,
  input: Readable,
): Promise<void> {
  try {
    const text = await readInput(input, LIMITS);
    if (text === undefined)
      return terminal.note('hall-monitor statusline: no JSON came in time, or too much of it.\n');
    const payload: unknown = JSON.parse(text);
    const line = isQuiet ? '' : lineText(payload, terminal.nowMs());
    if (line !== '') terminal.print(`${line}\n`);
    keepLimits(folderOf(terminal.env), payload);
  } catch (error) {
    terminal.note(`hall-monitor statusline: ${escapeText((error as Error).message)}\n`);
  }
}

/** Where status lines write to: `HALL_MONITOR_HOME`, else the usual place. No configuration file is read. */
function folderOf(env: Terminal['env']): string {
  const { platform } = process;
  const workingDir = process.cwd();
  const machine = { env, platform, workingDir, homeDir: set(env['HOME']) ?? homedir() };
  const told = set(env['HALL_MONITOR_HOME']);
  const home = told === undefined ? defaultHome(machine) : absolutePath(told, workingDir, machine);
  return statuslineFolderOf(home);
}
