import type { Database } from 'better-sqlite3';

/** What the far side of one exporter refused for good and nobody has sent again. */
export interface DeadLetters {
  readonly exporter: string;
  readonly count: number;
  /** Unix milliseconds of the last refusal, and its reason in the far side's words. */
  readonly lastAtMs: number;
  readonly lastReason: string;
}

/** Dead letters by exporter, in order of their names. */
export const deadLetters = (db: Database): readonly DeadLetters[] =>
  db
    .prepare<[], DeadLetters>(
      `SELECT exporter, count(*) AS count, max(refused_at_ms) AS lastAtMs, reason AS lastReason
       FROM export_dead_letter GROUP BY exporter ORDER BY exporter`,
    )
    .all();
