import type { Database } from 'better-sqlite3';
import { IDLE_GAP_MS } from '../records/activity.ts';
import { nanoFromUsd } from '../records/money.ts';
import { activeStretches, type Stretch } from './active-time.ts';
import type { SessionSummary } from './session-summary.ts';

/** A session, what it cost, and when it was at work. */
export interface WorkedSession {
  readonly sessionId: string;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly costNanoUsd: number;
  /** Ascending and apart from each other; their lengths add up to its active time. */
  readonly stretches: readonly Stretch[];
}

/** When sessions were at work, in the order given. */
export function workedSessions(
  db: Database,
  sessions: readonly SessionSummary[],
): readonly WorkedSession[] {
  const listsOf = db
    .prepare<[string], string>(
      'SELECT stretches_ms FROM activity JOIN session ON session.id = session WHERE session_id = ?',
    )
    .pluck();
  return sessions.map(({ session_id: sessionId, started, ended, cost_usd }) => {
    const startedMs = Date.parse(started);
    const lists = listsOf.all(sessionId).map((text) => JSON.parse(text) as number[]);
    return {
      sessionId,
      startedMs,
      endedMs: Date.parse(ended),
      costNanoUsd: nanoFromUsd(cost_usd),
      stretches: activeStretches(lists, { startedMs, idleGapMs: IDLE_GAP_MS }),
    };
  });
}
