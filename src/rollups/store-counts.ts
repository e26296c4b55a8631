import type { Database } from 'better-sqlite3';

/** How much there is of everything. */
export interface StoreCounts {
  readonly files: number;
  readonly bytes: number;
  readonly lines: number;
  readonly requests: number;
  readonly toolCalls: number;
  readonly sessions: number;
  readonly rejectedLines: number;
}

/** Counts what the store holds; from sums where there are sums. */
export const storeCounts = (db: Database): StoreCounts => {
  const origins = db
    .prepare<[], { files: number; bytes: number; lines: number }>(
      `SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes, coalesce(sum(lines), 0) AS lines
       FROM origin WHERE source = 'transcript'`,
    )
    .get()!;
  const one = (sql: string): number => Number(db.prepare(sql).pluck().get());
  return {
    ...origins,
    requests: one('SELECT coalesce(sum(requests), 0) FROM total_request'),
    toolCalls: one('SELECT coalesce(sum(calls), 0) FROM total_tool'),
    sessions: one('SELECT count(*) FROM session'),
    rejectedLines: one(`SELECT count(*) FROM dead_letter WHERE name = ''`),
  };
};
