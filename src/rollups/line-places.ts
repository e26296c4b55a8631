/**
 * Where lines of the log belong: to which session, to which of its prompts, and from when to when. What an agent does
 * belongs to the prompt that the agent was asked for in, however long it goes on.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { StoredMetric } from '../store/store.ts';
import { type AgentRun, createAgentRuns } from './agent-runs.ts';
import { createSessionPrompts, promptIndexAt, type SessionPrompt } from './session-prompts.ts';

/** Where one line belongs. */
export interface LinePlace {
  readonly session: number;
  readonly startMs: number;
  /** Null while it goes on; the start where it is a moment. */
  readonly endMs: number | null;
  /** Public id of the prompt; null where the session has none before it. */
  readonly promptId: string | null;
  /** Agent that did it; null for the main conversation, undefined where nothing is known of the agent. */
  readonly agent: AgentRun | null | undefined;
}

/** Places of lines, and what they were found with. */
export interface LinePlaces {
  readonly of: (lines: readonly StoredMetric[]) => ReadonlyMap<number, LinePlace>;
  readonly promptsOf: (session: number) => readonly SessionPrompt[];
  readonly agentOf: ReturnType<typeof createAgentRuns>;
}

interface Row {
  readonly seq: number;
  readonly session: number;
  readonly sessionId: string;
  readonly agentId: string | null;
  readonly startMs: number;
  readonly endMs: number | null;
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
  const promptsOf = createSessionPrompts(db);
  const agentOf = createAgentRuns(db);
  const of = db.transaction((lines: readonly StoredMetric[]): ReadonlyMap<number, LinePlace> => {
    const seqs = new Set(lines.map(({ seq }) => seq));
    const [first, last] = [lines[0]?.seq ?? 0, lines.at(-1)?.seq ?? -1];
    const prompts = remembered(promptsOf);
    const agents = new Map<string, AgentRun | undefined>();
    const placeOf = (row: Row): LinePlace => {
      const { session, sessionId, agentId, startMs, endMs } = row;
      const agent = agentId === null ? null : agentOfRow({ session, sessionId, agentId });
      const known = prompts(session);
      const asked = known[promptIndexAt(known, agent?.startMs ?? startMs)];
      return { session, startMs, endMs, agent, promptId: asked?.id ?? null };
    };
    const agentOfRow = (query: { session: number; sessionId: string; agentId: string }) => {
      const key = `${query.session} ${query.agentId}`;
      if (!agents.has(key)) agents.set(key, agentOf(query));
      return agents.get(key);
    };
    return new Map(
      rows.flatMap((statement) =>
        statement
          .all(first, last)
          .filter(({ seq }) => seqs.has(seq))
          .map((row) => [row.seq, placeOf(row)] as const),
      ),
    );
  });
  return { of, promptsOf, agentOf };
}

function remembered<V>(find: (session: number) => V): (session: number) => V {
  const known = new Map<number, V>();
  return (session) => {
    const found = known.get(session) ?? find(session);
    known.set(session, found);
    return found;
  };
}
