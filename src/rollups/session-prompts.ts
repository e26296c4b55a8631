import type { Database } from 'better-sqlite3';
import { entryId } from '../store/read-entry.ts';

/** What a person asked for: a prompt or a slash command in the main conversation. */
export interface SessionPrompt {
  /** Public id of its entry. */
  readonly id: string;
  readonly atMs: number;
  readonly isCommand: boolean;
}

/** Answers what was asked for in a session. */
export interface SessionPrompts {
  /** The last one that was there at a moment. */
  readonly at: (session: number, atMs: number) => SessionPrompt | undefined;
  /** The one that was there at `fromMs` and all later ones up to `toMs`, oldest first. */
  readonly between: (
    session: number,
    moments: { readonly fromMs: number; readonly toMs: number },
  ) => readonly SessionPrompt[];
}

interface Row {
  readonly key: string;
  readonly atMs: number;
  readonly type: string;
}

const OCCURRENCE = 2;

/** Prepares the questions. Each looks at no more of a session than what lies between the prompts it is about. */
export function createSessionPrompts(db: Database): SessionPrompts {
  const prompts = `SELECT key, at_ms AS atMs, type FROM occurrence
    WHERE session = @session AND type IN ('user_prompt', 'slash_command') AND agent_id IS NULL`;
  const last = db.prepare<{ session: number; atMs: number }, Row>(
    `${prompts} AND at_ms <= @atMs ORDER BY at_ms DESC, id DESC LIMIT 1`,
  );
  const later = db.prepare<{ session: number; fromMs: number; toMs: number }, Row>(
    `${prompts} AND at_ms > @fromMs AND at_ms <= @toMs ORDER BY at_ms, id`,
  );
  const at = (session: number, atMs: number): SessionPrompt | undefined => {
    const row = last.get({ session, atMs });
    return row === undefined ? undefined : promptOf(row);
  };
  return {
    at,
    between: (session, { fromMs, toMs }) => [
      ...[at(session, fromMs) ?? []].flat(),
      ...later.all({ session, fromMs, toMs }).map(promptOf),
    ],
  };
}

/** The last of some prompts, oldest first, that was there at a moment. */
export function promptAt(
  prompts: readonly SessionPrompt[],
  atMs: number,
): SessionPrompt | undefined {
  let low = 0;
  let high = prompts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((prompts[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return prompts[low - 1];
}

const promptOf = ({ key, atMs, type }: Row): SessionPrompt => ({
  id: entryId(OCCURRENCE, key),
  atMs,
  isCommand: type === 'slash_command',
});
