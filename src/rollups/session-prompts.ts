import type { Database } from 'better-sqlite3';
import { entryId } from '../store/read-entry.ts';

/** What a person asked for: a prompt or a slash command in the main conversation. */
export interface SessionPrompt {
  /** Public id of its entry. */
  readonly id: string;
  readonly atMs: number;
  readonly isCommand: boolean;
}

const OCCURRENCE = 2;

/** Answers what was asked for in a session, oldest first. */
export function createSessionPrompts(db: Database): (session: number) => readonly SessionPrompt[] {
  const read = db.prepare<[number], { key: string; atMs: number; type: string }>(
    `SELECT key, at_ms AS atMs, type FROM occurrence
     WHERE session = ? AND type IN ('user_prompt', 'slash_command') AND agent_id IS NULL ORDER BY at_ms, id`,
  );
  return (session) =>
    read.all(session).map(({ key, atMs, type }) => ({
      id: entryId(OCCURRENCE, key),
      atMs,
      isCommand: type === 'slash_command',
    }));
}

/** Place of the last prompt that was there at a moment; -1 where there was none. */
export function promptIndexAt(prompts: readonly SessionPrompt[], atMs: number): number {
  let low = 0;
  let high = prompts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((prompts[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
