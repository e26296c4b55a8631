import type { Database } from 'better-sqlite3';
import { usdFromNano } from '../records/money.ts';

/** One subagent of a session: the call that started it, and what it used. */
export interface SessionAgent {
  readonly agent_id: string;
  readonly agent_type: string | null;
  /** `tool_use_id` of the call that started it; null where nothing names one. */
  readonly tool_use_id: string | null;
  readonly parent_agent_id: string | null;
  readonly spawn_depth: number | null;
  readonly background: boolean | null;
  readonly requests: number;
  readonly tool_calls: number;
  readonly cost_usd: number;
}

interface Row extends Omit<SessionAgent, 'background' | 'cost_usd'> {
  readonly background: number | null;
  readonly nanoUsd: number;
}

/**
 * The subagents of a session, dearest first. Its file beside the transcript names the call that started an agent; where
 * that is missing, the result of the call does.
 */
export function sessionAgents(db: Database, session: number): readonly SessionAgent[] {
  const rows = db
    .prepare<{ session: number }, Row>(
      `WITH used AS (
         SELECT agent_id, sum(requests) AS requests, sum(nanoUsd) AS nanoUsd FROM (
           SELECT agent_id, 1 AS requests, input_nano_usd + output_nano_usd + cache_read_nano_usd
             + cache_creation_nano_usd + web_search_nano_usd AS nanoUsd
           FROM request WHERE session = :session AND agent_id IS NOT NULL
           UNION ALL SELECT name, n, amount FROM gone_count WHERE session = :session AND kind = 'agent'
         ) GROUP BY agent_id
       ), called AS (
         SELECT agent_id, sum(tool_calls) AS tool_calls FROM (
           SELECT agent_id, 1 AS tool_calls FROM tool_call WHERE session = :session AND agent_id IS NOT NULL
           UNION ALL SELECT name, n FROM gone_count WHERE session = :session AND kind = 'agent_call'
         ) GROUP BY agent_id
       ), started AS (
         SELECT started_agent_id AS agent_id, min(key) AS key FROM tool_call
         WHERE session = :session AND started_agent_id IS NOT NULL GROUP BY started_agent_id
       )
       SELECT a.agent_id, a.agent_type, coalesce(a.tool_use_id, s.key) AS tool_use_id, a.parent_agent_id, a.spawn_depth,
         a.background, coalesce(u.requests, 0) AS requests, coalesce(c.tool_calls, 0) AS tool_calls,
         coalesce(u.nanoUsd, 0) AS nanoUsd
       FROM subagent a LEFT JOIN used u USING (agent_id) LEFT JOIN called c USING (agent_id)
         LEFT JOIN started s USING (agent_id)
       WHERE a.session = :session ORDER BY nanoUsd DESC, a.agent_id`,
    )
    .all({ session });
  return rows.map(({ nanoUsd, background, ...row }) => ({
    ...row,
    background: background === null ? null : background === 1,
    cost_usd: usdFromNano(nanoUsd),
  }));
}
