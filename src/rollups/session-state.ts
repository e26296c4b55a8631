/** `active`: something happened in the last 5 minutes; `idle`: in the last 24 hours; `ended`: longer ago, or the client said so. */
export type SessionState = 'active' | 'idle' | 'ended';

/** A session is active until this long after the last thing that happened in it. */
export const ACTIVE_MS = 300_000;
/** A session is over when nothing happened in it for this long. */
export const DAY_MS = 86_400_000;
/** The client writes its last lines a little after it has told its hooks that it ends. */
const LAST_WORDS_MS = 5_000;

/** What is known of when a session was busy, in unix milliseconds. */
export interface SessionTimes {
  readonly lastMs: number;
  /** When the client said that it ends, and did not begin again since; null where it did not. */
  readonly endedMs: number | null;
}

/** How a session stands at a moment. */
export function sessionState({ lastMs, endedMs }: SessionTimes, nowMs: number): SessionState {
  if (endedMs !== null && lastMs <= endedMs + LAST_WORDS_MS) {
    return 'ended';
  }
  if (nowMs - lastMs < ACTIVE_MS) {
    return 'active';
  }
  return nowMs - lastMs < DAY_MS ? 'idle' : 'ended';
}

/** SQL for the moment at which the client said that a session ends; null where it did not, or began again since. */
export function endedMsSql(session: string): string {
  const latest = (name: string): string =>
    `(SELECT at_ms FROM session_fact WHERE session = ${session} AND name = '${name}')`;
  return `CASE WHEN ${latest('end_reason')} >= coalesce(${latest('start_source')}, 0) THEN ${latest('end_reason')} END`;
}
