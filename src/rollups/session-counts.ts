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
  /** When the client said that the session ends; null where it did not, or began again since. */
  readonly endedMs: (session: number) => number | null;
  readonly permissionWaitMs: (session: number) => number;
  readonly size: (session: number) => { readonly lines: number; readonly bytes: number };
  readonly stretchesMs: (session: number) => readonly (readonly number[])[];
}

type Row = { readonly session: number };

interface FactRow extends Row {
  readonly name: string;
  readonly value: string;
  readonly at_ms: number;
}

const endedMsOf = (facts: readonly FactRow[]): number | null => {
  const at = (name: SessionFactName): number | null =>
    facts.find((row) => row.name === name)?.at_ms ?? null;
  const endedMs = at('end_reason');
  return endedMs !== null && endedMs >= (at('start_source') ?? 0) ? endedMs : null;
};

/** How often each type of thing happened, rows that have left the store included. */
const occurrencesSql = (among: string): string =>
  `SELECT session, type, sum(n) AS n FROM (
         SELECT session, type, count(*) AS n FROM occurrence WHERE ${among} GROUP BY session, type
         UNION ALL SELECT session, name, n FROM gone_count WHERE ${among} AND kind = 'occurrence')
       GROUP BY session, type`;

/** How long people were waited for, the same way. */
const waitsSql = (among: string): string =>
  `SELECT session, sum(ms) AS ms FROM (
         SELECT session, data ->> 'waited_ms' AS ms FROM occurrence WHERE ${among} AND type = 'permission_request'
         UNION ALL SELECT session, amount FROM gone_count
           WHERE ${among} AND kind = 'occurrence' AND name = 'permission_request')
       GROUP BY session`;

/** Reads it all for some sessions, or for all of them, in one query per table. */
export function sessionCounts(db: Database, sessions: readonly number[] | null): SessionCounts {
  const among = `TRUE${filterSql({ sessions })}`;
  const rows = <R>(sql: string): R[] => db.prepare<[], R>(sql).all();
  const tools = bySession(
    rows<Row & { calls: number; failures: number }>(
      `SELECT session, sum(calls) AS calls, sum(failures) AS failures FROM rollup_tool WHERE ${among} GROUP BY session`,
    ),
  );
  const occurrences = bySession(rows<Row & { type: string; n: number }>(occurrencesSql(among)));
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
    rows<FactRow>(`SELECT session, name, value, at_ms FROM session_fact WHERE ${among}`),
  );
  const waits = bySession(rows<Row & { ms: number }>(waitsSql(among)));
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
    endedMs: (session) => endedMsOf(facts(session)),
    permissionWaitMs: (session) => waits(session)[0]?.ms ?? 0,
    size: (session) => sizes(session)[0] ?? { lines: 0, bytes: 0 },
    stretchesMs: (session) =>
      activity(session).map(({ stretches }) => JSON.parse(stretches) as number[]),
  };
}

function bySession<R extends Row>(rows: readonly R[]): (session: number) => readonly R[] {
  const grouped = Map.groupBy(rows, (row) => row.session);
  return (session) => grouped.get(session) ?? [];
}
