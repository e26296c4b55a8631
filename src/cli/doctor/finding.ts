import type { Scene } from './scene.ts';

/** How bad a finding is; only `error` makes the command fail. */
export type Level = 'ok' | 'note' | 'warning' | 'error';

/** What a check found, in whole sentences. */
export interface Remark {
  readonly level: Level;
  readonly message: string;
  /** The command or the edit that puts it right. */
  readonly fix?: string;
}

/** A remark with the area of the check that made it. */
export interface Finding extends Remark {
  readonly area: string;
}

/** One thing that is looked at. A check reads, and changes nothing. */
export interface Check {
  readonly area: string;
  readonly run: (scene: Scene) => readonly Remark[] | Promise<readonly Remark[]>;
}

/** Everything is as it should be. */
export const fine = (message: string): Remark => ({ level: 'ok', message });

/** Worth knowing, and nothing is lost. */
export const note = (message: string, fix?: string): Remark => remark('note', message, fix);

/** Something is or will be missing or in danger. */
export const warning = (message: string, fix?: string): Remark => remark('warning', message, fix);

/** Something does not work, or tells others what it should not. */
export const fault = (message: string, fix?: string): Remark => remark('error', message, fix);

const remark = (level: Level, message: string, fix?: string): Remark => ({
  level,
  message,
  ...(fix === undefined ? {} : { fix }),
});
