import type { Database, Statement } from 'better-sqlite3';
import { mergeStretches } from '../records/activity.ts';
import { PLAN_DURATION_BOUNDS_MS } from '../records/plan-durations.ts';
import { PRICED_SUMS_SQL, pricedPartsSql } from './priced-parts.ts';
import type { ActivationRow, AttemptRow } from './plan-rows.ts';

/** Something that ties a session to a plan at a moment. */
export interface Touch {
  readonly session: number;
  readonly agentId: string | null;
  readonly atMs: number;
  /** When the request was made that led to it; null where that is not known. */
  readonly requestedAtMs: number | null;
  /** Folder of the plan as it was named, or null where `plan` says which it is. */
  readonly planPath: string | null;
  readonly plan: number | null;
  /** File that was read or written; null for an event. */
  readonly file: string | null;
  readonly tool: string | null;
}

/** An attempt, and the sessions whose calls began and ended it. */
export type WorkedAttempt = AttemptRow & {
  readonly sessions: string;
  readonly promptFile: string | null;
};

/** A request or tool call that may belong to a plan. */
export interface Shareable {
  readonly id: number;
  readonly atMs: number;
  readonly agentId: string | null;
}

/** What one of them was given to. */
export interface Share {
  readonly id: number;
  readonly activation: number;
  /** Id of an attempt; 0 for what belongs to the plan and to no feature. */
  readonly attempt: number;
}

/** A stretch in which a session worked on an activation. */
export interface Involvement {
  readonly session: number;
  readonly activation: number;
  readonly fromMs: number;
  readonly toMs: number | null;
}

/** Active time of an attempt, or of the rest. */
export interface ActiveShare {
  readonly activation: number;
  readonly attempt: number;
  readonly activeMs: number;
}

const USAGE_SQL = `
  WITH chosen AS (
    SELECT activation, attempt, request.* FROM plan_request JOIN request ON request.id = plan_request.request
    WHERE plan = @plan
  ), used AS (
    SELECT activation, attempt, ${PRICED_SUMS_SQL} FROM (${pricedPartsSql('activation, attempt')}) GROUP BY 1, 2
  ), called AS (
    SELECT activation, attempt, count(*) AS calls, sum(success IS 0 AND error_class IS NOT 'denied') AS failures
    FROM plan_tool_call JOIN tool_call ON tool_call.id = plan_tool_call.tool_call WHERE plan = @plan GROUP BY 1, 2
  ), busy AS (
    SELECT value ->> 'activation' AS activation, value ->> 'attempt' AS attempt, value ->> 'activeMs' AS active_ms
    FROM json_each(@active)
  ), at AS (
    SELECT activation, attempt FROM used UNION SELECT activation, attempt FROM called
    UNION SELECT activation, attempt FROM busy
  )
  INSERT INTO plan_usage
  SELECT @plan, activation, attempt, coalesce(requests, 0), coalesce(input_tokens, 0), coalesce(output_tokens, 0),
    coalesce(cache_read_input_tokens, 0), coalesce(cache_creation_5m_input_tokens, 0),
    coalesce(cache_creation_1h_input_tokens, 0), coalesce(web_search_requests, 0), coalesce(cost_nano_usd, 0),
    coalesce(estimated_nano_usd, 0), coalesce(unpriced_requests, 0), coalesce(not_final_requests, 0), coalesce(calls, 0),
    coalesce(failures, 0), coalesce(active_ms, 0)
  FROM at LEFT JOIN used USING (activation, attempt) LEFT JOIN called USING (activation, attempt)
    LEFT JOIN busy USING (activation, attempt)`;

const DURATIONS_SQL = `
  WITH took AS (
    SELECT outcome, ended_at_ms - started_at_ms AS ms FROM plan_attempt
    WHERE plan = @plan AND inferred = 0 AND ended_at_ms IS NOT NULL
  )
  INSERT INTO plan_duration (plan, outcome, le_ms, value)
  SELECT @plan, outcome, coalesce((SELECT min(value) FROM json_each(@bounds) WHERE value >= ms), 0), count(*)
  FROM took GROUP BY 2, 3
  UNION ALL SELECT @plan, outcome, -1, sum(ms) FROM took GROUP BY 2`;

/**
 * Which requests, calls and times belong to which attempt at a feature: what that is worked out from, and where it is
 * kept.
 */
export class PlanShares {
  readonly #dirty: Statement<[], number>;
  readonly #clean: Statement<[number]>;
  readonly #activations: Statement<[number], ActivationRow>;
  readonly #attempts: Statement<[number], WorkedAttempt>;
  readonly #touches: Statement<[{ plan: number; name: string }], Touch>;
  readonly #touchesBy: Statement<[{ sessions: string }], Touch>;
  readonly #promptBefore: Statement<[number, number], number>;
  readonly #promptAfter: Statement<[number, number], number>;
  readonly #activity: Statement<[number], string>;
  readonly #involvements: Statement<[], Involvement & { readonly plan: number }>;
  readonly #forgetInvolved: Statement<[number]>;
  readonly #involve: Statement<[{ plan: number } & Involvement]>;
  readonly #forgetUsage: Statement<[number]>;
  readonly #usage: Statement<[{ plan: number; active: string }]>;
  readonly #forgetDurations: Statement<[number]>;
  readonly #durations: Statement<[{ plan: number; bounds: string }]>;
  readonly requests: ShareTable;
  readonly toolCalls: ShareTable;

  constructor(db: Database) {
    this.requests = new ShareTable(db, 'request');
    this.toolCalls = new ShareTable(db, 'tool_call');
    this.#dirty = db.prepare<[], number>('SELECT id FROM plan WHERE dirty = 1').pluck();
    this.#clean = db.prepare('UPDATE plan SET dirty = 0 WHERE id = ?');
    this.#activations = db.prepare(
      `SELECT plan, number, generation, started_at_ms AS startedAtMs, start_basis AS startBasis, orchestrated,
         orchestrated_at_ms AS orchestratedAtMs, completed_at_ms AS completedAtMs
       FROM plan_activation WHERE plan = ? ORDER BY number`,
    );
    this.#attempts = db.prepare(
      `SELECT a.id, a.plan, a.activation, a.feature, a.number, a.started_at_ms AS startedAtMs, a.inferred,
         a.ended_at_ms AS endedAtMs, a.outcome, f.prompt_file AS promptFile,
         (SELECT json_group_array(DISTINCT session) FROM plan_event WHERE attempt = a.id AND session IS NOT NULL) AS sessions
       FROM plan_attempt a JOIN plan_feature f ON f.id = a.feature WHERE a.plan = ? ORDER BY a.started_at_ms, a.id`,
    );
    const calls = `
      SELECT t.session, t.agent_id AS agentId, t.at_ms AS atMs, r.at_ms AS requestedAtMs, t.plan_path AS planPath,
        NULL AS plan, file.path AS file, tool.name AS tool
      FROM tool_call t LEFT JOIN request r ON r.key = t.request_key LEFT JOIN file ON file.id = t.file
        LEFT JOIN tool ON tool.id = t.tool WHERE t.plan_path IS NOT NULL`;
    const events = `
      SELECT e.session, e.agent_id, e.at_ms, r.at_ms, NULL, e.plan, NULL, NULL
      FROM plan_event e LEFT JOIN tool_call t ON t.key = e.tool_call_key LEFT JOIN request r ON r.key = t.request_key
      WHERE e.session IS NOT NULL AND e.type <> 'pr_created'`;
    this.#touches = db.prepare(
      `${calls} AND substr(t.plan_path, -length(@name) - 1) = '/' || @name
       UNION ALL ${events} AND e.plan = @plan ORDER BY atMs`,
    );
    const among = 'IN (SELECT value FROM json_each(@sessions))';
    this.#touchesBy = db.prepare(
      `${calls} AND t.session ${among} UNION ALL ${events} AND e.session ${among} ORDER BY atMs`,
    );
    const prompts = (sql: string): Statement<[number, number], number> =>
      db
        .prepare<[number, number], number>(
          `SELECT at_ms FROM occurrence WHERE session = ? AND type IN ('user_prompt', 'slash_command') AND ${sql} LIMIT 1`,
        )
        .pluck();
    this.#promptBefore = prompts('at_ms <= ? ORDER BY at_ms DESC');
    this.#promptAfter = prompts('at_ms > ? ORDER BY at_ms');
    this.#activity = db
      .prepare<[number], string>('SELECT stretches_ms FROM activity WHERE session = ?')
      .pluck();
    this.#involvements = db.prepare(
      'SELECT plan, session, activation, from_ms AS fromMs, to_ms AS toMs FROM plan_session',
    );
    this.#forgetInvolved = db.prepare('DELETE FROM plan_session WHERE plan = ?');
    this.#involve = db.prepare(
      `INSERT OR REPLACE INTO plan_session (plan, activation, session, from_ms, to_ms)
       VALUES (@plan, @activation, @session, @fromMs, @toMs)`,
    );
    this.#forgetUsage = db.prepare('DELETE FROM plan_usage WHERE plan = ?');
    this.#usage = db.prepare(USAGE_SQL);
    this.#forgetDurations = db.prepare('DELETE FROM plan_duration WHERE plan = ?');
    this.#durations = db.prepare(DURATIONS_SQL);
  }

  /** Plans of which something changed since their shares were worked out. */
  dirtyPlans(): readonly number[] {
    return this.#dirty.all();
  }

  activations(plan: number): readonly ActivationRow[] {
    return this.#activations.all(plan);
  }

  /** Every attempt at a feature of a plan, in the order in which they began. */
  attempts(plan: number): readonly WorkedAttempt[] {
    return this.#attempts.all(plan);
  }

  /** What tied any session to a plan, or to another one of that name, oldest first. */
  touchesOf(plan: number, name: string): readonly Touch[] {
    return this.#touches.all({ plan, name });
  }

  /** What ever tied these sessions to any plan, oldest first. */
  touchesBy(sessions: readonly number[]): readonly Touch[] {
    return this.#touchesBy.all({ sessions: JSON.stringify(sessions) });
  }

  /** When a person gave a session the last prompt up to a moment; null where none came. */
  promptBefore(session: number, atMs: number): number | null {
    return this.#promptBefore.get(session, atMs) ?? null;
  }

  /** When a person gave a session its next prompt; null where none came. */
  promptAfter(session: number, atMs: number): number | null {
    return this.#promptAfter.get(session, atMs) ?? null;
  }

  /** When a session was busy, as `[start, end, ...]`, over all that its origins saw. */
  activity(session: number): readonly number[] {
    const lists = this.#activity.all(session).map((text) => JSON.parse(text) as number[]);
    return lists.reduce<readonly number[]>((all, list) => mergeStretches(all, list), []);
  }

  involvements(): readonly (Involvement & { readonly plan: number })[] {
    return this.#involvements.all();
  }

  /** Writes who was involved in a plan and what it used, and notes that this is up to date. */
  keep(plan: number, involved: readonly Involvement[], active: readonly ActiveShare[]): void {
    this.#forgetInvolved.run(plan);
    for (const one of involved) this.#involve.run({ plan, ...one });
    this.#forgetUsage.run(plan);
    this.#usage.run({ plan, active: JSON.stringify(active) });
    this.#forgetDurations.run(plan);
    this.#durations.run({ plan, bounds: JSON.stringify(PLAN_DURATION_BOUNDS_MS) });
    this.#clean.run(plan);
  }
}

/** To which attempt each row of a table belongs. */
export class ShareTable {
  readonly #inReach: Statement<[number, number, number], Shareable>;
  readonly #known: Statement<[number], Share>;
  readonly #put: Statement<[{ plan: number } & Share]>;
  readonly #remove: Statement<[number, number]>;

  constructor(db: Database, table: 'request' | 'tool_call') {
    this.#inReach = db.prepare(
      `SELECT id, at_ms AS atMs, agent_id AS agentId FROM ${table}
       WHERE session = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms, id`,
    );
    this.#known = db.prepare(
      `SELECT ${table} AS id, activation, attempt FROM plan_${table} WHERE plan = ?`,
    );
    this.#put = db.prepare(
      `INSERT OR REPLACE INTO plan_${table} (${table}, plan, activation, attempt) VALUES (@id, @plan, @activation, @attempt)`,
    );
    this.#remove = db.prepare(`DELETE FROM plan_${table} WHERE ${table} = ? AND plan = ?`);
  }

  /** What a session did from one moment until before another. */
  within(session: number, fromMs: number, toMs: number): readonly Shareable[] {
    return this.#inReach.all(session, fromMs, toMs);
  }

  /** Writes the shares of a plan, as far as they are not what they were. */
  keep(plan: number, shares: readonly Share[]): void {
    const known = new Map(this.#known.all(plan).map((share) => [share.id, share]));
    for (const share of shares) {
      const before = known.get(share.id);
      known.delete(share.id);
      const isSame = before?.activation === share.activation && before.attempt === share.attempt;
      if (!isSame) this.#put.run({ plan, ...share });
    }
    for (const id of known.keys()) this.#remove.run(id, plan);
  }
}
