import type { Database } from 'better-sqlite3';
import type { OccurrenceType } from '../records/occurrence.ts';
import type { SessionFactName } from '../records/session.ts';
import { filterSql } from './filter.ts';

/** Everything about sessions that is counted or remembered besides what they used. */
export interface SessionCounts {
  readonly tools: (session: number) => { readonly calls: number; readonly failures: number };
  readonly occurrences: (session: number, type: OccurrenceType) => number;
  readonly subagents: (session: number) => number;
  readonly pullRequests: (session: number) => readonly string[];
  readonly fact: (session: number, name: SessionFactName) => string | null;
  readonly size: (session: number) => { readonly lines: number; readonly bytes: number };
  readonly stretchesMs: (session: number) => readonly (readonly number[])[];
}

type Row = { readonly session: number };

/** Reads it all for some sessions, or for all of them, in one query per table. */
export function sessionCounts(db: Database, sessions: readonly number[] | null): SessionCounts {
  const among = `TRUE${filterSql({ sessions })}`;
  const rows = <R>(sql: string): R[] => db.prepare<[], R>(sql).all();
  const tools = bySession(
    rows<Row & { calls: number; failures: number }>(
      `SELECT session, sum(calls) AS calls, sum(failures) AS failures FROM rollup_tool WHERE ${among} GROUP BY session`,
    ),
  );
  const occurrences = bySession(
    rows<Row & { type: string; n: number }>(
      `SELECT session, type, count(*) AS n FROM occurrence WHERE ${among} GROUP BY session, type`,
    ),
  );
  const subagents = bySession(
    rows<Row & { n: number }>(
      `SELECT session, count(*) AS n FROM subagent WHERE ${among} GROUP BY session`,
    ),
  );
  const pullRequests = bySession(
    rows<Row & { url: string | null }>(
      `SELECT session, data ->> 'pr_url' AS url FROM occurrence WHERE ${among} AND type = 'pr_created' ORDER BY at_ms`,
    ),
  );
  const facts = bySession(
    rows<Row & { name: string; value: string }>(
      `SELECT session, name, value FROM session_fact WHERE ${among}`,
    ),
  );
  const sizes = bySession(
    rows<Row & { lines: number; bytes: number }>(
      `SELECT session, sum(lines) AS lines, sum(bytes) AS bytes FROM origin
       WHERE session IS NOT NULL AND ${among} GROUP BY session`,
    ),
  );
  const activity = bySession(
    rows<Row & { stretches: string }>(
      `SELECT session, stretches_ms AS stretches FROM activity WHERE ${among}`,
    ),
  );
  return {
    tools: (session) => tools(session)[0] ?? { calls: 0, failures: 0 },
    occurrences: (session, type) => occurrences(session).find((row) => row.type === type)?.n ?? 0,
    subagents: (session) => subagents(session)[0]?.n ?? 0,
    pullRequests: (session) => [
      ...new Set(pullRequests(session).flatMap(({ url }) => (url === null ? [] : [url]))),
    ],
    fact: (session, name) => facts(session).find((row) => row.name === name)?.value ?? null,
    size: (session) => sizes(session)[0] ?? { lines: 0, bytes: 0 },
    stretchesMs: (session) =>
      activity(session).map(({ stretches }) => JSON.parse(stretches) as number[]),
  };
}

function bySession<R extends Row>(rows: readonly R[]): (session: number) => readonly R[] {
  const grouped = Map.groupBy(rows, (row) => row.session);
  return (session) => grouped.get(session) ?? [];
}
