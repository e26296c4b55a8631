import type { Database } from 'better-sqlite3';

/** Payloads of hooks that could not be used for one reason. */
export interface RejectedPayloads {
  readonly reason: string;
  readonly count: number;
  readonly lastAtMs: number;
}

/** What hooks handed over and nobody could use, by reason. */
export function rejectedPayloads(db: Database): readonly RejectedPayloads[] {
  return db
    .prepare<[], RejectedPayloads>(
      `SELECT reason, count(*) AS count, max(seen_at_ms) AS lastAtMs FROM dead_letter
       WHERE name <> '' GROUP BY reason ORDER BY reason`,
    )
    .all();
}
