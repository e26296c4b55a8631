import type { Database } from 'better-sqlite3';
import { toolCallKey } from '../records/identity.ts';
import { entryId } from '../store/read-entry.ts';

/** One agent that worked for a session. */
export interface AgentRun {
  readonly agentId: string;
  /** Null where no source has said. */
  readonly type: string | null;
  readonly isBackground: boolean;
  /** Public id of the tool call that started it; null where it is not known. */
  readonly callId: string | null;
  /** When it was asked for; when its first request began where that is not known. */
  readonly startMs: number;
  /** When the last thing that is known of it was over. */
  readonly endMs: number;
  readonly requests: number;
}

/** Which agent: it may be told with the id of the call that started it, where that is known already. */
export interface AgentQuery {
  readonly session: number;
  readonly sessionId: string;
  readonly agentId: string;
  readonly toolUseId?: string;
}

/** Answers what is known of agents; undefined where nothing was heard of one but its id. */
export interface AgentRuns {
  readonly of: (query: AgentQuery) => AgentRun | undefined;
  /** When it was asked for; cheaper than the whole. */
  readonly startOf: (query: AgentQuery) => number | undefined;
}

interface Row {
  readonly type: string | null;
  readonly background: number | null;
  readonly toolUseId: string | null;
}
interface Work {
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly requests: number;
}
interface Call {
  readonly key: string;
  readonly atMs: number;
  readonly endMs: number | null;
}

const TOOL_CALL = 1;

/** Prepares the questions. */
export function createAgentRuns(db: Database): AgentRuns {
  const find = db.prepare<[string], Row>(
    'SELECT agent_type AS type, background, tool_use_id AS toolUseId FROM subagent WHERE agent_id = ?',
  );
  const findWork = db.prepare<{ session: number; agentId: string }, Work>(
    `SELECT min(at_ms) AS firstMs, max(end_ms) AS lastMs, count(*) AS requests FROM request
     WHERE session = @session AND agent_id = @agentId`,
  );
  const findCall = db.prepare<[string], Call>(
    'SELECT key, at_ms AS atMs, result_at_ms AS endMs FROM tool_call WHERE key = ?',
  );
  const callOf = ({ sessionId, toolUseId }: AgentQuery, row: Row | undefined): Call | undefined => {
    const startedBy = row?.toolUseId ?? toolUseId;
    return startedBy === undefined ? undefined : findCall.get(toolCallKey(startedBy, sessionId));
  };
  return {
    startOf: (query) =>
      callOf(query, find.get(query.agentId))?.atMs ?? findWork.get(query)?.firstMs ?? undefined,
    of: (query) => {
      const row = find.get(query.agentId);
      const call = callOf(query, row);
      const work = findWork.get(query);
      const startMs = call?.atMs ?? work?.firstMs ?? null;
      if (startMs === null) return undefined;
      const isBackground = row?.background === 1;
      // The call of an agent in the background returns at once.
      const returnedMs = isBackground ? null : (call?.endMs ?? null);
      return {
        agentId: query.agentId,
        type: row?.type ?? null,
        isBackground,
        callId: call === undefined ? null : entryId(TOOL_CALL, call.key),
        startMs,
        endMs: Math.max(startMs, work?.lastMs ?? startMs, returnedMs ?? startMs),
        requests: work?.requests ?? 0,
      };
    },
  };
}
