import type { Database, Statement } from 'better-sqlite3';
import { EVENT_KINDS, SOURCES } from './rows.ts';

const HOOK = SOURCES.indexOf('hook');
const COST =
  'input_nano_usd + output_nano_usd + cache_read_nano_usd + cache_creation_nano_usd + web_search_nano_usd';

const count = (kind: string, select: string): string => `
  INSERT INTO gone_count (session, kind, name, n, amount) SELECT session, '${kind}', ${select}
  ON CONFLICT (session, kind, name) DO UPDATE SET n = n + excluded.n, amount = amount + excluded.amount`;

const span = (table: string, toldMs: string): string => `
  INSERT INTO gone_span (session, first_at_ms, first_told_ms, last_at_ms)
  SELECT session, at_ms, ${toldMs}, at_ms FROM ${table} WHERE id = ?
  ON CONFLICT (session) DO UPDATE SET first_at_ms = min(first_at_ms, excluded.first_at_ms),
    first_told_ms = coalesce(min(first_told_ms, excluded.first_told_ms), first_told_ms, excluded.first_told_ms),
    last_at_ms = max(last_at_ms, excluded.last_at_ms)`;

/** Keeps what a row says of its session and no sum keeps; each statement takes the row's id. */
const KEPT: Readonly<Record<number, readonly string[]>> = {
  [EVENT_KINDS.request]: [
    count('agent', `agent_id, 1, ${COST} FROM request WHERE id = ? AND agent_id IS NOT NULL`),
    count('origin', `owner, 1, ${COST} FROM request WHERE id = ?`),
    span('request', 'at_ms'),
  ],
  [EVENT_KINDS.tool_call]: [
    count('agent_call', 'agent_id, 1, 0 FROM tool_call WHERE id = ? AND agent_id IS NOT NULL'),
    `UPDATE subagent SET tool_use_id = (SELECT min(key) FROM tool_call AS other
       WHERE other.session = call.session AND other.started_agent_id = call.started_agent_id)
     FROM tool_call AS call
     WHERE call.id = ? AND subagent.agent_id = call.started_agent_id AND subagent.session = call.session
       AND tool_use_id IS NULL`,
    span('tool_call', 'at_ms'),
  ],
  [EVENT_KINDS.occurrence]: [
    count(
      'occurrence',
      `type, 1, iif(type = 'permission_request', coalesce(data ->> 'waited_ms', 0), 0) FROM occurrence WHERE id = ?`,
    ),
    span('occurrence', `iif(source <> ${HOOK}, at_ms, NULL)`),
  ],
};

/** What is known of rows that have left the store, beside the sums. */
export class GoneRows {
  readonly #kept: Readonly<Record<number, readonly Statement<[number]>[]>>;

  constructor(db: Database) {
    this.#kept = Object.fromEntries(
      Object.entries(KEPT).map(([kind, statements]) => [
        kind,
        statements.map((sql) => db.prepare<[number]>(sql)),
      ]),
    );
  }

  /** To be called before a row of that kind is taken away. */
  keep(kind: number, id: number): void {
    for (const statement of this.#kept[kind]!) statement.run(id);
  }
}
