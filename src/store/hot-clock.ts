import type { Database } from 'better-sqlite3';
import type { ClockState } from '../runtime/steady-clock.ts';

/** What was remembered last; null where nothing was. */
export const readHotClock = (db: Database): ClockState | null => {
  const kept = db
    .prepare<[], { believedMs: number | null; doubtedMs: number }>(
      'SELECT believed_ms AS believedMs, doubted_ms AS doubtedMs FROM hot_window',
    )
    .get()!;
  const { believedMs, doubtedMs } = kept;
  return believedMs === null ? null : { believedMs, doubtedMs };
};

/** Remembers it, in a transaction of its own. */
export const writeHotClock = (db: Database, { believedMs, doubtedMs }: ClockState): void =>
  void db
    .prepare('UPDATE hot_window SET believed_ms = ?, doubted_ms = ?')
    .run(Math.trunc(believedMs), Math.trunc(doubtedMs));

/** Unix milliseconds of the newest entry; null where there is none. */
export const newestEntryMs = (db: Database): number | null =>
  db
    .prepare<[], number | null>(
      `SELECT max(at_ms) FROM (SELECT max(at_ms) AS at_ms FROM request
         UNION ALL SELECT max(at_ms) FROM tool_call UNION ALL SELECT max(at_ms) FROM occurrence)`,
    )
    .pluck()
    .get() ?? null;
