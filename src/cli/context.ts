import type { LoadedConfig } from '../config/load.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given beside its own options. */
export interface CommandContext extends Pick<LoadedConfig, 'config' | 'sourceOf'> {
  readonly terminal: Terminal;
}

/** A command's exit code; nothing means 0. */
export type CommandResult = Promise<number | void>;
