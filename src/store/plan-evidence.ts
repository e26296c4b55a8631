import type { Database, Statement } from 'better-sqlite3';
import { SOURCES } from './rows.ts';

/** A tool call that named a plan's folder. */
export interface PlanCall {
  readonly key: string;
  readonly session: number;
  readonly project: string;
  readonly agentId: string | null;
  readonly tool: string | null;
  readonly planPath: string;
  readonly file: string | null;
  /** See `ToolCallRecord`. */
  readonly planEdit: string | null;
  readonly atMs: number;
  readonly resultAtMs: number | null;
  readonly success: number | null;
  readonly errorClass: string | null;
  /** Prompt that the call was made for, where hooks told it. */
  readonly promptId: string | null;
}

/** A pull request that a transcript or a hook told of. */
export interface PullRequestTold {
  readonly by: 'transcript' | 'hook';
  readonly session: number;
  readonly project: string;
  readonly agentId: string | null;
  readonly atMs: number;
  readonly data: string;
}

/** Tells who may have done something to a plan. What was added in this transaction must be flushed first. */
export class PlanEvidence {
  readonly #calls: Statement<[number, number], PlanCall>;
  readonly #prompt: Statement<[number, number], string | null>;
  readonly #atWork: Statement<
    [{ folder: string; below: string; fromMs: number; toMs: number }],
    number
  >;
  readonly #pullRequests: Statement<[], PullRequestTold>;
  readonly #branch: Statement<[number], string>;

  constructor(db: Database) {
    this.#calls = db.prepare(
      `SELECT key, session, project.path AS project, agent_id AS agentId, tool.name AS tool, plan_path AS planPath,
         file.path AS file, plan_edit AS planEdit, at_ms AS atMs, result_at_ms AS resultAtMs, success, error_class AS errorClass, prompt_id AS promptId
       FROM tool_call JOIN project ON project.id = project LEFT JOIN tool ON tool.id = tool
         LEFT JOIN file ON file.id = file
       WHERE plan_path IS NOT NULL AND at_ms BETWEEN ? AND ? ORDER BY at_ms, key`,
    );
    this.#prompt = db
      .prepare<[number, number], string | null>(
        `SELECT data ->> 'prompt_id' FROM occurrence
         WHERE session = ? AND at_ms <= ? AND type IN ('user_prompt', 'slash_command', 'injected_prompt')
         ORDER BY at_ms DESC, id DESC LIMIT 1`,
      )
      .pluck();
    const within = `JOIN project ON project.id = project
       WHERE at_ms BETWEEN @fromMs AND @toMs AND (project.path = @folder OR substr(project.path, 1, length(@below)) = @below)`;
    this.#atWork = db
      .prepare<[{ folder: string; below: string; fromMs: number; toMs: number }], number>(
        `SELECT session FROM request ${within} UNION SELECT session FROM tool_call ${within}
         UNION SELECT session FROM occurrence ${within} LIMIT 2`,
      )
      .pluck();
    this.#pullRequests = db.prepare(
      `SELECT iif(source = ${SOURCES.indexOf('hook')}, 'hook', 'transcript') AS by, session, project.path AS project,
         agent_id AS agentId, at_ms AS atMs, data
       FROM occurrence JOIN project ON project.id = project WHERE type = 'pr_created' ORDER BY at_ms, occurrence.id`,
    );
    this.#branch = db
      .prepare<[number], string>(
        `SELECT value FROM session_fact WHERE session = ? AND name = 'git_branch'`,
      )
      .pluck();
  }

  /** Calls that named a plan's folder and were made between two moments, oldest first. */
  calls(fromMs: number, toMs: number): readonly PlanCall[] {
    return this.#calls.all(fromMs, toMs);
  }

  /** Id of the prompt that a session worked on at a moment; null where nobody told. */
  promptAt(session: number, atMs: number): string | null {
    return this.#prompt.get(session, atMs) ?? null;
  }

  /** Sessions that did something in a folder or below it between two moments; two at most. */
  sessionsAtWork(folder: string, fromMs: number, toMs: number): readonly number[] {
    return this.#atWork.all({ folder, below: `${folder}/`, fromMs, toMs });
  }

  /** Every pull request that was told of, oldest first. */
  pullRequests(): readonly PullRequestTold[] {
    return this.#pullRequests.all();
  }

  /** Branch that a session was on last. */
  branchOf(session: number): string | null {
    return this.#branch.get(session) ?? null;
  }
}
