import type { Database } from 'better-sqlite3';
import { toolCallKey } from '../records/identity.ts';
import { entryId } from '../store/read-entry.ts';

/** One agent that worked for a session. */
export interface AgentRun {
  readonly agentId: string;
  /** Null where no source has said. */
  readonly type: string | null;
  readonly isBackground: boolean;
  /** Public id of the tool call that started it, and the agent that made that call; null where not known. */
  readonly callId: string | null;
  readonly parentAgentId: string | null;
  /** When it was asked for; when its first request began where that is not known. */
  readonly startMs: number;
  /** When the last thing that is known of it was over. */
  readonly endMs: number;
  readonly requests: number;
}

interface Row {
  readonly type: string | null;
  readonly background: number | null;
  readonly toolUseId: string | null;
  readonly parentAgentId: string | null;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly requests: number;
}

interface Call {
  readonly key: string;
  readonly atMs: number;
  readonly endMs: number | null;
  readonly agentId: string | null;
}

/** Which agent: it may be told with the id of the call that started it, where that is known already. */
export interface AgentQuery {
  readonly session: number;
  readonly sessionId: string;
  readonly agentId: string;
  readonly toolUseId?: string;
}

const TOOL_CALL = 1;

/** Answers what is known of one agent; undefined where nothing was heard of it but its id. */
export function createAgentRuns(db: Database): (query: AgentQuery) => AgentRun | undefined {
  const find = db.prepare<{ session: number; agentId: string }, Row>(
    `SELECT a.agent_type AS type, a.background, a.tool_use_id AS toolUseId, a.parent_agent_id AS parentAgentId,
       min(r.at_ms) AS firstMs, max(r.end_ms) AS lastMs, count(r.id) AS requests
     FROM (SELECT @agentId AS agent_id) x LEFT JOIN subagent a ON a.agent_id = x.agent_id
       LEFT JOIN request r ON r.session = @session AND r.agent_id = x.agent_id`,
  );
  const findCall = db.prepare<[string], Call>(
    `SELECT key, at_ms AS atMs, result_at_ms AS endMs, agent_id AS agentId FROM tool_call WHERE key = ?`,
  );
  return ({ session, sessionId, agentId, toolUseId }) => {
    const row = find.get({ session, agentId });
    const startedBy = row?.toolUseId ?? toolUseId;
    const call =
      startedBy === undefined ? undefined : findCall.get(toolCallKey(startedBy, sessionId));
    const startMs = call?.atMs ?? row?.firstMs ?? null;
    if (row === undefined || startMs === null) return undefined;
    const isBackground = row.background === 1;
    return {
      agentId,
      type: row.type,
      isBackground,
      callId: call === undefined ? null : entryId(TOOL_CALL, call.key),
      parentAgentId: row.parentAgentId ?? call?.agentId ?? null,
      startMs,
      // The call of an agent in the background returns at once.
      endMs: Math.max(
        startMs,
        row.lastMs ?? startMs,
        (isBackground ? null : call?.endMs) ?? startMs,
      ),
      requests: row.requests,
    };
  };
}
