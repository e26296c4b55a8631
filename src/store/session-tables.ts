import type { Database, Statement } from 'better-sqlite3';
import { mergeStretches } from '../records/activity.ts';
import type { DocumentLog } from './document-log.ts';
import type {
  SessionActivityRecord,
  SessionFactRecord,
  SubagentRecord,
} from '../records/session.ts';

/** What is known of sessions and their agents besides what happened in them. */
export class SessionTables {
  readonly #fact: Statement;
  readonly #subagent: Statement;
  readonly #findActivity: Statement<[number, number], { stretches_ms: string }>;
  readonly #activity: Statement;

  readonly #documents: DocumentLog;

  constructor(db: Database, documents: DocumentLog) {
    this.#documents = documents;
    this.#fact = db.prepare(
      `INSERT INTO session_fact (session, name, value, at_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (session, name) DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms
       WHERE (excluded.at_ms, excluded.value) > (at_ms, value)
          OR (excluded.at_ms = at_ms AND name = 'cost_state')`,
    );
    this.#subagent = db.prepare(
      `INSERT INTO subagent (agent_id, session, agent_type, tool_use_id, parent_agent_id, spawn_depth, background)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (agent_id) DO UPDATE SET
         agent_type = coalesce(excluded.agent_type, agent_type),
         tool_use_id = coalesce(excluded.tool_use_id, tool_use_id),
         parent_agent_id = coalesce(excluded.parent_agent_id, parent_agent_id),
         spawn_depth = coalesce(excluded.spawn_depth, spawn_depth),
         background = coalesce(excluded.background, background)
       WHERE (agent_type, tool_use_id, parent_agent_id, spawn_depth, background) IS NOT (
         coalesce(excluded.agent_type, agent_type), coalesce(excluded.tool_use_id, tool_use_id),
         coalesce(excluded.parent_agent_id, parent_agent_id), coalesce(excluded.spawn_depth, spawn_depth),
         coalesce(excluded.background, background))`,
    );
    this.#findActivity = db.prepare(
      `SELECT stretches_ms FROM activity WHERE session = ? AND origin = ?`,
    );
    this.#activity = db.prepare(
      `INSERT OR REPLACE INTO activity (session, origin, stretches_ms, last_at_ms) VALUES (?, ?, ?, ?)`,
    );
  }

  /** Remembers a fact, unless a later one is known. */
  keepFact(session: number, { name, value, atMs }: SessionFactRecord): void {
    const { changes } = this.#fact.run(session, name, value, atMs);
    if (changes > 0) this.#documents.touch('session', session);
  }

  /** Writes a fact of an archive, whatever it is called. */
  restoreFact(session: number, name: string, value: string, atMs: number): void {
    this.#fact.run(session, name, value, atMs);
  }

  keepSubagent(session: number, agent: SubagentRecord): void {
    const { agentId, agentType, toolUseId, parentAgentId, spawnDepth, background } = agent;
    const isBackground = background === null ? null : Number(background);
    const { changes } = this.#subagent.run(
      agentId,
      session,
      agentType,
      toolUseId,
      parentAgentId,
      spawnDepth,
      isBackground,
    );
    if (changes > 0) this.#documents.touch('session', session);
  }

  /** Adds stretches of activity to those known of the session from the same origin. */
  keepActivity(session: number, origin: number, { stretchesMs }: SessionActivityRecord): void {
    if (stretchesMs.length === 0) return;
    const known = this.#findActivity.get(session, origin);
    const merged =
      known === undefined
        ? stretchesMs
        : mergeStretches(JSON.parse(known.stretches_ms) as number[], stretchesMs);
    const text = JSON.stringify(merged);
    if (text === known?.stretches_ms) return;
    this.#activity.run(session, origin, text, merged.at(-1));
    this.#documents.touch('session', session);
  }
}
