import type { Database, Statement } from 'better-sqlite3';
import { OUT_OF_ORDER_MS } from '../records/occurrence.ts';
import type { DocumentLog } from './document-log.ts';
import { createHookIndexes } from './open.ts';
import { type AskedCall, COLLECTOR_REF } from './rows.ts';

/** A prompt that may be the one looked for. */
export interface PromptCandidate {
  readonly id: number;
  readonly at_ms: number;
  readonly scopes: string | null;
}

/** A person may let a call wait for long, but not for days. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

// `+at_ms` keeps SQLite to the small indexes that hold prompts and open calls alone.

/** Finds what hooks tell of by other things than its key. What was added in this transaction must be flushed first. */
export class HookQueries {
  readonly #prompts: Statement<[number, number, number, string | null], PromptCandidate>;
  readonly #askedCall: Statement<[AskedCall & { fromMs: number; toMs: number }], string>;
  readonly #openCalls: Statement<[{ session: number; atMs: number; keepsAgents: number }], string>;
  readonly #aliasOf: Statement<[string], number>;
  readonly #alias: Statement<[string, number]>;
  readonly #heard: Statement<[string, string, number, number]>;
  readonly #hasAny: Statement<[], number>;

  readonly #db: Database;
  readonly #documents: DocumentLog;
  #isIndexed = false;

  constructor(db: Database, documents: DocumentLog) {
    this.#db = db;
    this.#documents = documents;
    this.#prompts = db.prepare(
      `SELECT id, at_ms, scopes FROM occurrence
       WHERE session = ? AND +at_ms BETWEEN ? AND ? AND type IN ('user_prompt', 'slash_command', 'injected_prompt')
         AND data ->> 'prompt_id' IS ? ORDER BY at_ms, id`,
    );
    this.#askedCall = db
      .prepare<[AskedCall & { fromMs: number; toMs: number }], string>(
        `SELECT key FROM tool_call
         WHERE session = @session AND at_ms BETWEEN @fromMs AND @toMs AND tool = @tool AND input_digest = @inputDigest
           AND agent_id IS @agentId AND permission_key IS NULL ORDER BY result_rank IS NOT NULL, at_ms LIMIT 1`,
      )
      .pluck();
    this.#openCalls = db
      .prepare<[{ session: number; atMs: number; keepsAgents: number }], string>(
        `SELECT key FROM tool_call
         WHERE session = @session AND +at_ms < @atMs AND result_rank IS NULL AND call_rank IS NOT NULL
           AND (@keepsAgents = 0 OR agent_id IS NULL)`,
      )
      .pluck();
    this.#aliasOf = db
      .prepare<[string], number>('SELECT ref FROM occurrence_alias WHERE key = ?')
      .pluck();
    this.#alias = db.prepare('INSERT OR IGNORE INTO occurrence_alias (key, ref) VALUES (?, ?)');
    this.#heard = db.prepare(
      `INSERT INTO hook_event (event, scope, count, last_at_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (event, scope) DO UPDATE SET count = count + excluded.count,
         last_at_ms = max(last_at_ms, excluded.last_at_ms)`,
    );
    this.#hasAny = db.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM hook_event)').pluck();
  }

  /** To be called before hooks are joined with anything. Stores without hooks do without their indexes. */
  prepare(): void {
    if (this.#isIndexed) return;
    createHookIndexes(this.#db);
    this.#isIndexed = true;
  }

  /** The transaction in which that was done may have been rolled back. */
  forget(): void {
    this.#isIndexed = false;
  }

  /** Prompts of a session with that id, at most so long before or after a moment, oldest first. */
  promptsNear(
    session: number,
    promptId: string | null,
    [fromMs, toMs]: readonly [number, number],
  ): readonly PromptCandidate[] {
    return this.#prompts.all(session, fromMs, toMs, promptId);
  }

  /** Key of the call that permission is asked for: the oldest with that input which nobody asked for yet. */
  askedCall(asked: AskedCall): string | undefined {
    const { atMs } = asked;
    return this.#askedCall.get({
      ...asked,
      fromMs: atMs - LONGEST_WAIT_MS,
      toMs: atMs + OUT_OF_ORDER_MS,
    });
  }

  /** Keys of the calls of a session that began before a moment and have no end. */
  openCalls(session: number, atMs: number, keepsAgents: boolean): readonly string[] {
    return this.#openCalls.all({ session, atMs, keepsAgents: Number(keepsAgents) });
  }

  /** Id of the occurrence that has this further key. */
  aliasOf(key: string): number | undefined {
    return this.#aliasOf.get(key);
  }

  keepAlias(key: string, id: number): void {
    this.#alias.run(key, id);
  }

  keepHeard(event: string, scope: string, count: number, lastAtMs: number): void {
    this.#heard.run(event, scope, count, lastAtMs);
    this.#documents.touch('collector', COLLECTOR_REF);
  }

  /** Whether any hook was ever heard. */
  hasHeard(): boolean {
    return this.#hasAny.get() === 1;
  }
}
