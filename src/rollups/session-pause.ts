import type { Database } from 'better-sqlite3';
import { EVENT_KINDS } from '../store/rows.ts';

/** Whether a session ended, or an agent finished a turn, in what was logged after `seq`; hooks tell of both. */
export function hasSessionPause(db: Database, seq: number): boolean {
  return (
    db
      .prepare<[number], number>(
        `SELECT EXISTS (SELECT 1 FROM event CROSS JOIN occurrence ON occurrence.id = event.ref
         WHERE event.seq > ? AND event.kind = ${EVENT_KINDS.occurrence}
           AND occurrence.type IN ('session_ended', 'user_stop'))`,
      )
      .pluck()
      .get(seq) === 1
  );
}
