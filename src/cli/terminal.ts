import { isatty } from 'node:tty';
import type { Environment } from '../config/platform.ts';

/** Where a command runs: what it reads from its surroundings and where it writes. */
export interface Terminal {
  readonly env: Environment;
  /** Data, and nothing else. */
  readonly print: (text: string) => void;
  /** Progress and remarks; never mixed with data. */
  readonly note: (text: string) => void;
  readonly columns: number;
  /** Whether a person reads what is printed. */
  readonly isInteractive: boolean;
  readonly hasColour: boolean;
  readonly nowMs: () => number;
}

const USUAL_COLUMNS = 80;

/** The terminal this process was started in. */
export function processTerminal(): Terminal {
  const { env, stdout, stderr } = process;
  const isInteractive = isatty(1);
  const columns = stdout.columns ?? Number(env['COLUMNS']);
  return {
    env,
    print: (text) => void stdout.write(text),
    note: (text) => void stderr.write(text),
    columns: Number.isInteger(columns) && columns > 0 ? columns : USUAL_COLUMNS,
    isInteractive,
    hasColour: isInteractive && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    nowMs: Date.now,
  };
}
