import type { Database, Statement } from 'better-sqlite3';
import type { RateLimitRecord } from '../records/rate-limit.ts';

/** What is known of each rate limit: what was told last. */
export class RateLimitTable {
  readonly #keep: Statement<[Omit<RateLimitRecord, 'kind'> & { readonly nowMs: number }]>;

  constructor(db: Database) {
    // A window that was over when it was told says nothing of the one that runs, and a time that is yet to come is that
    // of a clock which was ahead.
    this.#keep = db.prepare(
      `INSERT INTO rate_limit (window, used_bp, resets_at_ms, told_at_ms, session_id)
       VALUES (@window, @usedBasisPoints, @resetsAtMs, @toldAtMs, @sessionId)
       ON CONFLICT (window) DO UPDATE SET used_bp = excluded.used_bp, resets_at_ms = excluded.resets_at_ms,
         told_at_ms = excluded.told_at_ms, session_id = excluded.session_id
       WHERE (excluded.told_at_ms > told_at_ms OR told_at_ms > @nowMs
           OR (excluded.told_at_ms = told_at_ms AND excluded.used_bp > used_bp))
         AND NOT (excluded.resets_at_ms <= excluded.told_at_ms AND resets_at_ms > excluded.told_at_ms)`,
    );
  }

  /** Keeps what a session told, unless something newer is known; whether it did. */
  keep(record: RateLimitRecord, nowMs: number): boolean {
    const { window, usedBasisPoints, resetsAtMs, toldAtMs, sessionId } = record;
    const values = { window, usedBasisPoints, resetsAtMs, toldAtMs, sessionId, nowMs };
    return this.#keep.run(values).changes > 0;
  }
}
