/**
 * Where lines of the log belong: to which session, to which of its prompts, and from when to when. What an agent does
 * belongs to the prompt that the agent was asked for in, however long it goes on.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { StoredMetric } from '../store/store.ts';
import { type AgentRuns, createAgentRuns } from './agent-runs.ts';
import { createSessionPrompts, promptAt, type SessionPrompts } from './session-prompts.ts';

/** Where one line belongs. */
export interface LinePlace {
  readonly session: number;
  readonly startMs: number;
  /** Null while it goes on; the start where it is a moment. */
  readonly endMs: number | null;
  /** Public id of the prompt; null where the session has none before it. */
  readonly promptId: string | null;
}

/** Places of lines, and what they were found with. */
export interface LinePlaces {
  readonly of: (lines: readonly StoredMetric[]) => ReadonlyMap<number, LinePlace>;
  readonly prompts: SessionPrompts;
  readonly agents: AgentRuns;
}

interface Row {
  readonly seq: number;
  readonly session: number;
  readonly sessionId: string;
  readonly agentId: string | null;
  readonly startMs: number;
  readonly endMs: number | null;
}
/** A row, and when what it is part of was asked for. */
interface Anchored extends Row {
  readonly askedMs: number;
}

const TABLES = ['request', 'tool_call', 'occurrence'] as const;
const ENDS = [
  'e.end_ms',
  'coalesce(e.result_at_ms, iif(e.success IS NULL, NULL, e.at_ms + coalesce(e.duration_ms, 0)))',
  'e.at_ms',
] as const;

/** Prepares the questions; every answer is as of the moment it is asked for. */
export function createLinePlaces(db: Database): LinePlaces {
  const rows = TABLES.map((table, kind): Statement<[number, number], Row> =>
    db.prepare(
      `SELECT x.seq, e.session, session.session_id AS sessionId, e.agent_id AS agentId, e.at_ms AS startMs, ${ENDS[kind]} AS endMs
       FROM (SELECT seq, ref FROM event WHERE seq BETWEEN ? AND ? AND kind = ${kind}) x
         CROSS JOIN ${table} e ON e.id = x.ref CROSS JOIN session ON session.id = e.session`,
    ),
  );
  const prompts = createSessionPrompts(db);
  const agents = createAgentRuns(db);
  const of = db.transaction((lines: readonly StoredMetric[]): ReadonlyMap<number, LinePlace> => {
    const seqs = new Set(lines.map(({ seq }) => seq));
    const [first, last] = [lines[0]?.seq ?? 0, lines.at(-1)?.seq ?? -1];
    const found = rows.flatMap((statement) => statement.all(first, last));
    const anchored = withAnchors(
      found.filter(({ seq }) => seqs.has(seq)),
      agents,
    );
    return new Map(
      [...Map.groupBy(anchored, ({ session }) => session)].flatMap(([session, own]) => {
        const known = prompts.between(session, momentsOf(own));
        return own.map(({ seq, startMs, endMs, askedMs }): [number, LinePlace] => [
          seq,
          { session, startMs, endMs, promptId: promptAt(known, askedMs)?.id ?? null },
        ]);
      }),
    );
  });
  return { of, prompts, agents };
}

function withAnchors(rows: readonly Row[], agents: AgentRuns): readonly Anchored[] {
  const starts = new Map<string, number | undefined>();
  return rows.map((row) => {
    const { session, sessionId, agentId, startMs } = row;
    if (agentId === null) return { ...row, askedMs: startMs };
    const key = `${session} ${agentId}`;
    if (!starts.has(key)) starts.set(key, agents.startOf({ session, sessionId, agentId }));
    return { ...row, askedMs: starts.get(key) ?? startMs };
  });
}

const momentsOf = (
  rows: readonly Anchored[],
): { readonly fromMs: number; readonly toMs: number } => ({
  fromMs: rows.reduce((least, { askedMs }) => Math.min(least, askedMs), Infinity),
  toMs: rows.reduce((most, { askedMs }) => Math.max(most, askedMs), -Infinity),
});
