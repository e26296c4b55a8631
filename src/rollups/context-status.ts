import type { Database } from 'better-sqlite3';
import { filterSql, type IdFilter } from './filter.ts';
import { endedMsSql, type SessionState, sessionState } from './session-state.ts';

/** What the newest request of a session's main conversation sent to the model. */
export interface ContextPoint {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly model: string;
  /** Size of the prompt: fresh input, cache reads and cache writes. */
  readonly context_tokens: number;
  readonly input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly output_tokens: number;
}

/** How full the context of a session is. */
export interface ContextStatus extends ContextPoint {
  readonly session_id: string;
  readonly project: string;
  /** ISO 8601 in UTC. */
  readonly last_activity: string;
  readonly state: SessionState;
}

/** Which sessions: those in which something happened after `activeSinceMs`, the latest first. */
export interface ContextQuery {
  readonly activeSinceMs: number;
  readonly nowMs: number;
  readonly filter: Pick<IdFilter, 'projects' | 'sessions'>;
  readonly limit: number;
}

interface PointRow {
  readonly at_ms: number;
  readonly model: string;
  readonly input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly output_tokens: number;
}

type StatusRow = PointRow & {
  readonly session_id: string;
  readonly project: string;
  readonly last_at_ms: number;
  readonly endedMs: number | null;
};

const MAIN = 0;

const POINT_COLUMNS = `r.at_ms, model.name AS model, r.input_tokens, r.cache_read_input_tokens,
  r.cache_creation_5m_input_tokens + r.cache_creation_1h_input_tokens AS cache_creation_input_tokens, r.output_tokens`;

/** The context of each session as of its newest request; sessions without one in their main conversation have no row. */
export function contextStatus(
  db: Database,
  { activeSinceMs, nowMs, filter, limit }: ContextQuery,
): readonly ContextStatus[] {
  return db
    .prepare<[number, number], StatusRow>(
      `SELECT session.session_id, project.path AS project, a.last_at_ms,
         ${endedMsSql('a.session')} AS endedMs, ${POINT_COLUMNS}
       FROM (
         SELECT session, max(last_at_ms) AS last_at_ms FROM activity
         WHERE last_at_ms > ?${filterSql({ sessions: filter.sessions })} GROUP BY session
       ) a
       JOIN request r ON r.id = (
         SELECT id FROM request WHERE session = a.session AND requester = ${MAIN} ORDER BY at_ms DESC, id DESC LIMIT 1
       )
       JOIN session ON session.id = r.session JOIN project ON project.id = r.project JOIN model ON model.id = r.model
       WHERE TRUE${filterSql({ projects: filter.projects }).replace(' AND project', ' AND r.project')}
       ORDER BY a.last_at_ms DESC, r.id DESC LIMIT ?`,
    )
    .all(activeSinceMs, limit)
    .map((row) => ({
      session_id: row.session_id,
      project: row.project,
      last_activity: new Date(row.last_at_ms).toISOString(),
      state: sessionState({ lastMs: row.last_at_ms, endedMs: row.endedMs }, nowMs),
      ...point(row),
    }));
}

/** How the context of one session's main conversation grew and shrank: its newest requests, oldest first. */
export function contextTrend(
  db: Database,
  session: number,
  limit: number,
): readonly ContextPoint[] {
  return db
    .prepare<[number, number], PointRow>(
      `SELECT ${POINT_COLUMNS} FROM request r JOIN model ON model.id = r.model
       WHERE r.session = ? AND r.requester = ${MAIN} ORDER BY r.at_ms DESC, r.id DESC LIMIT ?`,
    )
    .all(session, limit)
    .map(point)
    .reverse();
}

function point({ at_ms, ...row }: PointRow): ContextPoint {
  return {
    at: new Date(at_ms).toISOString(),
    model: row.model,
    context_tokens:
      row.input_tokens + row.cache_read_input_tokens + row.cache_creation_input_tokens,
    input_tokens: row.input_tokens,
    cache_read_input_tokens: row.cache_read_input_tokens,
    cache_creation_input_tokens: row.cache_creation_input_tokens,
    output_tokens: row.output_tokens,
  };
}
